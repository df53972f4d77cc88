"""Files."""

from functools import partial
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from core.i18n import mark, translate
from exhibitors.queries.files import files_of
from exhibitors.rules.files import ACCEPTS, HINTS, NAMES
from exhibitors.services import files as file_services
from exhibitors.tables import FileKind
from gateway import documents
from gateway.access import SIGNED_IN
from gateway.attachments import Kept
from gateway.documents import kinds_of
from gateway.pages import flash
from gateway.uploads import UPLOADS
from portal.desk.frame import Asked, Desk, desk_page, opened
from portal.signin import redirect

OWN_KINDS = (FileKind.licence, FileKind.logo, FileKind.product, FileKind.document, FileKind.drawing)


async def _files(
    request: Asked,
    desk: Desk,
    *,
    status: int = 200,
    kind: str = "licence",
    note: str = "",
    errors: dict[str, str] | None = None,
    kept: Kept | None = None,
) -> Response[Any]:
    found = await files_of(desk.id)
    return desk_page(
        request,
        desk,
        "files",
        status=status,
        errors=errors,
        groups=[
            (translate(desk.locale, NAMES[one]), [line for line in found if line.kind is one]) for one in OWN_KINDS
        ],
        kinds=kinds_of(desk.locale, *OWN_KINDS),
        kind=kind,
        note=note,
        kept=kept,
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
    show = partial(_files, request, desk)
    return await documents.add_file(request, desk.actor, desk.edition, number, desk.locale, show)


@post("/portal/{number:str}/files/{line:int}/remove", opt=SIGNED_IN)
async def remove_file(request: Asked, number: FromPath[str], line: FromPath[int]) -> Response[Any]:
    desk = await opened(request, number)
    await file_services.remove(desk.actor, desk.edition, number, line)
    response = redirect(f"/portal/{number}/files")
    flash(response, mark("The file is removed."))
    return response


ROUTES: list[Any] = [files, add_file, remove_file]
