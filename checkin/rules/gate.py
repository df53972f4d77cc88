"""Who is let in: the decision at a checkpoint, and the state that it leaves. No I/O.

A phone without a network decides by the same rules (``web/src/scanner/rules.ts``); ``tests/checkin/gate_vectors.json``
holds both to one table of cases. A person is a group of one. Whoever forgot to scan out gets in the next day: what
counts as inside is of the event's own day.
"""

from collections.abc import Iterable
from datetime import date, datetime

import msgspec

from checkin.tables import BadgeStatus, Direction, Reason, Reentry

#: Nobody comes in with these.
OUT_OF_FORCE = frozenset({BadgeStatus.revoked.value, BadgeStatus.replaced.value, BadgeStatus.blank.value})
_FREE, _ONCE, _DAILY = Reentry.free.value, Reentry.once.value, Reentry.daily.value
_IN = Direction.enter.value


class Pass(msgspec.Struct, frozen=True):
    """A badge as the rules see it. No days: every day."""

    kind: str
    status: str
    days: frozenset[date]
    size: int = 1


class Terms(msgspec.Struct, frozen=True):
    """A checkpoint with its area. No kinds, no days: all. ``opens`` and ``closes`` in minutes after midnight."""

    kinds: frozenset[str] = frozenset()
    days: frozenset[date] = frozenset()
    opens: int | None = None
    closes: int | None = None
    reentry: str = _ONCE
    exits: bool = False
    active: bool = True
    capacity: int | None = None


class State(msgspec.Struct, frozen=True):
    """A badge in an area; ``first_today_at``, ``arrived_today`` and ``inside`` are of ``day``."""

    first_at: datetime | None = None
    day: date | None = None
    first_today_at: datetime | None = None
    arrived_today: int = 0
    inside: int = 0
    arrived: int = 0


class Moment(msgspec.Struct, frozen=True):
    """When it was scanned, and what the edition's clock said: ``minute`` after midnight."""

    at: datetime
    day: date
    minute: int


class Decision(msgspec.Struct, frozen=True):
    """``reason`` is empty when admitted. ``state`` is what follows, ``delta`` what it adds to those inside."""

    reason: str
    people: int
    state: State
    delta: int
    #: For the answer: the first admission of all where a badge enters once, else the day's.
    first_at: datetime | None
    #: Of this badge.
    inside: int


NOBODY = State()


def on_day(state: State, day: date) -> State:
    """As it stands on that day, which is the state's own or a later one."""
    return state if state.day == day else State(first_at=state.first_at, day=day, arrived=state.arrived)


def moved(state: State, direction: str, people: int, size: int, at: datetime, day: date) -> State:
    """After an admission. Of a day before the state's own only the first time and the sum are kept."""
    if direction != _IN:
        if state.day != day or not state.inside:
            return state
        return msgspec.structs.replace(state, inside=max(0, state.inside - people))
    first = at if state.first_at is None or at < state.first_at else state.first_at
    arrived = state.arrived + people
    if state.day is not None and day < state.day:
        return msgspec.structs.replace(state, first_at=first, arrived=arrived)
    if state.day != day:
        return State(first, day, at, people, min(size, people), arrived)
    today = at if state.first_today_at is None or at < state.first_today_at else state.first_today_at
    return State(first, day, today, state.arrived_today + people, min(size, state.inside + people), arrived)


def _room(size: int, terms: Terms, now: State) -> int:
    """How many more of this badge may come in."""
    room = size - now.inside if terms.exits else size
    if terms.reentry == _ONCE:
        return min(room, size - now.arrived)
    return min(room, size - now.arrived_today) if terms.reentry == _DAILY else room


def _identity(badge: Pass, terms: Terms, day: date) -> str:
    if badge.status in OUT_OF_FORCE:
        return Reason.revoked
    if (badge.days and day not in badge.days) or (terms.days and day not in terms.days):
        return Reason.not_today
    return Reason.wrong_area if terms.kinds and badge.kind not in terms.kinds else ""


def _hours(terms: Terms, direction: str, minute: int) -> str:
    """Hours do not hold back who leaves."""
    if not terms.active:
        return Reason.closed
    if direction != _IN:
        return ""
    early = terms.opens is not None and minute < terms.opens
    late = terms.closes is not None and minute >= terms.closes
    return Reason.closed if early or late else ""


def _use(terms: Terms, now: State, direction: str, people: int, size: int) -> str:
    if direction != _IN:
        return Reason.not_inside if not terms.exits or people > now.inside else ""
    if terms.exits and now.inside and now.inside + people > size:
        return Reason.already_inside
    used = {_ONCE: now.arrived, _DAILY: now.arrived_today}.get(terms.reentry)
    return Reason.already_used if used is not None and used + people > size else ""


def judge(
    badge: Pass,
    terms: Terms,
    state: State,
    direction: str,
    people: int | None,
    moment: Moment,
    area_inside: int = 0,
    *,
    forced: bool = False,
) -> Decision:
    """``people`` None: one person, and of a group all that remain. ``state`` is of the moment's day or an earlier one.

    ``forced``: somebody was let in already; ``reason`` is what the rules would have said, the state moves all the same.
    """
    now = on_day(state, moment.day)
    size = badge.size
    if people is None:
        people = max(1, _room(size, terms, now) if direction == _IN else now.inside)
    elif direction == _IN and terms.reentry == _FREE and not terms.exits:
        people = min(people, size)
    reason = (
        _identity(badge, terms, moment.day)
        or _hours(terms, direction, moment.minute)
        or _use(terms, now, direction, people, size)
    )
    if not reason or forced:
        after = moved(state, direction, people, size, moment.at, moment.day)
        shown = on_day(after, moment.day)
        delta = shown.inside - now.inside
        if not reason and direction == _IN and terms.capacity is not None and area_inside + delta > terms.capacity:
            reason = Reason.full if delta else ""
        if not reason or forced:
            return Decision(reason, people, after, delta, _first(terms, shown), shown.inside)
    return Decision(reason, people, state, 0, _first(terms, now), now.inside)


def _first(terms: Terms, shown: State) -> datetime | None:
    return shown.first_at if terms.reentry == _ONCE else shown.first_today_at


class Admission(msgspec.Struct, frozen=True):
    """One that counts, as it was written down."""

    direction: str
    people: int
    at: datetime
    day: date


def replay(admissions: Iterable[Admission], size: int) -> State:
    """The state that these leave, in the order in which they arrived."""
    state = NOBODY
    for one in admissions:
        state = moved(state, one.direction, one.people, size, one.at, one.day)
    return state
