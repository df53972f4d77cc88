"""A plan of a whole day of meetings: as many as can be, the urgent first, nobody and no table twice. Pure.

**Model.** x(m, s, h) = 1: meeting m is held in slot s at a table of hall h. Worth: the sum of the priorities of what is
held. Each meeting once at most; each person in one meeting at a time, and in two halls only with time to walk between;
in a slot no more meetings in a hall than it has tables.

**How.** HiGHS solves the linear relaxation with the halls as one: no plan is worth more than its optimum, the *bound*.
What it says is rounded to a plan that keeps every rule. Then, until the plan comes near enough to the bound, meetings
around one that found no place are lifted and placed anew as well as can be, a small integer program for HiGHS each
time. What stands already keeps its place where two plans are worth the same. Alike for alike input, but for the limit
of time.
"""

import random
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import product
from typing import NamedTuple

import msgspec

from projects.rules.solver import Program


class Spot(NamedTuple):
    """Indexes into :class:`Board`."""

    slot: int
    hall: int


class Wish(msgspec.Struct, frozen=True):
    """A meeting of two, by their keys. ``stands``: where it is now. ``fixed``: it stays there."""

    id: int
    people: tuple[str, str]
    priority: int = 1
    stands: Spot | None = None
    fixed: bool = False


class Board(msgspec.Struct, frozen=True):
    """``slots``: from minute to minute, in the order of time, none over another. ``halls``: how many tables each has.
    ``taken``: tables that something else has. ``walk``: minutes from a hall to any other."""

    slots: tuple[tuple[int, int], ...]
    halls: tuple[int, ...]
    walk: int = 0
    taken: Mapping[Spot, int] = {}

    def tables(self, spot: Spot) -> int:
        return max(0, self.halls[spot.hall] - self.taken.get(spot, 0))

    def near(self) -> list[tuple[int, ...]]:
        """For each slot those that are too close to it to come from another hall."""
        return [
            tuple(
                other
                for other, (begins, ends) in enumerate(self.slots)
                if other != slot and begins - until < self.walk and since - ends < self.walk
            )
            for slot, (since, until) in enumerate(self.slots)
        ]


class Why(StrEnum):
    """It has no place because …"""

    #: the two are never free at the same time.
    never_both = "never_both"
    #: whenever both could, one of them meets somebody else.
    busy = "busy"
    #: whenever both are free, every table is taken.
    tables = "tables"
    #: a table is free only in another hall, too far from the meeting before or after.
    walk = "walk"


class Plan(msgspec.Struct, frozen=True):
    """``worth`` of ``bound``: what is held, and what no plan can exceed; with what is fixed. ``moved``: stood
    elsewhere before."""

    spots: dict[int, Spot]
    unplaced: dict[int, Why]
    moved: tuple[int, ...]
    worth: int
    bound: int


#: Near enough to the bound to stop.
ENOUGH = 0.001
#: What the first of all times is worth more than the last, so that a day begins early where nothing speaks against it.
#: It only lifts the bound.
EARLY = 1e-4
#: Meetings that are lifted at once.
LIFTED = 60
#: Neighbourhoods in a row that brought nothing before it is left at that.
PATIENCE = 60
#: What a place that stays is worth beside a priority of 1.
_UNIT = 100


