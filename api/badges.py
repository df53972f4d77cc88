"""Issuing and listing badges."""

import asyncio
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody

from checkin import pictures
from checkin.printing.layouts import Layout
from checkin.queries import badges as queries
from checkin.queries.badges import BadgeInfo, Filter
from checkin.rules import badges as rules
from checkin.rules.badges import BadgeIn
from checkin.services import badges as services
from checkin.services import changes, printing
from checkin.services.badges import StaffIn
from checkin.services.changes import BindByCode, BindIn, ReasonIn
from checkin.services.printing import NoCodeYet
from checkin.tables import BadgeKind, BadgeStatus
from core import text
from core.accounts.roles import Role
from core.editions.queries import EditionInfo, edition_named, require_current
from core.errors import FieldError, InvalidInput, NotFound
from core.i18n import mark
from exhibitors.queries import desk
from exhibitors.rules.desk import badge_quota
from gateway.access import actor_of, allow
from gateway.idempotency import once_only
from gateway.lists import Cursor, Limit, Listing, after_of, listing
from gateway.locale import locale_of


class BadgeOut(msgspec.Struct):
    """No `days`: valid on every day. `code` is what opens the door: handle it like a key. In lists `mobile` and
    `email` are masked. `size` is a group's head count, `note` what the crew is told."""

    serial: str
    code: str
    kind: BadgeKind
    status: BadgeStatus
    holder: str
    organisation: str
    title: str
    days: list[date]
    issued_at: datetime
    size: int
    members: list[str]
    mobile: str
    email: str
    note: str


class BatchIn(msgspec.Struct, forbid_unknown_fields=True):
    badges: list[BadgeIn]


class BatchOut(msgspec.Struct):
    items: list[BadgeOut]


class BlanksIn(msgspec.Struct, forbid_unknown_fields=True):
    count: int
    kind: str = "visitor"
    days: list[str] | None = None


def _out(badge: BadgeInfo, edition: EditionInfo, *, masked: bool = False) -> BadgeOut:
    return BadgeOut(
        serial=badge.serial,
        code=badge.code,
        kind=badge.kind,
        status=badge.status,
        holder=badge.holder,
        organisation=badge.organisation,
        title=badge.title,
        days=list(badge.days),
        issued_at=badge.issued_at.astimezone(edition.zone),
        size=badge.size,
        members=list(badge.members),
        mobile=badge.masked_mobile if masked else badge.mobile,
        email=badge.masked_email if masked else badge.email,
        note=badge.note,
    )


@post(
    "/api/v1/badges",
    opt=allow(Role.organizer),
    tags=["badges"],
    summary="Issue a badge",
    description="For a group `size` is its head count, 1 to 500, and `members` the names, where they are known.",
)
async def issue(request: Request[Any, Any, Any], data: JSONBody[BadgeIn]) -> Response[BadgeOut]:
    edition = await require_current()
    signed = await services.sign(edition, [rules.checked_one(data)])

    async def work() -> BadgeOut:
        return _out((await services.store(actor_of(request), edition, signed))[0], edition)

    return await once_only(request, work)


@post(
    "/api/v1/badges/batch",
    opt=allow(Role.organizer),
    tags=["badges"],
    summary="Issue up to 1000 badges: all or none, answered in their order",
)
async def issue_batch(request: Request[Any, Any, Any], data: JSONBody[BatchIn]) -> Response[BatchOut]:
    edition = await require_current()
    signed = await services.sign(edition, rules.checked_batch(data.badges))

    async def work() -> BatchOut:
        made = await services.store(actor_of(request), edition, signed)
        return BatchOut([_out(badge, edition) for badge in made])

    return await once_only(request, work)


