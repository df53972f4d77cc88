"""Booths, and giving them to exhibitors."""

from typing import Any

import msgspec
from litestar import Request, Response, delete, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody

from core import text
from core.accounts.roles import Role
from core.editions.queries import edition_named, require_current
from core.errors import FieldError, InvalidInput
from core.i18n import mark
from exhibitors.queries import booths as queries
from exhibitors.queries.booths import BoothInfo
from exhibitors.rules import booths as rules
from exhibitors.rules.booths import BoothState, NewBooth
from exhibitors.services import booths as services
from exhibitors.services import halls
from exhibitors.tables import BoothKind, Status
from gateway.access import actor_of, allow
from gateway.idempotency import once_only
from gateway.lists import Cursor, Limit, Listing, after_of, listing
from gateway.pages import forget_pages


class HolderOut(msgspec.Struct):
    number: str
    name: str
    status: Status


class BoothOut(msgspec.Struct):
    """Places are metres from the hall's north-west corner."""

    code: str
    hall: str
    kind: BoothKind
    area_m2: float
    x: float
    y: float
    width: float
    height: float
    open_sides: int
    zone: str
    state: BoothState
    exhibitor: HolderOut | None


class BoothsIn(msgspec.Struct, forbid_unknown_fields=True):
    booths: list[NewBooth]


class BoothsOut(msgspec.Struct):
    items: list[BoothOut]


class GiveIn(msgspec.Struct, forbid_unknown_fields=True):
    """One `booth`, or several `booths` that the exhibitor then holds together."""

    booth: str | None = None
    booths: list[str] | None = None


class HeldOut(msgspec.Struct):
    number: str
    status: Status
    booth: str | None
    booths: list[str]


def _out(booth: BoothInfo) -> BoothOut:
    rect, holder = booth.rect, booth.holder
    return BoothOut(
        code=booth.code,
        hall=booth.hall,
        kind=booth.kind,
        area_m2=rules.square_metres(booth.area),
        x=rect.x / 10,
        y=rect.y / 10,
        width=rect.width / 10,
        height=rect.height / 10,
        open_sides=booth.open_sides,
        zone=booth.zone,
        state=booth.state,
        exhibitor=None if holder is None else HolderOut(holder.number, holder.name, holder.status),
    )


@post(
    "/api/v1/booths",
    opt=allow(Role.organizer),
    tags=["booths"],
    summary="Make booths: all or none, answered in their order",
    description=(
        "Each gets the first free place in its hall, which is made where it is missing; the desk moves it. A standard "
        "booth without `area_m2` has 9. One that stands as it is asked for is left alone; one that differs is 409 "
        "`booth_exists`."
    ),
)
async def make(request: Request[Any, Any, Any], data: JSONBody[BoothsIn]) -> Response[BoothsOut]:
    edition = await require_current()
    drafts = rules.checked(data.booths)

    async def work() -> BoothsOut:
        made = await halls.place(actor_of(request), edition, drafts)
        return BoothsOut([_out(booth) for booth in await queries.booths_numbered(made)])

    answer = await once_only(request, work)
    forget_pages()
    return answer


@get("/api/v1/booths", opt=allow(Role.organizer), tags=["booths"], summary="Booths, in the order they were made")
async def listed(
    request: Request[Any, Any, Any],
    limit: Limit = 50,
    cursor: Cursor = None,
    edition: FromQuery[str | None] = None,
    hall: FromQuery[str | None] = None,
) -> Listing[BoothOut]:
    after = after_of(request, cursor)
    of = await edition_named(edition)
    found = await queries.booths(of, hall, after=int(after[0]) if after else 0, limit=limit + 1)
    piece = listing(request, found, limit, await queries.count_booths(of, hall), key=lambda booth: (booth.id,))
    return Listing([_out(booth) for booth in piece.items], piece.next, piece.total)


def _codes(data: GiveIn) -> list[str]:
    if (data.booth is None) == (data.booths is None):
        message = mark("Please give either booth or booths.")
        raise InvalidInput(errors=(FieldError("booth", "required", message),))
    found: list[str] = []
    for n, typed in enumerate(data.booths if data.booths is not None else [data.booth or ""]):
        try:
            found.append(rules.code(typed))
        except text.Fault as fault:
            at = "booth" if data.booths is None else f"booths[{n}]"
            raise InvalidInput(errors=(FieldError(at, fault.code, fault.message),)) from None
    if len(found) > 100:
        raise InvalidInput(errors=(FieldError("booths", "too_many", rules.LONG),))
    return found


@put(
    "/api/v1/exhibitors/{number:str}/booth",
    opt=allow(Role.organizer),
    tags=["booths"],
    summary="Give an exhibitor a booth; what it held before falls free",
    description=(
        "What it holds already changes nothing. 409 `booth_taken` says who holds it; `booth_unknown`, `booth_blocked`; "
        "`wrong_status` where the application is not approved."
    ),
)
async def give(request: Request[Any, Any, Any], number: FromPath[str], data: JSONBody[GiveIn]) -> HeldOut:
    edition = await require_current()
    held = await services.give(actor_of(request), edition, number, _codes(data))
    forget_pages()
    return HeldOut(held.number, held.status, held.booths[0], list(held.booths))


@delete(
    "/api/v1/exhibitors/{number:str}/booth",
    opt=allow(Role.organizer),
    tags=["booths"],
    summary="Take an exhibitor's booths back; the application is approved again",
    status_code=204,
)
async def release(request: Request[Any, Any, Any], number: FromPath[str]) -> None:
    edition = await require_current()
    await services.release(actor_of(request), edition, number)
    forget_pages()


ROUTES: list[Any] = [make, listed, give, release]
