"""The timetable's own rules: which minutes a slot takes, and whose."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

import msgspec

from core import text
from core.errors import InvalidInput
from core.i18n import mark
from exhibitors.rules.faults import LONG, REQUIRED, Faults
from projects.rules.projects import CHOOSE
from projects.tables import SlotKind

#: Minutes: a slot takes a row for each of them.
LONGEST = 12 * 60
MOST_SPEAKERS = 20
#: Minutes.
MOST_CHANGEOVER = 120
MOST_DELAY = 240


class SpeakerIn(msgspec.Struct, forbid_unknown_fields=True):
    name: str = ""
    organisation: str | None = None


class SlotIn(msgspec.Struct, forbid_unknown_fields=True):
    """``stage`` by its name: one that is new is made. Times are RFC 3339 with an offset; seconds are cut off."""

    stage: str = ""
    starts_at: str = ""
    ends_at: str = ""
    speakers: list[SpeakerIn] | None = None


class SessionIn(msgspec.Struct, forbid_unknown_fields=True):
    """What stands on a stage besides pitches."""

    stage: str = ""
    starts_at: str = ""
    ends_at: str = ""
    kind: str = ""
    title: str = ""
    title_en: str | None = None
    speakers: list[SpeakerIn] | None = None


class Who(msgspec.Struct, frozen=True):
    name: str
    organisation: str


class Times(msgspec.Struct, frozen=True):
    """Whole minutes, aware. ``speakers`` is None where they stay as they are."""

    stage: str
    starts_at: datetime
    ends_at: datetime
    speakers: tuple[Who, ...] | None


def minute_of(when: datetime) -> int:
    """Minutes since 1970 in UTC."""
    return int(when.timestamp()) // 60


def minutes(starts_at: datetime, ends_at: datetime, changeover: int = 0) -> range:
    """Those that a slot takes: the first belongs to it, the one it ends with does not, so that slots may touch."""
    return range(minute_of(starts_at), minute_of(ends_at) + changeover)


def speaker_key(edition: int, who: Who) -> str:
    """Names a person among the speakers of an edition without saying who it is."""
    plain = "\0".join((str(edition), text.search_key(who.name), text.search_key(who.organisation)))
    return hashlib.blake2b(plain.encode(), digest_size=16).hexdigest()


def _when(faults: Faults, name: str, typed: str) -> datetime | None:
    bare = text.code(typed) if len(typed) < 100 else "?"
    if not bare:
        faults.add(name, "required", REQUIRED)
        return None
    return when(faults, name, bare)


def when(faults: Faults, name: str, typed: str) -> datetime | None:
    """A moment in whole minutes; None, and a fault at ``name``, where it is none or has no offset."""
    try:
        found = datetime.fromisoformat(text.code(typed))
        if found.tzinfo is None or not 2000 <= found.year <= 2200:
            raise ValueError
    except (ValueError, text.Fault):
        faults.add(name, "time", mark("Please write the time with its offset, such as 2026-09-15T10:00:00+08:00."))
        return None
    return found.replace(second=0, microsecond=0)


def _speakers(faults: Faults, typed: Sequence[SpeakerIn]) -> tuple[Who, ...]:
    if len(typed) > MOST_SPEAKERS:
        faults.add("speakers", "too_many", LONG)
        return ()
    found: list[Who] = []
    for n, one in enumerate(typed):
        name = faults.read(f"speakers[{n}].name", one.name, text.line, required=True, longest=100)
        who = Who(name, faults.read(f"speakers[{n}].organisation", one.organisation, text.line))
        if who not in found:
            found.append(who)
    return tuple(found)


def _times(faults: Faults, typed: SlotIn | SessionIn) -> Times | None:
    stage = faults.read("stage", typed.stage, text.line, required=True, longest=100)
    starts, ends = _when(faults, "starts_at", typed.starts_at), _when(faults, "ends_at", typed.ends_at)
    speakers = None if typed.speakers is None else _speakers(faults, typed.speakers)
    if starts is None or ends is None:
        return None
    if ends <= starts:
        faults.add("ends_at", "order", mark("The end comes after the beginning."))
    elif ends - starts > timedelta(minutes=LONGEST):
        faults.add("ends_at", "too_long", mark("This lasts twelve hours at most."))
    return Times(stage, starts, ends, speakers)


def checked_slot(typed: SlotIn) -> Times:
    """:raises InvalidInput: each fault at its member."""
    faults = Faults()
    times = _times(faults, typed)
    if faults.errors or times is None:
        raise InvalidInput(errors=tuple(faults.errors))
    return times


class Session(msgspec.Struct, frozen=True):
    times: Times
    kind: SlotKind
    title: str
    title_en: str


def checked_session(typed: SessionIn) -> Session:
    """:raises InvalidInput: each fault at its member."""
    faults = Faults()
    times = _times(faults, typed)
    kind = faults.read("kind", typed.kind, lambda given: text.code(given).lower(), required=True, longest=20)
    if kind and (kind not in SlotKind.__members__ or kind == SlotKind.pitch):
        faults.add("kind", "unknown", CHOOSE)
    title = faults.read("title", typed.title, text.line, required=True)
    title_en = faults.read("title_en", typed.title_en, text.line)
    if faults.errors or times is None:
        raise InvalidInput(errors=tuple(faults.errors))
    return Session(times, SlotKind(kind), title, title_en)


def delayed(
    slots: Sequence[tuple[int, datetime, datetime]], late: int, minutes: int, changeover: int, zone: tzinfo
) -> dict[int, tuple[datetime, datetime]]:
    """New times of the ``late`` slot and of what it pushes: slots of one stage in the order of time, each with its id,
    beginning and end. Each keeps its length, and nothing moves further than it must. What stands on another day of
    ``zone`` stays."""
    moved: dict[int, tuple[datetime, datetime]] = {}
    free_from: datetime | None = None
    day = None
    for id, starts_at, ends_at in slots:
        length = ends_at - starts_at
        if id == late:
            begins = starts_at + timedelta(minutes=minutes)
            day = starts_at.astimezone(zone).date()
        elif free_from is None or starts_at.astimezone(zone).date() != day or starts_at >= free_from:
            if free_from is not None:
                break
            continue
        else:
            begins = free_from
        moved[id] = (begins, begins + length)
        free_from = begins + length + timedelta(minutes=changeover)
    return moved
