"""What organizers type for a plan of meetings: hours of each day, tables of each hall. Pure."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime

import msgspec

from core import text
from core.errors import InvalidInput
from core.i18n import mark
from exhibitors.rules.faults import LONG, Faults
from projects.rules.timetable import when

#: Minutes.
LONGEST = 120
MOST_GAP = 60
#: Tables in all.
MOST_TABLES = 500
#: Of one person and one day, and in all.
MOST_AWAY = 60

_SPAN = re.compile(r"\s*(\d{1,2})[:：.]?(\d{2})\s*[-–—~～至到]\s*(\d{1,2})[:：.]?(\d{2})\s*")
_HOURS = mark("Please write the hours as 09:30-12:00, 13:30-17:00.")


class SettingsIn(msgspec.Struct, frozen=True):
    """``hours`` by the day's ISO name; ``rooms`` a line each: hall, letters before the number, how many tables."""

    minutes: int | None
    gap: int | None
    walk: int | None
    hours: Mapping[str, str]
    rooms: str


class Settings(msgspec.Struct, frozen=True):
    minutes: int
    gap: int
    walk: int
    #: Day, and minutes of it.
    hours: tuple[tuple[date, int, int], ...]
    #: Hall, prefix, tables.
    rooms: tuple[tuple[str, str, int], ...]


def _hours(faults: Faults, day: str, typed: str) -> list[tuple[date, int, int]]:
    found: list[tuple[date, int, int]] = []
    for part in filter(None, (one.strip() for one in re.split(r"[,，;；、\n]", typed[:500]))):
        span = _SPAN.fullmatch(part)
        if span is None:
            faults.add(f"hours-{day}", "time", _HOURS)
            return []
        since, until = int(span[1]) * 60 + int(span[2]), int(span[3]) * 60 + int(span[4])
        if int(span[2]) > 59 or int(span[4]) > 59 or until > 1440 or until <= since or (found and since < found[-1][2]):
            faults.add(f"hours-{day}", "order", mark("Each span begins before it ends, and after the one before."))
            return []
        found.append((date.fromisoformat(day), since, until))
    return found


def _rooms(faults: Faults, typed: str) -> list[tuple[str, str, int]]:
    found: list[tuple[str, str, int]] = []
    for line in filter(None, (one.strip() for one in typed[:10_000].splitlines())):
        parts = [part.strip() for part in re.split(r"[,，;；|\t]", line)]
        if len(parts) != 3 or not parts[2].isdecimal() or not 1 <= int(parts[2][:6]) <= MOST_TABLES:
            message = mark("A line each: hall, letters of its tables, how many; such as: Hall 1, A, 30.")
            faults.add("rooms", "line", message)
            return []
        try:
            hall, prefix = text.line(parts[0]), text.line(parts[1])
        except text.Fault as fault:
            faults.add("rooms", fault.code, fault.message)
            return []
        if not hall or len(hall) > 60 or len(prefix) > 20:
            faults.add("rooms", "too_long", LONG)
            return []
        found.append((hall, prefix, int(parts[2])))
    if len({prefix for _, prefix, _ in found}) != len(found):
        faults.add("rooms", "twice", mark("Two lines have the same letters: then two tables would have one name."))
    if sum(tables for _, _, tables in found) > MOST_TABLES:
        faults.add("rooms", "too_many", mark("At most 500 tables."))
    return found


def checked(typed: SettingsIn) -> Settings:
    """:raises InvalidInput: each fault at its field."""
    faults = Faults()
    numbers: dict[str, int] = {}
    bounds = (
        ("minutes", typed.minutes, 5, LONGEST, mark("Please enter 5 to 120 minutes.")),
        ("gap", typed.gap, 0, MOST_GAP, mark("Please enter 0 to 60 minutes.")),
        ("walk", typed.walk, 0, MOST_GAP, mark("Please enter 0 to 60 minutes.")),
    )
    for name, value, least, most, message in bounds:
        if value is None or not least <= value <= most:
            faults.add(name, "out_of_range", message)
        else:
            numbers[name] = value
    hours = [span for day, said in sorted(typed.hours.items()) for span in _hours(faults, day, said)]
    rooms = _rooms(faults, typed.rooms)
    if faults.errors:
        raise InvalidInput(errors=tuple(faults.errors))
    return Settings(numbers["minutes"], numbers["gap"], numbers["walk"], tuple(hours), tuple(rooms))


def checked_away(starts_at: str, ends_at: str) -> tuple[datetime, datetime]:
    """RFC 3339, with an offset. :raises InvalidInput:"""
    faults = Faults()
    since, until = when(faults, "starts_at", starts_at[:100]), when(faults, "ends_at", ends_at[:100])
    if since is not None and until is not None and until <= since:
        faults.add("ends_at", "order", mark("The end comes after the beginning."))
    if faults.errors or since is None or until is None:
        raise InvalidInput(errors=tuple(faults.errors) or ())
    return since, until


def written_hours(spans: Sequence[tuple[int, int]]) -> str:
    """As one types them."""
    return ", ".join(f"{a // 60:02d}:{a % 60:02d}-{b // 60:02d}:{b % 60:02d}" for a, b in spans)


def written_rooms(rooms: Sequence[tuple[str, str, int]]) -> str:
    return "\n".join(f"{hall}, {prefix}, {tables}" for hall, prefix, tables in rooms)
