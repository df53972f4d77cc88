"""Files."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from core.i18n import mark, translate
from exhibitors.queries.files import files_of
from exhibitors.rules.files import ACCEPTS, HINTS, NAMES
from exhibitors.services import files as file_services
from exhibitors.tables import FileKind
from gateway.access import SIGNED_IN
from gateway.pages import flash
from gateway.uploads import UPLOADS, sent_upload
from portal.desk.frame import Asked, Desk, desk_page, opened
from portal.signin import redirect

OWN_KINDS = (FileKind.licence, FileKind.logo, FileKind.product, FileKind.document, FileKind.drawing)


async def _files(
    request: Asked, desk: Desk, *, kind: str = "licence", note: str = "", errors: dict[str, str] | None = None
) -> Response[Any]:
    found = await files_of(desk.id)
    return desk_page(
        request,
        desk,
        "files",
        errors=errors,
        groups=[
            (translate(desk.locale, NAMES[one]), [line for line in found if line.kind is one]) for one in OWN_KINDS
        ],
        kinds=[(one.value, translate(desk.locale, NAMES[one])) for one in OWN_KINDS],
        kind=kind,
        note=note,
        hint=translate(desk.locale, HINTS[FileKind.document]),
        endings=ACCEPTS[FileKind.document].endings,
    )


@get("/portal/{number:str}/files", opt=SIGNED_IN)
async def files(request: Asked, number: FromPath[str]) -> Response[Any]:
    kind = request.query_params.get("kind", "licence")
    return await _files(
        request, await opened(request, number), kind=kind if kind in FileKind.__members__ else "licence"
    )


@post("/portal/{number:str}/files", opt={**SIGNED_IN, **UPLOADS})
async def add_file(request: Asked, number: FromPath[str]) -> Response[Any]:
    desk = await opened(request, number)
    choose = mark("Please choose a file.")
    async with sent_upload(request) as sent:
        typed = {"kind": sent.form.text("kind", 20), "note": sent.form.text("note", 200)}
        if typed["kind"] not in FileKind.__members__:
            return await _files(request, desk, note=typed["note"], errors={"kind": translate(desk.locale, choose)})
        kind, errors = FileKind(typed["kind"]), dict[str, str]()
        checked = await sent.examined("file", ACCEPTS[kind], errors, required=choose)
        if checked is None:
            told = {name: translate(desk.locale, message) for name, message in errors.items()}
            return await _files(request, desk, **typed, errors=told)
    try:
        await file_services.attach(desk.actor, desk.edition, number, kind, checked, note=typed["note"])
    except file_services.TooManyFiles as refused:
        return await _files(request, desk, **typed, errors={"file": translate(desk.locale, refused.message)})
    response = redirect(f"/portal/{number}/files")
    if sent.is_other("file", checked):
        flash(response, mark("Kept as %(name)s: that is what the file really is."), name=checked.name)
    else:
        flash(response, mark("The file is kept."))
    return response


@post("/portal/{number:str}/files/{line:int}/remove", opt=SIGNED_IN)
async def remove_file(request: Asked, number: FromPath[str], line: FromPath[int]) -> Response[Any]:
    desk = await opened(request, number)
    await file_services.remove(desk.actor, desk.edition, number, line)
    response = redirect(f"/portal/{number}/files")
    flash(response, mark("The file is removed."))
    return response


ROUTES: list[Any] = [files, add_file, remove_file]
