"""Who might get which booth: a suggestion that people accept or change, the same for the same question.

In the order of approval each gets the best place that is left: in the zone of its own category, never smaller than
wished for, as little larger as can be, several booths side by side. Who finds none waits, and the reason is said.
"""

from collections.abc import Sequence
from itertools import pairwise

import msgspec

from core.i18n import mark
from exhibitors.rules.plan import Rect, joined, touching
from exhibitors.tables import BoothKind


class Wish(msgspec.Struct, frozen=True):
    number: str
    kind: BoothKind
    #: Standard booths; 1 at least.
    count: int = 1
    #: Raw space, in dm².
    area: int = 0
    #: What its zone may be called: codes and names of its categories and fields, as a search compares them, the
    #: leading one first.
    themes: tuple[str, ...] = ()


class Place(msgspec.Struct, frozen=True):
    """A free booth; the plan's order is theirs."""

    code: str
    hall: str
    kind: BoothKind
    rect: Rect
    area: int
    open_sides: int = 0
    #: As a search compares it.
    zone: str = ""


class Reason(msgspec.Struct, frozen=True):
    """A source text with its values."""

    text: str
    values: dict[str, str] = {}


class Proposal(msgspec.Struct, frozen=True):
    number: str
    #: None: nothing fits.
    codes: tuple[str, ...]
    reasons: tuple[Reason, ...]


def _runs(free: Sequence[Place], count: int) -> list[tuple[Place, ...]]:
    """All sets of so many standard booths that lie in one row, and blocks of two rows back to back."""
    rows: dict[tuple[str, int, int], list[Place]] = {}
    for place in free:
        if place.kind is BoothKind.standard:
            rows.setdefault((place.hall, place.rect.y, place.rect.height), []).append(place)
    found: list[tuple[Place, ...]] = []
    pieces: dict[tuple[str, int], list[tuple[Place, ...]]] = {}
    half = count // 2 if count >= 4 and count % 2 == 0 else 0
    for (hall, _, _), row in rows.items():
        row.sort(key=lambda place: place.rect.x)
        for size in {count, half} - {0}:
            for start in range(len(row) - size + 1):
                run = row[start : start + size]
                if all(touching(a.rect, b.rect) for a, b in pairwise(run)):
                    if size == count:
                        found.append(tuple(run))
                    if size == half:
                        pieces.setdefault((hall, run[0].rect.x), []).append(tuple(run))
    for same in pieces.values():
        for upper in same:
            for lower in same:
                if lower[0].rect.y == upper[0].rect.bottom and joined([p.rect for p in (*upper, *lower)]):
                    found.append((*upper, *lower))
    return found


def _leftover(run: Sequence[Place], free: Sequence[Place]) -> int:
    """How many free neighbours would be left alone by it: pieces that nobody wants."""
    own = {place.code for place in run}
    rest = [place for place in free if place.code not in own and place.hall == run[0].hall]
    beside = [place for place in rest if any(touching(place.rect, one.rect) for one in run)]
    return sum(not any(touching(place.rect, one.rect) for one in rest if one is not place) for place in beside)


def suggest(wishes: Sequence[Wish], free: Sequence[Place]) -> list[Proposal]:
    """``wishes`` in the order of approval. One proposal for each, in that order."""
    left = list(free)
    order = {place.code: n for n, place in enumerate(free)}
    out: list[Proposal] = []
    for n, wish in enumerate(wishes, 1):
        best = _best_raw(wish, left, order) if wish.kind is BoothKind.raw else _best_standard(wish, left, order)
        turn = Reason(mark("Number %(n)s by the day of approval."), {"n": str(n)})
        if best is None:
            out.append(Proposal(wish.number, (), (_why_not(wish, left), turn)))
            continue
        taken = {place.code for place in best}
        left = [place for place in left if place.code not in taken]
        out.append(Proposal(wish.number, tuple(place.code for place in best), (*_why(wish, best), turn)))
    return out


def _rank_of_zone(wish: Wish, places: Sequence[Place]) -> int:
    """0 for the leading theme, then the others; then places of no zone; last those of somebody else's."""
    zone = places[0].zone
    if any(place.zone != zone for place in places):
        return 900
    if zone in wish.themes:
        return wish.themes.index(zone)
    return 800 if not zone else 850


def _best_standard(wish: Wish, left: Sequence[Place], order: dict[str, int]) -> tuple[Place, ...] | None:
    found = _runs(left, wish.count)
    if not found:
        return None
    ranked = [
        (_rank_of_zone(wish, run), sum(place.area for place in run), sum(max(0, p.open_sides - 1) for p in run), run)
        for run in found
    ]
    least = min(entry[:3] for entry in ranked)
    equal = [run for *rank, run in ranked if tuple(rank) == least]
    # Only the first rows of a large hall are compared for what they leave over.
    return min(equal[:40], key=lambda run: (_leftover(run, left) if wish.count > 1 else 0, order[run[0].code]))


def _best_raw(wish: Wish, left: Sequence[Place], order: dict[str, int]) -> tuple[Place, ...] | None:
    fitting = [place for place in left if place.kind is BoothKind.raw and place.area >= wish.area]
    best = min(
        fitting,
        key=lambda place: (_rank_of_zone(wish, [place]), place.area, -place.open_sides, order[place.code]),
        default=None,
    )
    return None if best is None else (best,)


def _why(wish: Wish, best: Sequence[Place]) -> list[Reason]:
    reasons: list[Reason] = []
    rank = _rank_of_zone(wish, best)
    if rank < 800:
        reasons.append(Reason(mark("In the zone of its category.")))
    elif rank == 850:
        reasons.append(Reason(mark("Its own zone is full: in another one.")))
    if len(best) > 1:
        reasons.append(Reason(mark("%(n)s booths side by side."), {"n": str(len(best))}))
    if wish.kind is BoothKind.raw:
        more = best[0].area - wish.area
        if more:
            reasons.append(
                Reason(mark("%(more)s m² more than wished for: the nearest size."), {"more": f"{more / 100:g}"})
            )
        else:
            reasons.append(Reason(mark("Exactly the size wished for.")))
    return reasons


def _why_not(wish: Wish, left: Sequence[Place]) -> Reason:
    if wish.kind is BoothKind.raw:
        return Reason(mark("No raw space of that size is free. Neighbours can be merged for it."))
    if any(place.kind is BoothKind.standard for place in left):
        return Reason(mark("No %(n)s free booths stand side by side."), {"n": str(wish.count)})
    return Reason(mark("No standard booth is free."))
