"""What a meeting may become, and what is typed for one. Pure."""

import secrets
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from core import text
from core.errors import InvalidInput
from core.i18n import mark
from exhibitors.rules.faults import Faults
from projects.rules.timetable import minute_of, when
from projects.tables import MeetingSide, MeetingState

#: Minutes.
LONGEST = 240
#: Usual, important, urgent.
PRIORITIES = (1, 2, 3)

_S = MeetingState
#: From where to where.
STEPS: dict[MeetingState, frozenset[MeetingState]] = {
    _S.requested: frozenset({_S.accepted, _S.declined, _S.cancelled}),
    _S.accepted: frozenset({_S.cancelled, _S.held, _S.missed}),
    _S.declined: frozenset(),
    _S.cancelled: frozenset(),
    _S.held: frozenset(),
    _S.missed: frozenset({_S.held}),
}
#: Not over yet.
OPEN = frozenset({_S.requested, _S.accepted})


class MeetingIn(msgspec.Struct, forbid_unknown_fields=True):
    """With an exhibitor, by its number, or a visitor who is interested, by the badge's serial."""

    project: str = ""
    exhibitor: str | None = None
    badge: str | None = None
    message: str | None = None


class PlaceIn(msgspec.Struct, forbid_unknown_fields=True):
    """Times are RFC 3339 with an offset; seconds are cut off."""

    table: str = ""
    starts_at: str = ""
    ends_at: str = ""


class Place(msgspec.Struct, frozen=True):
    table: str
    starts_at: datetime
    ends_at: datetime

    @property
    def minutes(self) -> range:
        return range(minute_of(self.starts_at), minute_of(self.ends_at))


class Sides(Protocol):
    """Of a meeting: whom it takes."""

    @property
    def project_id(self) -> int: ...
    @property
    def owner_exhibitor(self) -> int | None: ...
    @property
    def exhibitor_id(self) -> int | None: ...
    @property
    def who(self) -> int: ...


def keys_of(meeting: Sides) -> tuple[str, str]:
    """The owner and the partner: a firm, an owner who is none, a visitor."""
    owner = f"f:{meeting.owner_exhibitor}" if meeting.owner_exhibitor is not None else f"p:{meeting.project_id}"
    partner = f"f:{meeting.exhibitor_id}" if meeting.exhibitor_id is not None else f"b:{meeting.who}"
    return owner, partner


def new_number() -> str:
    return f"M{100_000 + secrets.randbelow(900_000)}"


def may_answer(asked: MeetingSide, side: MeetingSide) -> bool:
    """Whoever asked does not answer for the other; an organizer may for either."""
    return side is MeetingSide.organizer or side is not asked


def checked_place(typed: PlaceIn) -> Place:
    """:raises InvalidInput: each fault at its member."""
    faults = Faults()
    table = faults.read("table", typed.table, text.line, required=True, longest=60)
    starts = when(faults, "starts_at", typed.starts_at[:100])
    ends = when(faults, "ends_at", typed.ends_at[:100])
    if starts is not None and ends is not None:
        if ends <= starts:
            faults.add("ends_at", "order", mark("The end comes after the beginning."))
        elif ends - starts > timedelta(minutes=LONGEST):
            faults.add("ends_at", "too_long", mark("A meeting lasts four hours at most."))
    if faults.errors or starts is None or ends is None:
        raise InvalidInput(errors=tuple(faults.errors))
    return Place(table, starts, ends)
