"""What makes a deal sound, as pure functions over what was typed."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from functools import cache

import msgspec
from babel.core import get_global

from core import money, text
from core.errors import FieldError, InvalidInput
from core.i18n import mark
from deals.tables import DealKind, Side

CNY = "CNY"
MAX_PARTIES = 20
MAX_PEOPLE = 40
MAX_STAGE = 999

REQUIRED = mark("Please fill this in.")
LONG = mark("This is too long.")
UNKNOWN_FIELD = mark("This expo has no such field.")
SUM = mark("The fields do not add up to the amount, to the fen.")
NO_AMOUNT = mark("Without an amount the fields have none either.")
NO_PROJECT = mark("There is no such project.")
WRONG_CURRENCY = mark("Please write a currency by its three letters, such as CNY or USD.")
RATE_NEEDED = mark("Please give the rate: yuan for one unit of the currency.")
RATE_ODD = mark("Yuan need no rate.")
RATE = mark("Please write a rate such as 7.1234.")
PERCENT = mark("Please write a percentage such as 33.3.")
HUNDRED = mark("The percentages do not add up to 100.")


class PartyIn(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """An exhibitor by its number, or anybody by name. One that is not ``public`` is named on no public list."""

    exhibitor: str | None = None
    name: str | None = None
    public: bool = True


class AllocationIn(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """``amount`` in the deal's currency; or ``percent`` of it, in all of them."""

    field: str
    amount: str | None = None
    percent: str | None = None