class _Work:
    """A plan in the making that keeps every rule at each step."""

    def __init__(self, board: Board, wishes: Iterable[Wish], busy: Mapping[str, frozenset[int]]) -> None:
        self.board = board
        self.wishes = {wish.id: wish for wish in sorted(wishes, key=lambda wish: wish.id)}
        self.near = board.near()
        self.spots: dict[int, Spot] = {}
        self.used: dict[Spot, int] = defaultdict(int)
        #: The hall in which somebody is, by slot.
        self.where: dict[str, dict[int, int]] = defaultdict(dict)
        self.of: dict[str, list[int]] = defaultdict(list)
        every = range(len(board.slots))
        self.common: dict[int, list[int]] = {}
        for wish in self.wishes.values():
            away = busy.get(wish.people[0], frozenset()) | busy.get(wish.people[1], frozenset())
            self.common[wish.id] = [slot for slot in every if slot not in away]
            for person in wish.people:
                self.of[person].append(wish.id)

    def fits(self, wish: Wish, spot: Spot) -> bool:
        return self.used[spot] < self.board.tables(spot) and self.within_reach(wish, spot)

    def within_reach(self, wish: Wish, spot: Spot) -> bool:
        for person in wish.people:
            of = self.where[person]
            if spot.slot in of:
                return False
            if any(of.get(slot, spot.hall) != spot.hall for slot in self.near[spot.slot]):
                return False
        return True

    def put(self, wish: Wish, spot: Spot) -> None:
        self.spots[wish.id] = spot
        self.used[spot] += 1
        for person in wish.people:
            self.where[person][spot.slot] = spot.hall

    def lift(self, wish: Wish) -> None:
        spot = self.spots.pop(wish.id)
        self.used[spot] -= 1
        for person in wish.people:
            del self.where[person][spot.slot]

    def worth(self, ids: Iterable[int]) -> int:
        return sum(self.wishes[one].priority for one in ids)

    def missing(self) -> list[int]:
        return [one for one in self.wishes if one not in self.spots]

    def settle(self) -> None:
        """A hall to stay in for each person, the busiest first: where those are whom it meets, while there is room."""
        halls = range(len(self.board.halls))
        self.home: dict[str, int] = {}
        load = [0.0] * len(self.board.halls)
        for person in sorted(self.of, key=lambda one: (-len(self.of[one]), one)):
            with_whom = [self.home.get(other) for one in self.of[person] for other in self.wishes[one].people]
            room = sum(self.board.halls)
            full = [load[hall] * room > 1.1 * sum(load) * self.board.halls[hall] for hall in halls]
            self.home[person] = min(halls, key=lambda hall: (full[hall], -with_whom.count(hall), load[hall], hall))
            load[self.home[person]] += len(self.of[person])

    def halls(self, wish: Wish, slot: int) -> Iterator[Spot]:
        """Those first in which the two are just before or after, then where the busier of the two stays."""
        home = self.home[max(wish.people, key=lambda person: (len(self.of[person]), person))]
        liked = [
            hall for person in wish.people for at in self.near[slot] if (hall := self.where[person].get(at)) is not None
        ]
        halls = sorted(range(len(self.board.halls)), key=lambda hall: (-liked.count(hall), hall != home, hall))
        return (Spot(slot, hall) for hall in halls)

    def why(self, wish: Wish) -> Why:
        common = self.common[wish.id]
        if not common:
            return Why.never_both
        free = [slot for slot in common if not any(slot in self.where[person] for person in wish.people)]
        if not free:
            return Why.busy
        halls = range(len(self.board.halls))
        spots = [Spot(slot, hall) for slot, hall in product(free, halls)]
        open_ones = [spot for spot in spots if self.used[spot] < self.board.tables(spot)]
        return Why.walk if open_ones else Why.tables


def plan(board: Board, wishes: Sequence[Wish], busy: Mapping[str, frozenset[int]], *, seconds: float = 30) -> Plan:
    """``busy``: slots in which a person is away, by the person's key. ``seconds``: when to leave it at what there is.

    What is fixed is put first and taken for possible. What stands and no longer can is placed anew.
    """
    until = time.monotonic() + seconds
    work = _Work(board, wishes, busy)
    for wish in work.wishes.values():
        if wish.fixed and wish.stands is not None:
            work.put(wish, wish.stands)
    fixed = set(work.spots)
    for wish in work.wishes.values():
        if wish.stands is not None and not wish.fixed and _possible(work, wish, wish.stands):
            work.put(wish, wish.stands)
    bound, likes = _relaxed(work, fixed)
    work.settle()
    _round(work, likes)
    _improve(work, fixed, bound, until)
    return Plan(
        dict(sorted(work.spots.items())),
        {one: work.why(work.wishes[one]) for one in work.missing()},
        tuple(one for one, spot in sorted(work.spots.items()) if work.wishes[one].stands not in (None, spot)),
        work.worth(work.spots),
        bound,
    )


