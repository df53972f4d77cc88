"""Badges, one by one and by the thousand."""

from datetime import date, datetime
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody

from checkin import queries, rules, services
from checkin.queries import BadgeInfo
from checkin.rules import BadgeIn
from checkin.tables import BadgeKind, BadgeStatus
from core.accounts.roles import Role
from core.editions.queries import EditionInfo, edition_named, require_current
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
        days=list(badge.days),
        issued_at=badge.issued_at.astimezone(edition.zone),
    )


@post("/api/v1/badges", opt=allow(Role.organizer), tags=["badges"], summary="Issue a badge")
async def issue(request: Request[Any, Any, Any], data: JSONBody[BadgeIn]) -> Response[bytes]:
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
async def issue_batch(request: Request[Any, Any, Any], data: JSONBody[BatchIn]) -> Response[bytes]:
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


ROUTES: list[Any] = [issue, issue_batch, badges, badge]
