"""Deals, for signing clerks and their programs."""

from datetime import datetime
from typing import Any

import msgspec
from litestar import Request, Response, get, patch, post
from litestar.exceptions import HTTPException
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import UNSET, UnsetType

from core import money
from core.accounts.roles import Role
from core.editions.queries import EditionInfo, edition_named, require_current
from core.errors import InvalidInput, NotFound
from deals.queries import deals as queries
from deals.queries import duplicates
from deals.queries.deals import Filter, Revision, Standing
from deals.rules.figures import AllocationIn, DealIn, Figures, PartyIn, as_typed
from deals.services import deals as services
from deals.tables import DealKind, DealStatus, DealStep
from gateway.access import actor_of, allow
from gateway.bodies import Body, faults
from gateway.idempotency import once_only
from gateway.lists import Cursor, Limit, Listing, after_of, listing

SIGNING = allow(Role.signing)


class PartyOut(msgspec.Struct):
    name: str
    exhibitor: str | None
    public: bool


class AllocationOut(msgspec.Struct):
    """``amount`` in the deal's currency, ``amount_cny`` what that comes to."""

    field: str
    amount: str | None
    amount_cny: str | None


class FiguresOut(msgspec.Struct, kw_only=True):
    kind: DealKind
    parties: list[PartyOut]
    currency: str
    amount: str | None
    rate: str | None
    amount_cny: str | None
    allocations: list[AllocationOut]
    region: str
    signed_on: str
    place: str
    term: str
    stage: int | None
    undisclosed: bool
    project: str | None
    meeting: str | None


class DealItem(FiguresOut, kw_only=True):
    """The figures are those written last; ``pending`` says that they wait for a second person."""

    number: str
    status: DealStatus
    revision: int
    pending: bool
    created_at: datetime


class DealOut(DealItem, kw_only=True):
    signatories: list[str]
    witnesses: list[str]
    remarks: str
    #: The hash of the latest revision.
    hash: str
    #: Those that count while others wait.
    counted: FiguresOut | None
    #: Deals that may be the same one, not ruled on yet.
    duplicates: list[str]


def _yuan(fen: int | None) -> str | None:
    return None if fen is None else money.plain(fen)


def _figures(figures: Figures) -> dict[str, Any]:
    return {
        "kind": figures.kind,
        "parties": [PartyOut(one.name, one.exhibitor or None, one.public) for one in figures.parties],
        "currency": figures.currency,
        "amount": _yuan(figures.amount),
        "rate": figures.rate,
        "amount_cny": _yuan(figures.fen),
        "allocations": [AllocationOut(one.field, _yuan(one.amount), _yuan(one.fen)) for one in figures.split],
        "region": figures.region,
        "signed_on": figures.signed_on,
        "place": figures.place,
        "term": figures.term,
        "stage": figures.stage,
        "undisclosed": figures.undisclosed,
        "project": figures.project,
        "meeting": figures.meeting,
    }


def _head(one: Standing, edition: EditionInfo) -> dict[str, Any]:
    return {
        "number": one.number,
        "status": one.status,
        "revision": one.revision,
        "pending": one.pending,
        "created_at": one.made_at.astimezone(edition.zone),
        **_figures(one.figures),
    }


async def _suspected(one: Standing, edition: EditionInfo) -> list[str]:
    pairs = await duplicates.open_suspicions(edition, deal=one.id)
    return sorted({side.number for pair in pairs for side in (pair.first, pair.second)} - {one.number})


async def _out(one: Standing, edition: EditionInfo) -> DealOut:
    return _whole(one, edition, await _suspected(one, edition))


def _whole(one: Standing, edition: EditionInfo, suspected: list[str]) -> DealOut:
    counted = one.counted_figures if one.pending else None
    return DealOut(
        **_head(one, edition),
        signatories=list(one.people.signatories),
        witnesses=list(one.people.witnesses),
        remarks=one.people.remarks,
        hash=one.hash,
        counted=None if counted is None else FiguresOut(**_figures(counted)),
        duplicates=suspected,
    )


