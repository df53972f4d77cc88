"""What was signed in all."""

from datetime import datetime
from typing import Any

import msgspec
from litestar import Request, get
from litestar.params import FromQuery

from core import clock, money
from core.accounts.roles import Role
from core.editions.queries import EditionInfo, edition_named
from core.editions.rules import Choice
from core.errors import FieldError, Forbidden, InvalidInput, NotSignedIn
from core.i18n import mark
from deals.queries import totals as queries
from deals.rules.figures import CNY
from deals.rules.totals import Line, Totals
from deals.tables import DealKind, Side
from gateway.access import PUBLIC, actor_of
from gateway.encoded import Encoded


class SumOut(msgspec.Struct):
    deals: int
    total: str


class FieldOut(msgspec.Struct):
    """``share``: of the total, to four places; all of them together are 1."""

    field: str
    name_zh: str
    name_en: str
    deals: int
    amount: str
    share: float


class KindOut(msgspec.Struct):
    kind: DealKind
    deals: int
    amount: str
    share: float


class DayOut(msgspec.Struct):
    day: str
    deals: int
    amount: str
    share: float


class RegionOut(msgspec.Struct):
    region: str
    deals: int
    amount: str
    share: float


class SideOut(msgspec.Struct):
    """Whether an exhibitor is among the parties."""

    side: Side
    deals: int
    amount: str
    share: float


class DisplayOut(msgspec.Struct):
    """Never more than the total."""

    zh: str
    en: str


class TotalsOut(msgspec.Struct, kw_only=True):
    """Confirmed deals that are not void, of all kinds. ``undisclosed`` ones stand outside every figure here but their
    number; ``without_amount`` ones are among the deals. A breakdown that is not public is null."""

    currency: str
    deals: int
    total: str
    without_amount: int
    undisclosed: int
    without_intents: SumOut
    by_field: list[FieldOut] | None
    by_kind: list[KindOut] | None
    by_day: list[DayOut] | None
    by_region: list[RegionOut] | None
    by_side: list[SideOut] | None
    display: DisplayOut
    as_of: datetime


def out(found: Totals, edition: EditionInfo, as_of: datetime, *, whole: bool) -> TotalsOut:
    names = {choice.code: choice for choice in edition.all_fields}

    def field(line: Line) -> FieldOut:
        name = names.get(line.key, Choice(line.key, line.key, line.key))
        return FieldOut(line.key, name.name_zh, name.name_en, line.deals, money.plain(line.fen), line.share)

    def rest(line: Line) -> tuple[int, str, float]:
        return line.deals, money.plain(line.fen), line.share

    firm = found.without_intents
    return TotalsOut(
        currency=CNY,
        deals=found.deals,
        total=money.plain(found.fen),
        without_amount=found.bare,
        undisclosed=found.undisclosed,
        without_intents=SumOut(firm.deals, money.plain(firm.fen)),
        by_field=[field(line) for line in found.by_field] if whole else None,
        by_kind=[KindOut(DealKind(line.key), *rest(line)) for line in found.by_kind] if whole else None,
        by_day=[DayOut(line.key, *rest(line)) for line in found.by_day] if whole else None,
        by_region=[RegionOut(line.key, *rest(line)) for line in found.by_region] if whole else None,
        by_side=[SideOut(Side(line.key), *rest(line)) for line in found.by_side] if whole else None,
        display=DisplayOut(money.display("zh-CN", found.fen), money.display("en", found.fen)),
        as_of=as_of.astimezone(edition.zone),
    )


def _moment(typed: str, edition: EditionInfo) -> datetime:
    """RFC 3339; without an offset by the edition's clock. A + that came as a space is taken for what it was."""
    try:
        found = datetime.fromisoformat(typed.strip().replace(" ", "+") if "T" in typed else typed.strip())
        found = found if found.tzinfo else found.replace(tzinfo=edition.zone)
        found.astimezone(edition.zone)
    except (ValueError, OverflowError):
        message = mark("Please write a moment such as 2026-09-15T10:30:00+08:00.")
        raise InvalidInput(errors=(FieldError("as_of", "moment", message),)) from None
    return found


class _Kept(msgspec.Struct):
    read: queries.Read
    edition: EditionInfo
    bodies: dict[bool, bytes]


_kept: dict[int, _Kept] = {}


def _body(edition: EditionInfo, read: queries.Read, now: datetime, whole: bool) -> bytes:
    """Encoded once for each change; only the moment is new each time."""
    kept = _kept.get(edition.id)
    if kept is None or kept.read is not read or kept.edition is not edition:
        if len(_kept) > 20:
            _kept.clear()
        kept = _kept[edition.id] = _Kept(read, edition, {})
    before = kept.bodies.get(whole)
    if before is None:
        encoded = msgspec.json.encode(out(read.totals, edition, now, whole=whole))
        before = kept.bodies[whole] = encoded[: encoded.rindex(b'"as_of":') + 8]
    return b'%b"%b"}' % (before, now.astimezone(edition.zone).isoformat().encode())


_HEADERS = [(b"cache-control", b"no-store")]


@get(
    "/api/v1/totals",
    opt={**PUBLIC, "refuses": True},
    tags=["deals"],
    summary="What was signed in all, by field, kind, day, region and side",
    description=(
        "For viewers; for everybody where the edition says so, and the breakdown where it says that too. "
        "`by_field` adds up to `total` exactly. `?as_of=` is inclusive, to the microsecond."
    ),
)
async def totals(
    request: Request[Any, Any, Any], edition: FromQuery[str | None] = None, as_of: FromQuery[str | None] = None
) -> Encoded[TotalsOut]:
    of = await edition_named(edition)
    actor = actor_of(request)
    viewer = Role.viewer in actor.roles
    if not viewer and not of.totals_public:
        raise NotSignedIn if actor.kind == "anonymous" else Forbidden
    whole = viewer or of.breakdown_public
    now = clock.now()
    if as_of is not None:
        moment = _moment(as_of, of)
        found = await queries.totals_as_of(of, moment)
        encoded = msgspec.json.encode(out(found, of, moment, whole=whole))
    else:
        encoded = _body(of, await queries.totals(of), now, whole)
    return Encoded(encoded, _HEADERS)


ROUTES: list[Any] = [totals]