@post(
    "/api/v1/badges/blanks",
    opt=allow(Role.organizer),
    tags=["badges"],
    summary="A stock of up to 1000 blank badges, to be printed now and bound to people later",
)
async def blanks(request: Request[Any, Any, Any], data: JSONBody[BlanksIn]) -> Response[BatchOut]:
    edition = await require_current()
    signed = await services.sign(edition, changes.checked_blanks(data.kind, data.count, data.days or []))

    async def work() -> BatchOut:
        made = await changes.store_blanks(actor_of(request), edition, signed)
        return BatchOut([_out(badge, edition) for badge in made])

    return await once_only(request, work)


@get(
    "/api/v1/badges",
    opt=allow(Role.organizer),
    tags=["badges"],
    summary="Badges, the latest first",
    description="`q`: a part of a name or firm, in characters, pinyin or initials, the last four digits of the mobile "
    "number, or a serial. `printed`: whether its code was put on paper. `arrived`: whether it was ever let in.",
)
async def badges(
    request: Request[Any, Any, Any],
    limit: Limit = 50,
    cursor: Cursor = None,
    edition: FromQuery[str | None] = None,
    kind: FromQuery[BadgeKind | None] = None,
    status: FromQuery[BadgeStatus | None] = None,
    q: FromQuery[str | None] = None,
    printed: FromQuery[bool | None] = None,
    arrived: FromQuery[bool | None] = None,
) -> Listing[BadgeOut]:
    after = after_of(request, cursor)
    of = await edition_named(edition)
    only = Filter(kind, status, q or "", printed, arrived)
    found = await queries.badges(of, only, before=int(after[0]) if after else None, limit=limit + 1)
    total = await queries.count_badges(of, only)
    piece = listing(request, found, limit, total, key=lambda badge: (badge.id,))
    return Listing([_out(badge, of, masked=True) for badge in piece.items], piece.next, piece.total)


#: Ending to what makes it of a code.
PICTURES: dict[str, tuple[str, Callable[[str], bytes]]] = {
    "svg": ("image/svg+xml", pictures.svg),
    "png": ("image/png", pictures.png),
}
_PRIVATE = {"cache-control": "private, no-store"}


async def badge_pdf(
    request: Request[Any, Any, Any], edition: EditionInfo, found: BadgeInfo, layout: str | None
) -> Response[Any]:
    """:raises InvalidInput: there is no such layout. Given out to be printed: that stands in the log."""
    if layout not in (None, *Layout):
        raise InvalidInput(errors=(FieldError("layout", "unknown", mark("Please choose a layout from the list.")),))
    wanted = Layout(layout or "card")
    drawn = await printing.pdf(edition, [found], wanted, locale_of(request))
    await printing.log(actor_of(request), edition, [(found.id, found.uid)], wanted)
    headers = {**_PRIVATE, "content-disposition": f'inline; filename="badge-{found.serial}.pdf"'}
    return Response(drawn, media_type="application/pdf", headers=headers)


@get(
    "/api/v1/badges/{serial:str}",
    opt=allow(Role.organizer, Role.exhibitor),
    tags=["badges"],
    summary="One badge; with .svg or .png after the serial the QR code, with .pdf the badge to print",
    description="An exhibitor sees the badges of its own staff. "
    "`?layout=` of the PDF: `card` (86 × 54 mm), `a6`, `a4x4`, `a4x8`.",
)
async def badge(
    request: Request[Any, Any, Any],
    serial: FromPath[str],
    edition: FromQuery[str | None] = None,
    layout: FromQuery[str | None] = None,
) -> Response[BadgeOut]:
    of = await edition_named(edition)
    plain, _, ending = serial.partition(".")
    found = await queries.badge_opened_by(actor_of(request), of, plain)
    if not ending:
        return Response(_out(found, of), headers=_PRIVATE)
    if ending == "pdf":
        return await badge_pdf(request, of, found, layout)
    if ending not in PICTURES:
        raise NotFound
    if found.uid is None:
        raise NoCodeYet
    media_type, draw = PICTURES[ending]
    drawn: Any = await asyncio.to_thread(draw, found.code)
    return Response(drawn, media_type=media_type, headers=_PRIVATE)


