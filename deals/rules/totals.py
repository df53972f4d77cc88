"""Totals out of cells: sums of integers, never of what is shown."""

from collections.abc import Callable, Iterable

import msgspec

from core import money
from deals.rules.ledger import Cell, Posting
from deals.tables import DealKind, Side


class Line(msgspec.Struct, frozen=True):
    """``key``: a field's code, a kind, a day, a region, a side. ``share`` of the total."""

    key: str
    deals: int
    fen: int
    share: float = 0.0


class Sum(msgspec.Struct, frozen=True):
    deals: int
    fen: int


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """What is undisclosed stands outside all of it, and only its number is told."""

    deals: int
    fen: int
    #: Deals without an amount.
    bare: int
    without_intents: Sum
    undisclosed: int
    by_field: tuple[Line, ...]
    by_kind: tuple[Line, ...]
    by_day: tuple[Line, ...]
    by_region: tuple[Line, ...]
    by_side: tuple[Line, ...]


def _lines(cells: Iterable[Posting], of: Callable[[Cell], str], always: Iterable[str] = ()) -> tuple[Line, ...]:
    """In the order of ``always``, then of the keys."""
    found: dict[str, list[int]] = {key: [0, 0] for key in always}
    rest: dict[str, list[int]] = {}
    for one in cells:
        key = of(one.cell)
        sums = (found if key in found else rest).setdefault(key, [0, 0])
        sums[0] += one.deals
        sums[1] += one.fen
    found |= {key: rest[key] for key in sorted(rest) if any(rest[key])}
    shares = money.shares([sums[1] for sums in found.values()])
    return tuple(Line(key, sums[0], sums[1], share) for (key, sums), share in zip(found.items(), shares, strict=True))


def summed(cells: Iterable[Posting], fields: Iterable[str]) -> Totals:
    """``fields``: those that always stand there, in their order."""
    every = list(cells)
    shown = [one for one in every if not one.cell.undisclosed]
    whole = [one for one in shown if not one.cell.field]
    firm = [one for one in whole if one.cell.kind != DealKind.intent.value]
    return Totals(
        deals=sum(one.deals for one in whole),
        fen=sum(one.fen for one in whole),
        bare=sum(one.bare for one in whole),
        without_intents=Sum(sum(one.deals for one in firm), sum(one.fen for one in firm)),
        undisclosed=sum(one.deals for one in every if one.cell.undisclosed and not one.cell.field),
        by_field=_lines([one for one in shown if one.cell.field], lambda cell: cell.field, fields),
        by_kind=_lines(whole, lambda cell: cell.kind, list(DealKind)),
        by_day=_lines(whole, lambda cell: cell.day),
        by_region=_lines(whole, lambda cell: cell.region),
        by_side=_lines(whole, lambda cell: cell.side, list(Side)),
    )