def _possible(work: _Work, wish: Wish, spot: Spot) -> bool:
    return spot.slot in work.common[wish.id] and work.fits(wish, spot)


def _relaxed(work: _Work, fixed: set[int]) -> tuple[int, dict[int, list[int]]]:
    """The bound, and for each meeting the slots in the order in which the relaxation likes them."""
    program = Program()
    cells: list[tuple[int, int]] = []
    met = {(person, work.spots[one].slot) for one in fixed for person in work.wishes[one].people}
    room = [
        sum(work.board.tables(Spot(slot, hall)) for hall in range(len(work.board.halls)))
        for slot in range(len(work.board.slots))
    ]
    for one in fixed:
        room[work.spots[one].slot] -= 1
    for wish in work.wishes.values():
        if wish.id in fixed:
            continue
        for slot in work.common[wish.id]:
            at = [(person, slot) for person in wish.people]
            if any(cell in met for cell in at):
                continue
            early = EARLY * (len(work.board.slots) - slot) / len(work.board.slots)
            program.column(wish.priority + early, [("once", wish.id), ("room", slot), *at])
            cells.append((wish.id, slot))
    for slot, free in enumerate(room):
        program.limit(("room", slot), max(0, free))
    found = program.solve(whole=False)
    likes: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for (one, slot), value in zip(cells, found.values, strict=True):
        likes[one].append((-value, slot))
    bound = int(found.worth + 1e-6) + work.worth(fixed)
    return bound, {one: [slot for _, slot in sorted(liked)] for one, liked in likes.items()}


def _round(work: _Work, likes: Mapping[int, Sequence[int]]) -> None:
    """The urgent first, of those the ones with the fewest times to choose from."""
    order = sorted(work.missing(), key=lambda one: (-work.wishes[one].priority, len(work.common[one]), one))
    for one in order:
        wish = work.wishes[one]
        spots = (spot for slot in likes.get(one, ()) for spot in work.halls(wish, slot))
        spot = next((spot for spot in spots if work.fits(wish, spot)), None)
        if spot is not None:
            work.put(wish, spot)


def _improve(work: _Work, fixed: set[int], bound: int, until: float) -> None:
    chance = random.Random(1)  # noqa: S311  # the same plan each time, no secret
    in_vain = 0
    tried: dict[int, int] = defaultdict(int)
    while time.monotonic() < until and in_vain < PATIENCE:
        worth = work.worth(work.spots)
        if worth >= bound * (1 - ENOUGH):
            return
        missing = [one for one in work.missing() if work.common[one]]
        if not missing:
            return
        first = min(missing, key=lambda one: (tried[one], -work.wishes[one].priority, one))
        tried[first] += 1
        lifted = _around(work, first, fixed, chance)
        in_vain = 0 if _placed_anew(work, lifted, until) else in_vain + 1


def _around(work: _Work, first: int, fixed: set[int], chance: random.Random) -> list[int]:
    """Meetings of the two, of those whom they meet, and so on, and others of them that have no place."""
    found = {first}
    people = list(work.wishes[first].people)
    seen = set(people)
    while people and len(found) < LIFTED:
        person = people.pop(0)
        theirs = [one for one in work.of[person] if one not in fixed and one not in found]
        chance.shuffle(theirs)
        for one in theirs[: max(8, LIFTED - len(found))][: LIFTED - len(found)]:
            found.add(one)
            for other in work.wishes[one].people:
                if other not in seen:
                    seen.add(other)
                    people.append(other)
    return sorted(found)