class DealIn(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A deal as typed. Amounts are plain digits; forms read what people type before."""

    parties: list[str | PartyIn]
    kind: DealKind
    signed_on: str
    amount: str | None = None
    allocations: list[AllocationIn] = []
    currency: str | None = None
    rate: str | None = None
    region: str | None = None
    place: str | None = None
    term: str | None = None
    stage: int | None = None
    signatories: list[str] = []
    witnesses: list[str] = []
    remarks: str | None = None
    undisclosed: bool = False
    project: str | None = None
    meeting: str | None = None


class Known(msgspec.Struct, frozen=True):
    """An exhibitor of the edition."""

    id: int
    number: str
    name: str
    name_en: str = ""


class Party(msgspec.Struct, frozen=True):
    exhibitor: str
    name: str
    public: bool = True


class Split(msgspec.Struct, frozen=True):
    field: str
    #: Hundredths of the deal's currency, and what they come to in fen.
    amount: int | None
    fen: int | None


class People(msgspec.Struct, frozen=True):
    """What names people; it stands beside the chain and can be erased."""

    remarks: str = ""
    signatories: tuple[str, ...] = ()
    witnesses: tuple[str, ...] = ()


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """A checked deal."""

    kind: DealKind
    currency: str
    amount: int | None
    rate: str | None
    fen: int | None
    region: str
    signed_on: str
    place: str
    term: str
    stage: int | None
    undisclosed: bool
    project: str | None
    meeting: str | None
    parties: tuple[Party, ...]
    split: tuple[Split, ...]

    @property
    def side(self) -> Side:
        return Side.exhibitor if any(party.exhibitor for party in self.parties) else Side.outside


def key_of(name: str) -> str:
    """What of an organisation's name is compared."""
    return re.sub(r"[\s·・.,，。()（）\-—_'\"“”《》]", "", text.search_key(name))[:200]


@cache
def currencies() -> frozenset[str]:
    return frozenset(get_global("all_currencies"))


class _Faults:
    def __init__(self) -> None:
        self.errors: list[FieldError] = []

    def add(self, field: str, code: str, message: str) -> None:
        self.errors.append(FieldError(field, code, message))

    def text(self, field: str, typed: str | None, longest: int, *, paragraphs: bool = False) -> str:
        try:
            if len(typed or "") > longest * 4:
                raise text.Fault("too_long", LONG)
            found = (text.paragraphs if paragraphs else text.line)(typed or "")
            if len(found) > longest:
                raise text.Fault("too_long", LONG)
            return found
        except text.Fault as fault:
            self.add(field, fault.code, fault.message)
            return ""

    def money(self, field: str, typed: str | None) -> int | None:
        if typed is None:
            return None
        try:
            return money.from_plain(typed)
        except text.Fault as fault:
            self.add(field, fault.code, fault.message)
            return None


_DECIMAL = re.compile(r"[0-9]{1,9}(\.[0-9]{1,8})?")


def _positive(typed: str, fault: str) -> Fraction:
    bare = text.line(typed)[:30].removesuffix("%").removesuffix("％").strip().replace("．", ".")
    if not _DECIMAL.fullmatch(bare) or not Fraction(bare):
        raise text.Fault("number", fault)
    return Fraction(bare)


def percentages(typed: Sequence[str]) -> list[Fraction]:
    """:raises Fault: one is none, or they are not 100 together."""
    found = [_positive(one, PERCENT) for one in typed]
    if sum(found) != 100:
        raise text.Fault("percent_sum", HUNDRED)
    return found


def number_of(typed: str | None) -> str:
    """As projects and meetings bear it; empty where none is named, and of what is far too long."""
    try:
        return text.code((typed or "")[:100])[:40]
    except text.Fault:
        return "?"


def checked(
    typed: DealIn,
    *,
    fields: Collection[str],
    exhibitors: Mapping[str, Known],
    projects: Collection[str],
    meetings: Collection[str] = (),
    today: date,
) -> tuple[Figures, People]:
    """``exhibitors``: those of the edition that the parties name, by number; ``projects`` and ``meetings``: of those
    named, which exist.

    :raises InvalidInput: with every fault; its code is ``allocation_sum`` where the split does not fit the amount.
    """
    faults = _Faults()
    parties = _parties(typed.parties, exhibitors, faults)
    amount = faults.money("amount", typed.amount)
    currency, rate = _currency(typed, faults)
    split, fen = _split(typed, amount, rate, fields, faults)
    if fen is not None and not 0 < fen <= money.MOST_FEN:
        faults.add("rate", "out_of_range", mark("In yuan this is nothing, or more than thirteen digits."))
    project = number_of(typed.project)
    if project and project not in projects:
        faults.add("project", "unknown", NO_PROJECT)
    meeting = number_of(typed.meeting)
    if meeting and meeting not in meetings:
        faults.add("meeting", "unknown", mark("There is no such meeting."))
    if typed.stage is not None and not 1 <= typed.stage <= MAX_STAGE:
        faults.add("stage", "out_of_range", mark("This number is out of range."))
    figures = Figures(
        kind=typed.kind,
        currency=currency,
        amount=amount,
        rate=None if rate is None else _said(rate),
        fen=fen,
        region=faults.text("region", typed.region, 60),
        signed_on=_day(typed.signed_on, today, faults),
        place=faults.text("place", typed.place, 200),
        term=faults.text("term", typed.term, 200),
        stage=typed.stage,
        undisclosed=typed.undisclosed,
        project=project or None,
        meeting=meeting or None,
        parties=parties,
        split=split,
    )
    people = People(
        remarks=faults.text("remarks", typed.remarks, 2000, paragraphs=True),
        signatories=_names("signatories", typed.signatories, faults),
        witnesses=_names("witnesses", typed.witnesses, faults),
    )
    if faults.errors:
        summed = any(fault.code == "allocation_sum" for fault in faults.errors)
        raise InvalidInput(code="allocation_sum" if summed else None, errors=tuple(faults.errors))
    return figures, people


def _parties(typed: Sequence[str | PartyIn], known: Mapping[str, Known], faults: _Faults) -> tuple[Party, ...]:
    if len(typed) > MAX_PARTIES:
        faults.add("parties", "too_many", mark("At most 20 parties."))
        return ()
    found: list[Party] = []
    keys: set[str] = set()
    for n, one in enumerate(typed):
        at = f"parties.{n}"
        party = one if isinstance(one, PartyIn) else PartyIn(name=one)
        number = text.line(party.exhibitor or "")[:40] if party.exhibitor is not None else ""
        if (party.exhibitor is None) == (party.name is None):
            faults.add(at, "required", mark("Please give a name, or an exhibitor by its number."))
            continue
        if party.exhibitor is not None:
            if number not in known:
                faults.add(f"{at}.exhibitor", "unknown_exhibitor", mark("This expo has no such exhibitor."))
                continue
            name = known[number].name
        else:
            name = faults.text(at, party.name, 200)
            if not key_of(name):
                if not any(fault.field == at for fault in faults.errors):
                    faults.add(at, "required", REQUIRED)
                continue
        if key_of(name) in keys:
            faults.add(at, "twice", mark("This party stands here twice."))
            continue
        keys.add(key_of(name))
        found.append(Party(number, name, party.public))
    if len(typed) < 2:
        faults.add("parties", "too_few", mark("A deal has two parties at least."))
    return tuple(found)


def _currency(typed: DealIn, faults: _Faults) -> tuple[str, Fraction | None]:
    currency = text.code(typed.currency[:20]) if typed.currency else CNY
    if currency not in currencies():
        faults.add("currency", "unknown_currency", WRONG_CURRENCY)
        return CNY, None
    try:
        rate = None if typed.rate is None else _positive(typed.rate, RATE)
    except text.Fault as fault:
        faults.add("rate", fault.code, fault.message)
        return currency, None
    if currency == CNY:
        if rate not in (None, 1):
            faults.add("rate", "not_applicable", RATE_ODD)
        return CNY, None
    if rate is None and typed.amount is not None:
        faults.add("rate", "required", RATE_NEEDED)
    return currency, rate


def _said(rate: Fraction) -> str:
    """Eight places at most, without idle zeros."""
    whole, rest = divmod(int(rate * 10**8), 10**8)
    return f"{whole}.{rest:08d}".rstrip("0").rstrip(".")


def _split(
    typed: DealIn, amount: int | None, rate: Fraction | None, fields: Collection[str], faults: _Faults
) -> tuple[tuple[Split, ...], int | None]:
    """The parts and the whole in fen."""
    names: list[str] = []
    for n, one in enumerate(typed.allocations[:100]):
        code = one.field.strip()
        if code not in fields:
            faults.add(f"allocations.{n}.field", "unknown_field", UNKNOWN_FIELD)
        elif code in names:
            faults.add(f"allocations.{n}.field", "twice", mark("This field stands here twice."))
        names.append(code)
    if typed.amount is None:
        for n, one in enumerate(typed.allocations):
            if one.amount is not None or one.percent is not None:
                faults.add(f"allocations.{n}.amount", "allocation_sum", NO_AMOUNT)
        return tuple(Split(name, None, None) for name in names), None
    if amount is None:
        return (), None
    parts = _amounts(typed.allocations, amount, faults)
    if parts is None:
        return (), None
    if sum(parts) != amount:
        faults.add("allocations", "allocation_sum", SUM)
        return (), None
    if rate is None:
        return tuple(Split(name, part, part) for name, part in zip(names, parts, strict=True)), amount
    total, fens = money.converted(parts, rate)
    return tuple(Split(*one) for one in zip(names, parts, fens, strict=True)), total


def _amounts(typed: Sequence[AllocationIn], amount: int, faults: _Faults) -> list[int] | None:
    """None where one can't be read."""
    before = len(faults.errors)
    if any(one.percent is not None for one in typed):
        for n, one in enumerate(typed):
            if one.amount is not None or one.percent is None:
                faults.add(f"allocations.{n}", "mixed", mark("Please give amounts, or percentages in all of them."))
        if len(faults.errors) > before:
            return None
        weights = []
        for n, one in enumerate(typed):
            try:
                weights.append(_positive(one.percent or "", PERCENT))
            except text.Fault as fault:
                faults.add(f"allocations.{n}.percent", fault.code, fault.message)
        if len(faults.errors) > before:
            return None
        if sum(weights) != 100:
            faults.add("allocations", "allocation_sum", HUNDRED)
            return None
        return money.by_shares(amount, weights)
    found = []
    for n, one in enumerate(typed):
        if one.amount is None:
            faults.add(f"allocations.{n}.amount", "required", REQUIRED)
        found.append(faults.money(f"allocations.{n}.amount", one.amount))
    read = [part for part in found if part is not None]
    return read if len(read) == len(found) else None


def _day(typed: str, today: date, faults: _Faults) -> str:
    try:
        found = date.fromisoformat(text.code(typed[:40]))
    except (ValueError, text.Fault):
        message = mark("Please write the day as year-month-day, such as 2026-09-15.")
        faults.add("signed_on", "date", message)
        return ""
    if not today - timedelta(days=3660) <= found <= today + timedelta(days=366):
        faults.add("signed_on", "out_of_range", mark("This day is too far away."))
    return found.isoformat()


def _names(field: str, typed: Sequence[str], faults: _Faults) -> tuple[str, ...]:
    if len(typed) > MAX_PEOPLE:
        faults.add(field, "too_many", mark("At most 40 names."))
        return ()
    read = [faults.text(f"{field}.{n}", one, 100) for n, one in enumerate(typed)]
    return tuple(name for name in read if name)


def as_typed(figures: Figures, people: People) -> DealIn:
    """A stored deal as it would be typed anew: what an amendment begins with."""
    return DealIn(
        parties=[
            PartyIn(
                exhibitor=party.exhibitor or None, name=None if party.exhibitor else party.name, public=party.public
            )
            for party in figures.parties
        ],
        kind=figures.kind,
        signed_on=figures.signed_on,
        amount=None if figures.amount is None else money.plain(figures.amount),
        allocations=[
            AllocationIn(part.field, None if part.amount is None else money.plain(part.amount))
            for part in figures.split
        ],
        currency=figures.currency,
        rate=figures.rate,
        region=figures.region,
        place=figures.place,
        term=figures.term,
        stage=figures.stage,
        signatories=list(people.signatories),
        witnesses=list(people.witnesses),
        remarks=people.remarks,
        undisclosed=figures.undisclosed,
        project=figures.project,
        meeting=figures.meeting,
    )
