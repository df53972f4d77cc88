"""An exhibitor's files in the desk: seen by reviewers, added and removed by organizers on its behalf."""

from functools import partial
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from core.accounts.roles import Role
from core.editions.queries import require_current
from core.errors import DomainError
from core.i18n import Locale, mark, translate
from exhibitors.queries import applications as queries
from exhibitors.queries.files import FileLine, files_of
from exhibitors.rules.files import ACCEPTS, HINTS, NAMES
from exhibitors.services import files as services
from exhibitors.tables import FileKind
from gateway import documents
from gateway.access import actor_of, allow
from gateway.attachments import Kept
from gateway.documents import kinds_of
from gateway.locale import locale_of
from gateway.pages import flash, page
from gateway.uploads import UPLOADS

Asked = Request[Any, Any, Any]


class Group(msgspec.Struct, frozen=True):
    """The files of one kind, for ``admin/_documents.html``."""

    kind: FileKind
    name: str
    lines: list[FileLine]


async def groups(exhibitor: int, locale: Locale, *kinds: FileKind) -> list[Group]:
    """Kinds of which there is a file; of all kinds where none is named."""
    found = await files_of(exhibitor, *kinds)
    sorted_out = [
        Group(kind, translate(locale, name), [line for line in found if line.kind is kind])
        for kind, name in NAMES.items()
    ]
    return [group for group in sorted_out if group.lines]


async def _show(
    request: Asked,
    number: str,
    *,
    status: int = 200,
    kind: str = "licence",
    note: str = "",
    errors: dict[str, str] | None = None,
    kept: Kept | None = None,
) -> Response[Any]:
    edition, locale = await require_current(), locale_of(request)
    one = await queries.exhibitor_numbered(edition, number)
    return page(
        request,
        "admin/exhibitor_files.html",
        status_code=status,
        one=one,
        documents=await groups(one.id, locale),
        may_change=Role.organizer in actor_of(request).roles,
        kinds=kinds_of(locale, *NAMES),
        kind=kind,
        note=note,
        hint=translate(locale, HINTS[FileKind.document]),
        endings=ACCEPTS[FileKind.document].endings,
        errors=errors or {},
        kept=kept,
        edition=edition,
    )


@get("/admin/exhibitors/{number:str}/files", opt=allow(Role.reviewer))
async def files_page(request: Asked, number: FromPath[str]) -> Response[Any]:
    return await _show(request, number)


@post("/admin/exhibitors/{number:str}/files", opt={**allow(Role.organizer), **UPLOADS})
async def add_file(request: Asked, number: FromPath[str]) -> Response[Any]:
    edition = await require_current()
    await queries.exhibitor_numbered(edition, number)
    show = partial(_show, request, number)
    return await documents.add_file(request, actor_of(request), edition, number, locale_of(request), show)


@post("/admin/exhibitors/{number:str}/files/{line:int}/remove", opt=allow(Role.organizer))
async def remove_file(request: Asked, number: FromPath[str], line: FromPath[int]) -> Response[Any]:
    answer = Redirect(f"/admin/exhibitors/{number}/files", status_code=303)
    try:
        await services.remove(actor_of(request), await require_current(), number, line)
        flash(answer, mark("The file is removed."))
    except DomainError as refused:
        flash(answer, refused.message, kind="bad")
    return answer


ROUTES: list[Any] = [files_page, add_file, remove_file]