def _placed_anew(work: _Work, lifted: Sequence[int], until: float) -> bool:
    """Whether more is held than before. What does not help is put back."""
    before = {one: work.spots[one] for one in lifted if one in work.spots}
    for one in before:
        work.lift(work.wishes[one])
    program = Program()
    cells: list[tuple[int, Spot]] = []
    for one in lifted:
        wish = work.wishes[one]
        for slot, hall in product(work.common[one], range(len(work.board.halls))):
            spot = Spot(slot, hall)
            if not work.fits(wish, spot):
                continue
            stays = spot == (wish.stands or before.get(one))
            rows: list[tuple[object, ...]] = [("once", one), ("room", spot)]
            for person in wish.people:
                rows.append((person, slot))
                rows += _walks(work, person, spot)
            program.column(wish.priority * _UNIT + stays, rows)
            cells.append((one, spot))
    for spot in {spot for _, spot in cells}:
        program.limit(("room", spot), work.board.tables(spot) - work.used[spot])
    found = program.solve(whole=True, seconds=max(0.1, min(5.0, until - time.monotonic())))
    chosen = {one: spot for (one, spot), value in zip(cells, found.values, strict=True) if value > 0.5}
    better = work.worth(chosen) > work.worth(before)
    for one, spot in (chosen if better else before).items():
        work.put(work.wishes[one], spot)
    return better


def _walks(work: _Work, person: str, spot: Spot) -> Iterator[tuple[object, ...]]:
    """For each slot too near and each pair of halls a row: in one of the two at most."""
    for slot in work.near[spot.slot]:
        for hall in range(len(work.board.halls)):
            if hall != spot.hall:
                yield (person, *sorted((spot, Spot(slot, hall))))


def clashes(board: Board, wishes: Iterable[Wish], busy: Mapping[str, frozenset[int]], spots: Mapping[int, Spot]) -> int:
    """How many rules a plan breaks, counted plainly: what every plan is held against."""
    near = board.near()
    at: dict[tuple[str, int], list[int]] = defaultdict(list)
    used: dict[Spot, int] = defaultdict(int)
    broken = 0
    for wish in wishes:
        spot = spots.get(wish.id)
        if spot is None:
            continue
        used[spot] += 1
        for person in wish.people:
            broken += spot.slot in busy.get(person, frozenset()) and not wish.fixed
            at[person, spot.slot].append(spot.hall)
    broken += sum(used[spot] > board.tables(spot) for spot in used)
    for (person, slot), halls in at.items():
        broken += len(halls) > 1
        broken += sum(other != halls[0] for later in near[slot] for other in at.get((person, later), ()))
    return broken


def seated(
    board: Board,
    names: Sequence[Sequence[str]],
    wishes: Iterable[Wish],
    spots: Mapping[int, Spot],
    sits: Mapping[int, tuple[Spot, str]],
    taken: Mapping[Spot, frozenset[str]],
) -> dict[int, str]:
    """A table for each, of the ``names`` of its hall. Where it ``sits`` it stays while its spot does; else where one of
    the two sat last, if that is free. ``taken``: tables that something else has."""
    at: dict[Spot, list[Wish]] = defaultdict(list)
    for wish in wishes:
        if wish.id in spots:
            at[spots[wish.id]].append(wish)
    last: dict[str, tuple[int, str]] = {}
    found: dict[int, str] = {}
    for spot in sorted(at):
        free = [name for name in names[spot.hall] if name not in taken.get(spot, frozenset())]
        for wish in at[spot]:
            if sits.get(wish.id, (None, ""))[0] == spot and sits[wish.id][1] in free:
                found[wish.id] = sits[wish.id][1]
                free.remove(found[wish.id])
        for wish in at[spot]:
            if wish.id not in found:
                known = [last[person][1] for person in wish.people if person in last and last[person][0] == spot.hall]
                found[wish.id] = next((name for name in known if name in free), free[0])
                free.remove(found[wish.id])
        for wish in at[spot]:
            for person in wish.people:
                last[person] = (spot.hall, found[wish.id])
    return found
