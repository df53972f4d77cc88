"""Scans at the gates: one by one, in batches from phones that had no network, taken back, and listed."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from litestar import MediaType, Request, get, post
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response.base import ASGIResponse

from api.checkpoints import code_of
from checkin.queries import scans as queries
from checkin.queries.scans import ScanLine, Wanted
from checkin.rules.scans import BatchIn, ScanIn
from checkin.services.scans import gate, undo
from checkin.services.scans.record import Answer
from checkin.tables import BadgeKind, Direction, Reason, Verdict
from core.accounts.roles import Role
from core.editions.queries import EditionInfo, edition_named, require_current
from gateway.access import actor_of, allow
from gateway.lists import Cursor, Limit, Listing, after_of, listing

_encode = msgspec.json.Encoder().encode
_AT_A_GATE = {**allow(Role.gate), "limit": "scans"}


class HolderOut(msgspec.Struct):
    """`note`: what the crew should know."""

    name: str
    organisation: str
    kind: BadgeKind
    note: str


class ScanOut(msgspec.Struct):
    """`count` people with this scan, of `size` that the badge is for. `here`: how many of this badge are inside now;
    `inside`: how many people are in the area."""

    nonce: str
    verdict: Verdict
    reason: Reason | None
    holder: HolderOut | None
    first_admitted_at: datetime | None
    inside: int
    here: int
    count: int
    size: int


class BatchScanOut(ScanOut):
    """`conflict`: the phone let in whom the rules would have refused for `reason`; of two it is the later to arrive."""

    conflict: bool


class BatchOut(msgspec.Struct):
    results: list[BatchScanOut]


class UndoIn(msgspec.Struct, forbid_unknown_fields=True):
    reason: Annotated[str, msgspec.Meta(max_length=200)] | None = None


class UndoOut(msgspec.Struct):
    """`inside`: of this badge, without the scan."""

    nonce: str
    undone: bool
    inside: int


class ScanItem(msgspec.Struct):
    """`badge`: a serial, null where what was scanned is none. `automatic`: an exit that an entry elsewhere made."""

    nonce: str
    checkpoint: str
    badge: str | None
    kind: BadgeKind | None
    direction: Direction
    verdict: Verdict
    reason: Reason | None
    count: int
    scanned_at: datetime
    arrived_at: datetime
    offline: bool
    device_verdict: Verdict | None
    device_reason: Reason | None
    conflict: bool
    first_admitted_at: datetime | None
    inside: int
    device: str | None
    skew_ms: int
    note: str
    undone: bool
    automatic: bool


def _members(answer: Answer, edition: EditionInfo) -> dict[str, Any]:
    one, first = answer.holder, answer.first_admitted_at
    return {
        "nonce": answer.nonce,
        "verdict": answer.verdict,
        "reason": answer.reason or None,
        "holder": None if one is None else HolderOut(one.name, one.organisation, BadgeKind(one.kind), one.note),
        "first_admitted_at": None if first is None else first.astimezone(edition.zone),
        "inside": answer.inside,
        "here": answer.here,
        "count": answer.people,
        "size": answer.size,
    }


def bound_to(request: Request[Any, Any, Any]) -> str:
    bound = request.scope.get("yinbo.checkpoint")
    return bound if isinstance(bound, str) else ""


def scan_out(answer: Answer, edition: EditionInfo) -> ScanOut:
    return ScanOut(**_members(answer, edition))


@post(
    "/api/v1/scans",
    opt=_AT_A_GATE,
    status_code=200,
    tags=["check-in"],
    summary="Scan a badge",
    description=(
        "A refused scan is an answer. The same `nonce` always gets the answer that it got first, and is one scan. "
        "403 `other_checkpoint` for a token that is bound to another one."
    ),
    responses={200: ResponseSpec(ScanOut, description="Admitted or refused", generate_examples=False)},
)
async def scan(request: Request[Any, Any, Any], data: JSONBody[ScanIn]) -> ASGIResponse:
    """Written out here: at a gate the way of an answer through the framework is a tenth of the whole."""
    edition = await require_current()
    answer = await gate.scan(actor_of(request), bound_to(request), edition, data)
    return ASGIResponse(body=_encode(scan_out(answer, edition)), media_type=MediaType.JSON, status_code=200)


@post(
    "/api/v1/scans/batch",
    opt=_AT_A_GATE,
    status_code=200,
    tags=["check-in"],
    summary="Scans of a phone that had no network: all or none, answered in their order",
    description=(
        "Whom the phone let in is inside, `conflict` says that the rules would not have. Safe to send again. Times are "
        "set right by the difference of `device_time` to ours."
    ),
)
async def batch(request: Request[Any, Any, Any], data: JSONBody[BatchIn]) -> BatchOut:
    edition = await require_current()
    answers = await gate.batch(actor_of(request), bound_to(request), edition, data)
    return BatchOut([BatchScanOut(**_members(answer, edition), conflict=answer.conflict) for answer in answers])


@post(
    "/api/v1/scans/{nonce:str}/undo",
    opt=_AT_A_GATE,
    status_code=200,
    tags=["check-in"],
    summary="Take a scan back: by the same device within 15 minutes, by an organizer at any time",
    description="It stays written down. 403 `other_device`; 409 `too_late`, `not_admitted`.",
)
async def take_back(
    request: Request[Any, Any, Any], nonce: FromPath[str], data: JSONBody[UndoIn | None] = None
) -> UndoOut:
    edition = await require_current()
    reason = (data.reason if data else None) or ""
    done = await undo.undo(actor_of(request), edition, nonce, reason)
    return UndoOut(done.nonce, True, done.inside)


def _item(one: ScanLine, edition: EditionInfo) -> ScanItem:
    first, zone = one.first_admitted_at, edition.zone
    return ScanItem(
        nonce=one.nonce,
        checkpoint=one.checkpoint,
        badge=one.serial,
        kind=one.kind,
        direction=one.direction,
        verdict=one.verdict,
        reason=one.reason,
        count=one.people,
        scanned_at=one.scanned_at.astimezone(zone),
        arrived_at=one.arrived_at.astimezone(zone),
        offline=one.offline,
        device_verdict=one.device_verdict,
        device_reason=one.device_reason,
        conflict=one.conflict,
        first_admitted_at=None if first is None else first.astimezone(zone),
        inside=one.inside,
        device=one.device,
        skew_ms=one.skew_ms,
        note=one.note,
        undone=one.undone,
        automatic=one.automatic,
    )


@get(
    "/api/v1/scans",
    opt=allow(Role.organizer),
    tags=["check-in"],
    summary="Scans, in the order of their commits: whoever reads on from a cursor misses none",
)
async def scans(
    request: Request[Any, Any, Any],
    limit: Limit = 50,
    cursor: Cursor = None,
    edition: FromQuery[str | None] = None,
    checkpoint: FromQuery[str | None] = None,
    badge: FromQuery[str | None] = None,
    verdict: FromQuery[Verdict | None] = None,
    reason: FromQuery[Reason | None] = None,
    conflict: FromQuery[Literal["true", "false"] | None] = None,
) -> Listing[ScanItem]:
    after = after_of(request, cursor)
    of = await edition_named(edition)
    wanted = Wanted(
        checkpoint=None if checkpoint is None else code_of(checkpoint),
        badge=None if badge is None else code_of(badge),
        verdict=verdict,
        reason=reason,
        conflict=None if conflict is None else conflict == "true",
    )
    place = (int(after[0]), int(after[1])) if after else (0, 0)
    found = await queries.scans(of, wanted, after=place, limit=limit + 1)
    total = await queries.count_scans(of, wanted)
    shown = queries.piece(found, limit)
    piece = listing(request, found[: shown + 1], shown, total, key=lambda one: (one.xid, one.id))
    return Listing([_item(one, of) for one in piece.items], piece.next, piece.total)


ROUTES: list[Any] = [scan, batch, take_back, scans]
