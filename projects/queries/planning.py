"""What a plan of meetings is made from, and the plans that were proposed."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec

from core import clock
from core.editions.queries import EditionInfo
from core.editions.rules import moment_of
from core.errors import NotFound
from projects.queries import meetings as queries
from projects.queries.meetings import Filter, MeetingInfo
from projects.rules.meetings import keys_of
from projects.rules.planning import Board, Spot, Why, Wish
from projects.rules.timetable import minute_of
from projects.tables import (
    MeetingAway,
    MeetingHours,
    MeetingPlan,
    MeetingRoom,
    MeetingSetting,
    MeetingState,
    PlanState,
    Slot,
)

#: What one plan holds at most.
MOST = 5_000
#: A plan that takes longer than this is not made any more.
GIVEN_UP = timedelta(minutes=15)


class Hours(msgspec.Struct, frozen=True):
    """``opens`` and ``closes``: minutes of the day."""

    day: date
    opens: int
    closes: int


class Room(msgspec.Struct, frozen=True):
    hall: str
    prefix: str
    tables: int

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(f"{self.prefix}{n}" for n in range(1, self.tables + 1))


class Settings(msgspec.Struct, frozen=True):
    """Minutes; see :class:`projects.tables.planning.MeetingSetting`."""

    minutes: int = 20
    gap: int = 5
    walk: int = 10
    hours: tuple[Hours, ...] = ()
    rooms: tuple[Room, ...] = ()

    def slots(self, edition: EditionInfo) -> list[tuple[int, int]]:
        """From minute to minute since 1970, in the order of time."""
        found = []
        for one in self.hours:
            start = one.opens
            while start + self.minutes <= one.closes:
                at = minute_of(moment_of(one.day, start, edition.timezone))
                found.append((at, at + self.minutes))
                start += self.minutes + self.gap
        return sorted(found)


class Away(msgspec.Struct, frozen=True):
    id: int
    who: int
    starts_at: datetime
    ends_at: datetime


class Placing(msgspec.Struct, frozen=True, array_like=True):
    """Minutes since 1970."""

    meeting: int
    starts: int
    ends: int
    table: str


class Proposal(msgspec.Struct, frozen=True):
    """``placed``: what gets a table, or another one; ``kept`` how many stay where they are; ``stays``: how many more
    stand beside the plan. ``worth`` and ``bound``: as :class:`projects.rules.planning.Plan`."""

    placed: list[Placing]
    moved: list[int]
    unplaced: dict[int, Why]
    kept: int
    worth: int
    bound: int
    seconds: float


class PlanInfo(msgspec.Struct, frozen=True):
    id: int
    state: PlanState
    keeps: bool
    made_at: datetime
    proposal: Proposal | None

    @property
    def at_work(self) -> bool:
        making = self.state is PlanState.making and clock.now() - self.made_at < GIVEN_UP
        return making or self.state is PlanState.applying


class Problem(msgspec.Struct, frozen=True):
    """What the planner is given, and what it takes to say its answer in tables and minutes."""

    board: Board
    wishes: list[Wish]
    busy: dict[str, frozenset[int]]
    #: By hall.
    names: list[list[str]]
    #: Where meetings sit now.
    sits: dict[int, tuple[Spot, str]]
    #: Tables that stand outside the plan.
    taken: dict[Spot, frozenset[str]]


async def settings_of(edition: EditionInfo) -> Settings:
    row = await MeetingSetting.select().where(MeetingSetting.edition == edition.id).first()
    hours = (
        await MeetingHours.select()
        .where(MeetingHours.edition == edition.id)
        .order_by(MeetingHours.day)
        .order_by(MeetingHours.opens)
    )
    rooms = await MeetingRoom.select().where(MeetingRoom.edition == edition.id).order_by(MeetingRoom.id)
    usual = Settings()
    return Settings(
        row["minutes"] if row else usual.minutes,
        row["gap"] if row else usual.gap,
        row["walk"] if row else usual.walk,
        tuple(Hours(one["day"], one["opens"], one["closes"]) for one in hours),
        tuple(Room(one["hall"], one["prefix"], one["tables"]) for one in rooms),
    )


async def away(edition: EditionInfo, who: int | None = None) -> list[Away]:
    where: Any = MeetingAway.edition == edition.id
    if who is not None:
        where &= MeetingAway.who == who
    rows = await MeetingAway.select().where(where).order_by(MeetingAway.starts_at)
    return [Away(row["id"], row["who"], row["starts_at"], row["ends_at"]) for row in rows]


def _plan(row: dict[str, Any]) -> PlanInfo:
    proposal = msgspec.json.decode(row["result"], type=Proposal) if row["result"] else None
    return PlanInfo(row["id"], PlanState(row["state"]), row["keeps"], row["made_at"], proposal)


async def latest(edition: EditionInfo) -> PlanInfo | None:
    row = (
        await MeetingPlan.select()
        .where(MeetingPlan.edition == edition.id)
        .order_by(MeetingPlan.id, ascending=False)
        .first()
    )
    return _plan(row) if row else None


async def plan_with_id(edition: EditionInfo, plan: int) -> PlanInfo:
    """:raises NotFound:"""
    row = await MeetingPlan.select().where(MeetingPlan.edition == edition.id, MeetingPlan.id == plan).first()
    if row is None:
        raise NotFound
    return _plan(row)


def _during(slots: tuple[tuple[int, int], ...], begins: int, ends: int) -> set[int]:
    return {n for n, (since, until) in enumerate(slots) if since < ends and begins < until}


async def problem(edition: EditionInfo, keeps: bool) -> Problem:
    """Of the meetings that both agreed to and that are not under way yet. Seven queries."""
    settings = await settings_of(edition)
    now = minute_of(clock.now())
    slots = tuple(slot for slot in settings.slots(edition) if slot[0] > now)
    halls = list(dict.fromkeys(room.hall for room in settings.rooms))
    names = [[name for room in settings.rooms if room.hall == hall for name in room.names] for hall in halls]
    hall_of = {name: n for n, some in enumerate(names) for name in some}
    agreed = await queries.meetings(edition, Filter(MeetingState.accepted), limit=MOST)
    busy: dict[str, set[int]] = defaultdict(set)
    for one in await away(edition):
        key = f"f:{-one.who}" if one.who < 0 else f"b:{one.who}"
        busy[key] |= _during(slots, minute_of(one.starts_at), minute_of(one.ends_at))
    await _on_stage(edition, agreed, slots, busy)
    at = {slot: n for n, slot in enumerate(slots)}
    wishes, sits, taken = [], {}, defaultdict(set)
    for met in sorted(agreed, key=lambda one: one.id):
        people = keys_of(met)
        stands = None
        if met.starts_at is not None and met.ends_at is not None:
            times = minute_of(met.starts_at), minute_of(met.ends_at)
            if times in at and met.place in hall_of:
                stands = Spot(at[times], hall_of[met.place])
                sits[met.id] = (stands, met.place)
            else:  # placed by hand beside the grid, or under way: others go around it
                over = _during(slots, *times)
                for person in people:
                    busy[person] |= over
                if met.place in hall_of:
                    for slot in over:
                        taken[Spot(slot, hall_of[met.place])].add(met.place)
                continue
        fits = stands is not None and not any(stands.slot in busy[person] for person in people)
        wishes.append(Wish(met.id, people, met.priority, stands, keeps and fits))
    board = Board(
        slots, tuple(len(some) for some in names), settings.walk, {spot: len(some) for spot, some in taken.items()}
    )
    return Problem(
        board,
        wishes,
        {person: frozenset(some) for person, some in busy.items() if some},
        names,
        sits,
        {spot: frozenset(some) for spot, some in taken.items()},
    )


async def _on_stage(
    edition: EditionInfo, agreed: list[MeetingInfo], slots: tuple[tuple[int, int], ...], busy: dict[str, set[int]]
) -> None:
    """Whoever pitches meets nobody then."""
    of = {one.project_id: keys_of(one)[0] for one in agreed}
    if not of:
        return
    rows = await Slot.select(Slot.project, Slot.starts_at, Slot.ends_at).where(
        Slot.edition == edition.id, Slot.project.is_in(sorted(of))
    )
    for row in rows:
        busy[of[row["project"]]] |= _during(slots, minute_of(row["starts_at"]), minute_of(row["ends_at"]))


def moment(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, UTC)


async def of_person(edition: EditionInfo, who: int) -> list[MeetingInfo]:
    """The day of a firm (``who`` below zero: its id) or of a visitor: agreed, with a table, in the order of time."""
    found = await queries.meetings(
        edition, Filter(MeetingState.accepted, exhibitor=-who) if who < 0 else Filter(MeetingState.accepted, who=who)
    )
    placed = [one for one in found if one.starts_at is not None]
    return sorted(placed, key=lambda one: (one.starts_at or one.made_at, one.place))
