"""Checkpoints and what happened at them."""

from datetime import date, datetime
from typing import Any

import msgspec
from litestar import Request, Response, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody

from checkin.queries import checkpoints as queries
from checkin.queries.checkpoints import CheckpointInfo
from checkin.queries.figures import figures_of
from checkin.rules.checkpoints import CheckpointChange, CheckpointIn, hour_text
from checkin.services import checkpoints as services
from checkin.tables import BadgeKind, Reentry
from core import text
from core.accounts.roles import Role
from core.editions.queries import edition_named, require_current
from core.editions.rules import moment_of
from core.errors import NotFound
from gateway.access import actor_of, allow
from gateway.idempotency import once_only
from gateway.lists import Cursor, Limit, Listing, after_of, listing


class CheckpointOut(msgspec.Struct):
    """No `kinds`: all; no `days`: every day. `area`, where it is null, is the checkpoint's own."""

    code: str
    name: str
    name_en: str
    kinds: list[BadgeKind]
    days: list[date]
    opens: str | None
    closes: str | None
    reentry: Reentry
    exits: bool
    capacity: int | None
    area: str | None
    leaves: list[str]
    active: bool
    hold: bool


def _out(one: CheckpointInfo) -> CheckpointOut:
    return CheckpointOut(
        code=one.code,
        name=one.name_zh,
        name_en=one.name_en,
        kinds=[BadgeKind(kind) for kind in one.kinds],
        days=list(one.days),
        opens=hour_text(one.opens),
        closes=hour_text(one.closes),
        reentry=one.reentry,
        exits=one.exits,
        capacity=one.area.capacity,
        area=None if one.area.hidden else one.area.code,
        leaves=list(one.area.leaves),
        active=one.active,
        hold=one.hold,
    )


def code_of(typed: str) -> str:
    """As people type it. :raises NotFound: 404: nothing is called so."""
    try:
        return text.code(typed[:200])
    except text.Fault:
        raise NotFound from None


@post(
    "/api/v1/checkpoints",
    opt=allow(Role.organizer),
    tags=["check-in"],
    summary="Make a checkpoint",
    description="Rules count per area: two gates of one hall name the same `area`. 409 `checkpoint_taken`.",
)
async def create(request: Request[Any, Any, Any], data: JSONBody[CheckpointIn]) -> Response[CheckpointOut]:
    edition = await require_current()

    async def work() -> CheckpointOut:
        return _out(await services.create(actor_of(request), edition, data))

    return await once_only(request, work)


@get("/api/v1/checkpoints", opt=allow(Role.gate), tags=["check-in"], summary="Checkpoints, in their order")
async def checkpoints(
    request: Request[Any, Any, Any],
    limit: Limit = 50,
    cursor: Cursor = None,
    edition: FromQuery[str | None] = None,
) -> Listing[CheckpointOut]:
    after = after_of(request, cursor)
    of = await edition_named(edition)
    every = list((await queries.checkpoints(of.id)).values())
    left = [one for one in every if not after or (one.position, one.id) > after]
    piece = listing(request, left[: limit + 1], limit, len(every), key=lambda one: (one.position, one.id))
    return Listing([_out(one) for one in piece.items], piece.next, piece.total)


@patch(
    "/api/v1/checkpoints/{code:str}",
    opt=allow(Role.organizer),
    tags=["check-in"],
    summary="Change a checkpoint; what is left out stays",
    description="`capacity` and `leaves` are the area's, and so all its checkpoints'.",
)
async def change(
    request: Request[Any, Any, Any], code: FromPath[str], data: JSONBody[CheckpointChange]
) -> CheckpointOut:
    edition = await require_current()
    return _out(await services.change(actor_of(request), edition, code_of(code), data))


class MinuteOut(msgspec.Struct):
    """`admitted` and `left` count people, `refused` scans."""

    at: datetime
    admitted: int
    left: int
    refused: int


class StatsOut(msgspec.Struct):
    """`admitted`, `left` and `kinds` count people; `refused` scans, by reason. `inside`: the area's, on `day`."""

    checkpoint: str
    area: str | None
    day: date
    admitted: int
    left: int
    inside: int
    capacity: int | None
    refused: dict[str, int]
    kinds: dict[str, int]
    per_minute: list[MinuteOut]


#: Without a day only the latest are told.
_MINUTES = 180


@get(
    "/api/v1/checkpoints/{code:str}/stats",
    opt=allow(Role.gate),
    tags=["check-in"],
    summary="What happened at a checkpoint, exact at this moment",
    description="Of one `day`, or of all of them with the latest minutes; `inside` is then today's.",
)
async def stats(
    code: FromPath[str], edition: FromQuery[str | None] = None, day: FromQuery[date | None] = None
) -> StatsOut:
    of = await edition_named(edition)
    checkpoint = await queries.checkpoint_coded(of, code_of(code))
    found = await figures_of(of, checkpoint, day)
    minutes = found.per_minute if day is not None else found.per_minute[-_MINUTES:]
    return StatsOut(
        checkpoint=checkpoint.code,
        area=None if checkpoint.area.hidden else checkpoint.area.code,
        day=day or of.today(),
        admitted=found.admitted,
        left=found.left,
        inside=found.inside,
        capacity=checkpoint.area.capacity,
        refused=found.refused,
        kinds=found.kinds,
        per_minute=[
            MinuteOut(
                moment_of(one.day, one.minute, of.timezone).astimezone(of.zone), one.admitted, one.left, one.refused
            )
            for one in minutes
        ],
    )


ROUTES: list[Any] = [create, checkpoints, change, stats]
