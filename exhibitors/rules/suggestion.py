"""Who might get which booth: a suggestion that people accept or change, the same for the same question.

In the order of approval each gets the best place that is left: in the zone of its own category, never smaller than
wished for, as little larger as can be, several booths side by side. Where no single raw space is large enough, free
neighbours are proposed to be merged. Who finds none waits, and the reason is said.
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
    #: The booths are to be merged into one.
    merged: bool = False


class _Run(msgspec.Struct, frozen=True):
    """Standard booths that lie in one row, or in two rows back to back."""

    places: tuple[Place, ...]
    codes: frozenset[str]
    area: int
    #: Open sides beyond the first: corners cost more.
    corners: int


def _run(places: Sequence[Place]) -> _Run:
    return _Run(
        tuple(places),
        frozenset(place.code for place in places),
        sum(place.area for place in places),
        sum(max(0, place.open_sides - 1) for place in places),
    )


def _runs(free: Sequence[Place], count: int) -> list[_Run]:
    """All sets of so many that stand together."""
    rows: dict[tuple[str, int, int], list[Place]] = {}
    for place in free:
        if place.kind is BoothKind.standard:
            rows.setdefault((place.hall, place.rect.y, place.rect.height), []).append(place)
    found: list[_Run] = []
    pieces: dict[tuple[str, int], list[list[Place]]] = {}
    half = count // 2 if count >= 4 and count % 2 == 0 else 0
    for (hall, _, _), row in rows.items():
        row.sort(key=lambda place: place.rect.x)
        for size in {count, half} - {0}:
            for start in range(len(row) - size + 1):
                run = row[start : start + size]
                if all(touching(a.rect, b.rect) for a, b in pairwise(run)):
                    if size == count:
                        found.append(_run(run))
                    if size == half:
                        pieces.setdefault((hall, run[0].rect.x), []).append(run)
    for same in pieces.values():
        for upper in same:
            for lower in same:
                if lower[0].rect.y == upper[0].rect.bottom and joined([p.rect for p in (*upper, *lower)]):
                    found.append(_run([*upper, *lower]))
    return found


class _Floor:
    """What is left, as it is given away."""

    def __init__(self, free: Sequence[Place]) -> None:
        self.free = {place.code: place for place in free}
        self.order = {place.code: n for n, place in enumerate(free)}
        self.near: dict[str, set[str]] = {place.code: set() for place in free}
        self.runs: dict[int, list[_Run]] = {}
        by_hall: dict[str, list[Place]] = {}
        for place in free:
            by_hall.setdefault(place.hall, []).append(place)
        for places in by_hall.values():
            self._find_neighbours(sorted(places, key=lambda place: place.rect.x))

    def _find_neighbours(self, places: list[Place]) -> None:
        for n, one in enumerate(places):
            for other in places[n + 1 :]:
                if other.rect.x > one.rect.right:
                    break
                if touching(one.rect, other.rect):
                    self.near[one.code].add(other.code)
                    self.near[other.code].add(one.code)

    def standing(self, count: int) -> list[_Run]:
        """Runs that are whole still."""
        found = self.runs.get(count)
        if found is None:
            found = _runs(list(self.free.values()), count)
        self.runs[count] = [run for run in found if all(code in self.free for code in run.codes)]
        return self.runs[count]

    def take(self, places: Sequence[Place]) -> None:
        for place in places:
            del self.free[place.code]

    def leftover(self, run: _Run) -> int:
        """How many free neighbours it would leave alone: pieces that nobody wants."""
        beside = {code for own in run.codes for code in self.near[own] if code in self.free} - run.codes
        return sum(not any(code in self.free and code not in run.codes for code in self.near[one]) for one in beside)


def suggest(wishes: Sequence[Wish], free: Sequence[Place]) -> list[Proposal]:
    """``wishes`` in the order of approval. One proposal for each, in that order."""
    floor = _Floor(free)
    out: list[Proposal] = []
    for n, wish in enumerate(wishes, 1):
        best = _best_raw(wish, floor) if wish.kind is BoothKind.raw else _best_standard(wish, floor)
        parts = _best_merger(wish, floor) if best is None and wish.kind is BoothKind.raw else None
        turn = Reason(mark("Number %(n)s by the day of approval."), {"n": str(n)})
        if parts is not None:
            floor.take(parts)
            codes = tuple(place.code for place in parts)
            out.append(Proposal(wish.number, codes, (*_why_merged(wish, parts), turn), merged=True))
            continue
        if best is None:
            out.append(Proposal(wish.number, (), (_why_not(wish, floor), turn)))
            continue
        floor.take(best)
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


def _best_standard(wish: Wish, floor: _Floor) -> tuple[Place, ...] | None:
    found = floor.standing(wish.count)
    if not found:
        return None
    ranked = [((_rank_of_zone(wish, run.places), run.area, run.corners), run) for run in found]
    least = min(rank for rank, _ in ranked)
    equal = [run for rank, run in ranked if rank == least]
    best = min(equal, key=lambda run: (floor.leftover(run) if wish.count > 1 else 0, floor.order[run.places[0].code]))
    return best.places


def _best_raw(wish: Wish, floor: _Floor) -> tuple[Place, ...] | None:
    fitting = [place for place in floor.free.values() if place.kind is BoothKind.raw and place.area >= wish.area]
    best = min(
        fitting,
        key=lambda place: (_rank_of_zone(wish, [place]), place.area, -place.open_sides, floor.order[place.code]),
        default=None,
    )
    return None if best is None else (best,)


def _mergers(free: Sequence[Place], area: int) -> list[tuple[Place, ...]]:
    """Neighbours of one row, or of two rows back to back, that make a rectangle of at least this area."""
    rows: dict[tuple[str, int, int], list[Place]] = {}
    for place in free:
        rows.setdefault((place.hall, place.rect.y, place.rect.height), []).append(place)
    found: list[tuple[Place, ...]] = []
    for (hall, y, height), row in rows.items():
        row.sort(key=lambda place: place.rect.x)
        behind = [other for (h, at, _), those in rows.items() if h == hall and at == y + height for other in those]
        for start in range(len(row)):
            run: list[Place] = []
            for place in row[start:]:
                if run and not touching(run[-1].rect, place.rect):
                    break
                run.append(place)
                left, right = run[0].rect.x, place.rect.right
                below = [other for other in behind if left <= other.rect.x and other.rect.right <= right]
                single, double = sum(one.area for one in run), sum(one.area for one in (*run, *below))
                if below and double >= area and joined([one.rect for one in (*run, *below)]):
                    found.append((*run, *below))
                if single >= area:
                    if len(run) > 1 and joined([one.rect for one in run]):
                        found.append(tuple(run))
                    break
    return found


def _best_merger(wish: Wish, floor: _Floor) -> tuple[Place, ...] | None:
    return min(
        _mergers(list(floor.free.values()), wish.area),
        key=lambda run: (
            _rank_of_zone(wish, run),
            sum(one.area for one in run),
            len(run),
            floor.order[run[0].code],
        ),
        default=None,
    )


def _why_merged(wish: Wish, parts: Sequence[Place]) -> list[Reason]:
    values = {"n": str(len(parts)), "area": f"{sum(one.area for one in parts) / 100:g}"}
    reasons = [
        Reason(mark("No single raw space of that size is free: %(n)s neighbours are merged into %(area)s m²."), values)
    ]
    if _rank_of_zone(wish, parts) < 800:
        reasons.append(Reason(mark("In the zone of its category.")))
    return reasons


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


def _why_not(wish: Wish, floor: _Floor) -> Reason:
    if wish.kind is BoothKind.raw:
        return Reason(mark("No raw space of that size is free, and no free neighbours make one."))
    if any(place.kind is BoothKind.standard for place in floor.free.values()):
        return Reason(mark("No %(n)s free booths stand side by side."), {"n": str(wish.count)})
    return Reason(mark("No standard booth is free."))
