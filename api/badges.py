"""Badges, one by one and by the thousand."""

from datetime import date, datetime
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody

from checkin.queries import badges as queries
from checkin.queries.badges import BadgeInfo
from checkin.rules import badges as rules
from checkin.rules.badges import BadgeIn
from checkin.services import badges as services
from checkin.services.badges import StaffIn
from checkin.tables import BadgeKind, BadgeStatus
from core.accounts.roles import Role
from core.editions.queries import EditionInfo, edition_named, require_current
from exhibitors.queries import desk
from exhibitors.rules.desk import badge_quota
from gateway.access import actor_of, allow
from gateway.idempotency import once_only
from gateway.lists import Cursor, Limit, Listing, after_of, listing


class BadgeOut(msgspec.Struct):
    """No `days`: valid on every day. `code` is what opens the door: handle it like a key."""

    serial: str
    code: str
    kind: BadgeKind
    status: BadgeStatus
    holder: str
    organisation: str
    title: str
    days: list[date]
    issued_at: datetime


class BatchIn(msgspec.Struct, forbid_unknown_fields=True):
    badges: list[BadgeIn]


class BatchOut(msgspec.Struct):
    items: list[BadgeOut]


def _out(badge: BadgeInfo, edition: EditionInfo) -> BadgeOut:
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
    )


@post("/api/v1/badges", opt=allow(Role.organizer), tags=["badges"], summary="Issue a badge")
async def issue(request: Request[Any, Any, Any], data: JSONBody[BadgeIn]) -> Response[BadgeOut]:
    edition = await require_current()
    draft = rules.checked_one(data)

    async def work() -> BadgeOut:
        return _out((await services.store(actor_of(request), edition, [draft]))[0], edition)

    return await once_only(request, work)


@post(
    "/api/v1/badges/batch",
    opt=allow(Role.organizer),
    tags=["badges"],
    summary="Issue up to 1000 badges: all or none, answered in their order",
)
async def issue_batch(request: Request[Any, Any, Any], data: JSONBody[BatchIn]) -> Response[BatchOut]:
    edition = await require_current()
    drafts = rules.checked_batch(data.badges)

    async def work() -> BatchOut:
        made = await services.store(actor_of(request), edition, drafts)
        return BatchOut([_out(badge, edition) for badge in made])

    return await once_only(request, work)


@get("/api/v1/badges", opt=allow(Role.organizer), tags=["badges"], summary="Badges, the latest first")
async def badges(
    request: Request[Any, Any, Any],
    limit: Limit = 50,
    cursor: Cursor = None,
    edition: FromQuery[str | None] = None,
    kind: FromQuery[BadgeKind | None] = None,
) -> Listing[BadgeOut]:
    after = after_of(request, cursor)
    of = await edition_named(edition)
    found = await queries.badges(of, kind, before=int(after[0]) if after else None, limit=limit + 1)
    piece = listing(request, found, limit, await queries.count_badges(of, kind), key=lambda badge: (badge.id,))
    return Listing([_out(badge, of) for badge in piece.items], piece.next, piece.total)


@get("/api/v1/badges/{serial:str}", opt=allow(Role.organizer), tags=["badges"], summary="One badge")
async def badge(serial: FromPath[str], edition: FromQuery[str | None] = None) -> BadgeOut:
    of = await edition_named(edition)
    return _out(await queries.badge_with_serial(of, serial), of)


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

    async def work() -> BadgeOut:
        return _out(await services.issue_for(actor_of(request), edition, number, data), edition)

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
    return StaffOut([_out(one, edition) for one in await queries.badges_of(exhibitor)], quota)


ROUTES: list[Any] = [issue, issue_batch, badges, badge, issue_for, staff]