@post(
    "/api/v1/deals",
    opt=SIGNING,
    tags=["deals"],
    summary="Write down a deal as a draft",
    description=(
        "`amount` and the allocations are in `currency`; `rate` is yuan for one unit, and what is left over of a fen "
        "goes by the largest fraction. Allocations are amounts, or percentages in all of them; they add up to the "
        "amount to the fen, or 422 `allocation_sum`. Without an `amount` it counts as a deal and not as money. A "
        "suspected duplicate never blocks: see `duplicates` of the answer."
    ),
)
async def create(request: Request[Any, Any, Any], data: JSONBody[DealIn]) -> Response[DealOut]:
    edition = await require_current()

    async def work() -> DealOut:
        return await _out(await services.create(actor_of(request), edition, data), edition)

    return await once_only(request, work)


@get(
    "/api/v1/deals",
    opt=SIGNING,
    tags=["deals"],
    summary="Deals, the latest first",
    description="`q` is part of a party's name, or a number; `waiting` are those that need a second person.",
)
async def listed(
    request: Request[Any, Any, Any],
    limit: Limit = 50,
    cursor: Cursor = None,
    edition: FromQuery[str | None] = None,
    status: FromQuery[DealStatus | None] = None,
    kind: FromQuery[DealKind | None] = None,
    q: FromQuery[str | None] = None,
    waiting: FromQuery[bool] = False,
) -> Listing[DealItem]:
    after = after_of(request, cursor)
    of = await edition_named(edition)
    wanted = Filter(status, kind, q or "", waiting)
    found = await queries.deals(of, wanted, before=int(after[0]) if after else None, limit=limit + 1)
    piece = listing(request, found, limit, await queries.count_deals(of, wanted), key=lambda one: (one.id,))
    return Listing([DealItem(**_head(one, of)) for one in piece.items], piece.next, piece.total)


@get("/api/v1/deals/{number:str}", opt=SIGNING, tags=["deals"], summary="One deal")
async def one_deal(number: FromPath[str], edition: FromQuery[str | None] = None) -> DealOut:
    of = await edition_named(edition)
    return await _out(await queries.standing(of, number), of)


class ConfirmIn(Body, frozen=True, kw_only=True):
    revision: int | None = None


async def _confirmed_revision(request: Request[Any, Any, Any]) -> int | None:
    """The body may be left out."""
    sent = await request.body()
    if not sent.strip():
        return None
    try:
        value = msgspec.json.decode(sent)
    except msgspec.DecodeError:
        raise HTTPException(status_code=400) from None
    if errors := faults(value, ConfirmIn):
        raise InvalidInput(errors=tuple(errors))
    return msgspec.convert(value, ConfirmIn).revision


@post(
    "/api/v1/deals/{number:str}/confirm",
    opt=SIGNING,
    status_code=200,
    tags=["deals"],
    summary="Confirm what another person wrote: from now on it counts",
    description=(
        "409 `same_person` for who wrote it, `wrong_status` where nothing waits. The body may be left out, or be "
        "`{revision}`: the one that was looked at; if another one stands by now, 409 `changed_meanwhile`."
    ),
)
async def confirm(request: Request[Any, Any, Any], number: FromPath[str]) -> Response[DealOut]:
    edition = await require_current()
    expected = await _confirmed_revision(request)
    # Read before the transaction, so that it is short; a deal that has moved on meanwhile is refused there.
    seen = await queries.standing(edition, number)
    suspected = await _suspected(seen, edition)

    async def work() -> DealOut:
        after = await services.confirm(actor_of(request), edition, number, expected=expected, seen=seen)
        return _whole(after, edition, suspected)

    return await once_only(request, work, status_code=200)