@post(
    "/api/v1/badges/{serial:str}/revoke",
    opt=allow(Role.organizer),
    tags=["badges"],
    status_code=200,
    summary="Its code is refused everywhere from now on",
)
async def revoke(
    request: Request[Any, Any, Any], serial: FromPath[str], data: JSONBody[ReasonIn | None] = None
) -> BadgeOut:
    edition = await require_current()
    reason = changes.said(data.reason if data else None)
    return _out(await changes.revoke(actor_of(request), edition, serial, reason), edition)


@post(
    "/api/v1/badges/{serial:str}/reissue",
    opt=allow(Role.organizer),
    tags=["badges"],
    summary="A new badge for the same holder; the old code is refused everywhere from now on",
    description="Who is inside is inside with the new one. 409 `wrong_status` when it is not in force.",
)
async def reissue(
    request: Request[Any, Any, Any], serial: FromPath[str], data: JSONBody[ReasonIn | None] = None
) -> Response[BadgeOut]:
    edition = await require_current()
    reason = changes.said(data.reason if data else None)
    signed = await changes.sign_again(edition, serial)

    async def work() -> BadgeOut:
        return _out(await changes.reissue(actor_of(request), edition, serial, signed, reason), edition)

    return await once_only(request, work)


@post(
    "/api/v1/badges/{serial:str}/bind",
    opt=allow(Role.gate),
    tags=["badges"],
    status_code=200,
    summary="A blank badge is somebody's from now on",
    description="409 `not_blank` when it is somebody's already.",
)
async def bind(request: Request[Any, Any, Any], serial: FromPath[str], data: JSONBody[BindIn]) -> BadgeOut:
    edition = await require_current()
    return _out(await changes.bind(actor_of(request), edition, text.code(serial), data), edition, masked=True)


@post(
    "/api/v1/badges/bind",
    opt=allow(Role.gate),
    tags=["badges"],
    status_code=200,
    summary="The same by what was scanned: `code` is what stands in the QR code, or the serial under it",
)
async def bind_scanned(request: Request[Any, Any, Any], data: JSONBody[BindByCode]) -> BadgeOut:
    edition = await require_current()
    found = await changes.find_typed(edition, data.code)
    return _out(await changes.bind(actor_of(request), edition, found.serial, data), edition, masked=True)


class StaffOut(msgspec.Struct):
    items: list[BadgeOut]
    quota: int


@post(
    "/api/v1/exhibitors/{number:str}/badges",
    opt=allow(Role.organizer, Role.exhibitor),
    tags=["badges"],
    summary="A badge for somebody at an exhibitor's booth",
    description="409 `badge_quota` when all that belong to the booth are made; 409 `wrong_status` before the approval.",
)
async def issue_for(
    request: Request[Any, Any, Any], number: FromPath[str], data: JSONBody[StaffIn]
) -> Response[BadgeOut]:
    edition = await require_current()
    await desk.opened_by(actor_of(request), edition, number)
    signed = await services.sign_for(edition, data)

    async def work() -> BadgeOut:
        return _out(await services.store_for(actor_of(request), edition, number, signed), edition)

    return await once_only(request, work)


@get(
    "/api/v1/exhibitors/{number:str}/badges",
    opt=allow(Role.organizer, Role.exhibitor),
    tags=["badges"],
    summary="The badges of an exhibitor's staff that are in force, and how many it may have",
)
async def staff(request: Request[Any, Any, Any], number: FromPath[str]) -> StaffOut:
    edition = await require_current()
    exhibitor = await desk.opened_by(actor_of(request), edition, number)
    quota = badge_quota(await desk.area_of(exhibitor))
    return StaffOut([_out(one, edition, masked=True) for one in await queries.badges_of(exhibitor)], quota)


ROUTES: list[Any] = [
    issue,
    issue_batch,
    blanks,
    badges,
    badge,
    revoke,
    reissue,
    bind,
    bind_scanned,
    issue_for,
    staff,
]
