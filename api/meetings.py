"""Meetings of a project's owner with a partner."""

from datetime import datetime
from typing import Any

import msgspec
from litestar import Request, Response, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody

from core.accounts.roles import Actor, Role
from core.editions.queries import EditionInfo, require_current
from exhibitors.queries import desk
from gateway.access import actor_of, allow
from gateway.idempotency import once_only
from gateway.lists import Cursor, Limit, Listing, after_of, listing
from projects.queries import meetings as queries
from projects.queries.meetings import Filter, MeetingInfo
from projects.rules.meetings import MeetingIn, PlaceIn
from projects.services import meetings as services
from projects.tables import MeetingSide, MeetingState, Outcome

_BOTH = allow(Role.organizer, Role.exhibitor)


class MeetingOut(msgspec.Struct):
    """`exhibitor` is the partner's number, or `badge` its serial; `asked_by` the side that asked. Outcomes are null
    until a side has said one."""

    number: str
    status: MeetingState
    project: str
    owner: str
    partner: str
    exhibitor: str | None
    badge: str | None
    asked_by: MeetingSide
    message: str
    table: str | None
    starts_at: datetime | None
    ends_at: datetime | None
    outcome_owner: Outcome | None
    outcome_partner: Outcome | None
    note: str
    made_at: datetime


class OutcomeIn(msgspec.Struct, forbid_unknown_fields=True):
    """`side` is an organizer's to say: whose outcome it is."""

    outcome: Outcome
    note: str | None = None
    side: MeetingSide | None = None


def _out(one: MeetingInfo, edition: EditionInfo) -> MeetingOut:
    def local(when: datetime | None) -> datetime | None:
        return None if when is None else when.astimezone(edition.zone)

    return MeetingOut(
        number=one.number,
        status=one.state,
        project=one.project,
        owner=one.owner,
        partner=one.partner,
        exhibitor=one.exhibitor or None,
        badge=one.badge or None,
        asked_by=one.asked_side,
        message=one.message,
        table=one.place or None,
        starts_at=local(one.starts_at),
        ends_at=local(one.ends_at),
        outcome_owner=Outcome(one.outcome_owner) if one.outcome_owner else None,
        outcome_partner=Outcome(one.outcome_partner) if one.outcome_partner else None,
        note=one.note,
        made_at=one.made_at.astimezone(edition.zone),
    )


@post(
    "/api/v1/meetings",
    opt=_BOTH,
    tags=["meetings"],
    summary="Ask for a meeting, as the project's owner, as the firm that wants to meet it, or as an organizer",
    description="With a visitor only where the visitor has shown interest. 409 `meeting_exists`.",
)
async def ask(request: Request[Any, Any, Any], data: JSONBody[MeetingIn]) -> Response[MeetingOut]:
    edition = await require_current()

    async def work() -> MeetingOut:
        return _out(await services.ask(actor_of(request), edition, data), edition)

    return await once_only(request, work)


async def _own(actor: Actor) -> list[int] | None:
    """None: all."""
    return None if Role.organizer in actor.roles else sorted(await desk.own_exhibitors(actor))


@get("/api/v1/meetings", opt=_BOTH, tags=["meetings"], summary="Meetings, the latest first: all, or one's own")
async def listed(
    request: Request[Any, Any, Any],
    limit: Limit = 50,
    cursor: Cursor = None,
    status: FromQuery[MeetingState | None] = None,
) -> Listing[MeetingOut]:
    edition, after = await require_current(), after_of(request, cursor)
    wanted = Filter(status, own=await _own(actor_of(request)))
    found = await queries.meetings(edition, wanted, before=int(after[0]) if after else None, limit=limit + 1)
    piece = listing(request, found, limit, await queries.count_meetings(edition, wanted), key=lambda one: (one.id,))
    return Listing([_out(one, edition) for one in piece.items], piece.next, piece.total)


@get("/api/v1/meetings/{number:str}", opt=_BOTH, tags=["meetings"], summary="One")
async def one(request: Request[Any, Any, Any], number: FromPath[str]) -> MeetingOut:
    edition = await require_current()
    found = await queries.meeting_numbered(edition, number)
    await queries.side_of(actor_of(request), found)
    return _out(found, edition)


async def _step(request: Request[Any, Any, Any], number: str, state: MeetingState) -> MeetingOut:
    edition = await require_current()
    return _out(await services.step(actor_of(request), edition, number, state), edition)


@post(
    "/api/v1/meetings/{number:str}/accept",
    opt=_BOTH,
    status_code=200,
    tags=["meetings"],
    summary="Say yes, as the side that was asked",
    description="409 `wrong_status`.",
)
async def accept(request: Request[Any, Any, Any], number: FromPath[str]) -> MeetingOut:
    return await _step(request, number, MeetingState.accepted)


@post(
    "/api/v1/meetings/{number:str}/decline",
    opt=_BOTH,
    status_code=200,
    tags=["meetings"],
    summary="Say no, as the side that was asked",
    description="409 `wrong_status`.",
)
async def decline(request: Request[Any, Any, Any], number: FromPath[str]) -> MeetingOut:
    return await _step(request, number, MeetingState.declined)


@post(
    "/api/v1/meetings/{number:str}/cancel",
    opt=_BOTH,
    status_code=200,
    tags=["meetings"],
    summary="Cancel it, by either side",
    description="409 `wrong_status`.",
)
async def cancel(request: Request[Any, Any, Any], number: FromPath[str]) -> MeetingOut:
    return await _step(request, number, MeetingState.cancelled)


@put(
    "/api/v1/meetings/{number:str}/time",
    opt=allow(Role.organizer),
    tags=["meetings"],
    summary="Give it a table and a time, or move it",
    description="No table and nobody meets twice at a time: 409 `table_taken`; `wrong_status` before it was accepted.",
)
async def place(request: Request[Any, Any, Any], number: FromPath[str], data: JSONBody[PlaceIn]) -> MeetingOut:
    edition = await require_current()
    return _out(await services.place(actor_of(request), edition, number, data), edition)


@post(
    "/api/v1/meetings/{number:str}/outcome",
    opt=_BOTH,
    status_code=200,
    tags=["meetings"],
    summary="What came of it, as one side saw it",
    description="409 `wrong_status` before it was accepted.",
)
async def outcome(request: Request[Any, Any, Any], number: FromPath[str], data: JSONBody[OutcomeIn]) -> MeetingOut:
    edition, actor = await require_current(), actor_of(request)
    found = await services.outcome(actor, edition, number, data.outcome.value, data.note, of=data.side)
    return _out(found, edition)


ROUTES: list[Any] = [ask, listed, one, accept, decline, cancel, place, outcome]