class DealPatch(Body, frozen=True, kw_only=True):
    """What is left out stays as it was written last."""

    reason: str
    revision: int | None = None
    parties: list[str | PartyIn] | UnsetType = UNSET
    kind: DealKind | UnsetType = UNSET
    signed_on: str | UnsetType = UNSET
    amount: str | UnsetType | None = UNSET
    allocations: list[AllocationIn] | UnsetType = UNSET
    currency: str | UnsetType | None = UNSET
    rate: str | UnsetType | None = UNSET
    region: str | UnsetType | None = UNSET
    place: str | UnsetType | None = UNSET
    term: str | UnsetType | None = UNSET
    stage: int | UnsetType | None = UNSET
    signatories: list[str] | UnsetType = UNSET
    witnesses: list[str] | UnsetType = UNSET
    remarks: str | UnsetType | None = UNSET
    undisclosed: bool | UnsetType = UNSET
    project: str | UnsetType | None = UNSET
    meeting: str | UnsetType | None = UNSET


@patch(
    "/api/v1/deals/{number:str}",
    opt=SIGNING,
    tags=["deals"],
    summary="Amend a deal by a new revision",
    description=(
        "`reason` is needed. Of a confirmed deal the old figures count until another person confirms the new ones. "
        "409 `wrong_status` where it is void, `changed_meanwhile`."
    ),
)
async def amend(request: Request[Any, Any, Any], number: FromPath[str], data: JSONBody[DealPatch]) -> DealOut:
    edition = await require_current()
    now = await queries.standing(edition, number)
    given = {
        name: value
        for name in DealPatch.__struct_fields__
        if name not in ("reason", "revision") and (value := getattr(data, name)) is not UNSET
    }
    wanted = msgspec.structs.replace(as_typed(now.figures, now.people), **given)
    after = await services.amend(
        actor_of(request), edition, number, wanted, reason=data.reason, expected=data.revision or now.revision
    )
    return await _out(after, edition)


class VoidIn(Body, frozen=True, kw_only=True):
    reason: str
    revision: int | None = None


@post(
    "/api/v1/deals/{number:str}/void",
    opt=SIGNING,
    status_code=200,
    tags=["deals"],
    summary="End a deal for good: what counted counts no more",
    description="`reason` is needed. 409 `wrong_status` where it is void already.",
)
async def void(request: Request[Any, Any, Any], number: FromPath[str], data: JSONBody[VoidIn]) -> Response[DealOut]:
    edition = await require_current()

    async def work() -> DealOut:
        after = await services.void(actor_of(request), edition, number, reason=data.reason, expected=data.revision)
        return await _out(after, edition)

    return await once_only(request, work, status_code=200)


class ByOut(msgspec.Struct):
    """``key`` names a person or a program for good, ``name`` is what it is called now."""

    key: str
    name: str


class RevisionOut(msgspec.Struct, kw_only=True):
    """``content``: the revision whose figures the step is about; ``previous`` and ``hash`` are the chain."""

    revision: int
    step: DealStep
    at: datetime
    by: ByOut
    reason: str
    content: int
    figures: FiguresOut
    previous: str
    hash: str


def _revision(one: Revision, edition: EditionInfo) -> RevisionOut:
    return RevisionOut(
        revision=one.n,
        step=one.step,
        at=one.at.astimezone(edition.zone),
        by=ByOut(one.actor, one.name),
        reason=one.reason,
        content=one.content,
        figures=FiguresOut(**_figures(one.figures)),
        previous=one.previous,
        hash=one.hash,
    )


@get(
    "/api/v1/deals/{number:str}/revisions",
    opt=SIGNING,
    tags=["deals"],
    summary="Who did what to a deal and when, in order, each chained to the one before",
)
async def revisions(
    request: Request[Any, Any, Any],
    number: FromPath[str],
    limit: Limit = 50,
    cursor: Cursor = None,
    edition: FromQuery[str | None] = None,
) -> Listing[RevisionOut]:
    after = after_of(request, cursor)
    of = await edition_named(edition)
    found = await queries.revisions(of, number)
    if not found:
        raise NotFound
    start = int(after[0]) if after else 0
    piece = listing(request, found[start : start + limit + 1], limit, len(found), key=lambda one: (one.n,))
    return Listing([_revision(one, of) for one in piece.items], piece.next, piece.total)


ROUTES: list[Any] = [create, listed, one_deal, confirm, amend, void, revisions]
