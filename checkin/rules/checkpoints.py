"""What makes a checkpoint sound, as it was typed."""

import re
from datetime import date

import msgspec

from checkin.tables import BadgeKind, Reentry
from core import text
from core.errors import FieldError, InvalidInput
from core.i18n import mark

MAX_DAYS = 31
MOST_INSIDE = 1_000_000
_CODE = re.compile(r"[A-Z0-9][A-Z0-9._-]{0,39}")
_HOUR = re.compile(r"([0-9]{1,2}):([0-9]{2})")

CODE = ("code", mark("A code has up to 40 letters A to Z, digits, dots and hyphens, such as HALL-1."))
LONG = ("too_long", mark("This is too long."))
REQUIRED = ("required", mark("Please fill this in."))
UNKNOWN_KIND = ("unknown", mark("Please choose a kind of badge from the list."))
HOUR = ("hour", mark("Please write the time as hours and minutes, such as 09:00."))


class CheckpointIn(msgspec.Struct, forbid_unknown_fields=True):
    """A checkpoint as typed. No kinds: all; no days: every day; no area: one of its own.

    ``opens`` and ``closes`` are local times, such as ``09:00``. ``capacity`` is the area's, and so is ``leaves``: the
    areas that whoever enters here has left. ``hold``: the verdict stays until the crew confirms it.
    """

    code: str = ""
    name: str = ""
    name_en: str | None = None
    kinds: list[str] | None = None
    days: list[str] | None = None
    opens: str | None = None
    closes: str | None = None
    reentry: str = Reentry.once.value
    exits: bool = False
    capacity: int | None = None
    area: str | None = None
    leaves: list[str] | None = None
    active: bool = True
    hold: bool = False


class CheckpointChange(msgspec.Struct, forbid_unknown_fields=True):
    """What is to be changed; what is left out stays. ``null`` takes days, kinds, hours and the capacity away."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    name_en: str | msgspec.UnsetType | None = msgspec.UNSET
    kinds: list[str] | msgspec.UnsetType | None = msgspec.UNSET
    days: list[str] | msgspec.UnsetType | None = msgspec.UNSET
    opens: str | msgspec.UnsetType | None = msgspec.UNSET
    closes: str | msgspec.UnsetType | None = msgspec.UNSET
    reentry: str | msgspec.UnsetType = msgspec.UNSET
    exits: bool | msgspec.UnsetType = msgspec.UNSET
    capacity: int | msgspec.UnsetType | None = msgspec.UNSET
    leaves: list[str] | msgspec.UnsetType | None = msgspec.UNSET
    active: bool | msgspec.UnsetType = msgspec.UNSET
    hold: bool | msgspec.UnsetType = msgspec.UNSET


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    name_zh: str
    name_en: str
    kinds: tuple[str, ...]
    days: tuple[date, ...]
    opens: int | None
    closes: int | None
    reentry: str
    exits: bool
    capacity: int | None
    area: str | None
    leaves: tuple[str, ...]
    active: bool
    hold: bool


def code(typed: str) -> str:
    """:raises text.Fault:"""
    found = text.code(typed) if len(typed) <= 200 else ""
    if not _CODE.fullmatch(found):
        raise text.Fault(*CODE)
    return found


class _Reading:
    def __init__(self) -> None:
        self.errors: list[FieldError] = []

    def fault(self, field: str, fault: tuple[str, str]) -> None:
        self.errors.append(FieldError(field, *fault))

    def code(self, field: str, typed: str) -> str:
        try:
            return code(typed)
        except text.Fault as fault:
            self.fault(field, (fault.code, fault.message))
            return ""

    def line(self, field: str, typed: str, required: bool) -> str:
        if len(typed) > 800:
            self.fault(field, LONG)
            return ""
        try:
            found = text.line(typed)
        except text.Fault as fault:
            self.fault(field, (fault.code, fault.message))
            return ""
        if required and not found:
            self.fault(field, REQUIRED)
        elif len(found) > 200:
            self.fault(field, LONG)
        return found

    def kinds(self, typed: list[str]) -> tuple[str, ...]:
        wanted = {text.code(one).lower() if len(one) < 100 else "?" for one in typed}
        if not wanted <= set(BadgeKind.__members__):
            self.fault("kinds", UNKNOWN_KIND)
        return tuple(kind.value for kind in BadgeKind if kind.value in wanted)

    def days(self, typed: list[str]) -> tuple[date, ...]:
        if len(typed) > MAX_DAYS:
            self.fault("days", ("too_many", mark("A checkpoint names at most 31 days.")))
            return ()
        found: set[date] = set()
        for n, one in enumerate(typed):
            try:
                found.add(date.fromisoformat(text.code(one[:100])))
            except ValueError:
                message = mark("Please write the day as year-month-day, such as 2026-09-15.")
                self.fault(f"days[{n}]", ("date", message))
        return tuple(sorted(found))

    def hour(self, field: str, typed: str | None) -> int | None:
        if typed is None or not typed.strip():
            return None
        found = _HOUR.fullmatch(text.code(typed[:100]))
        minutes = int(found[1]) * 60 + int(found[2]) if found and int(found[2]) < 60 else 9999
        if minutes > 1440:
            self.fault(field, HOUR)
            return None
        return minutes


def checked(typed: CheckpointIn) -> Draft:
    """:raises InvalidInput: each fault at its member."""
    read = _Reading()
    own = read.code("code", typed.code)
    name = read.line("name", typed.name, True)
    english = read.line("name_en", typed.name_en or "", False)
    kinds = read.kinds(typed.kinds or [])
    days = read.days(typed.days or [])
    opens, closes = read.hour("opens", typed.opens), read.hour("closes", typed.closes)
    if opens is not None and closes is not None and closes <= opens:
        read.fault("closes", ("order", mark("The end must come after the beginning.")))
    reentry = text.code(typed.reentry[:100]).lower()
    if reentry not in Reentry.__members__:
        read.fault("reentry", ("unknown", mark("Re-entry is once, daily or free.")))
    if typed.capacity is not None and not 1 <= typed.capacity <= MOST_INSIDE:
        read.fault("capacity", ("out_of_range", mark("This number is out of range.")))
    area = read.code("area", typed.area) if typed.area is not None and typed.area.strip() else None
    leaves = tuple(read.code(f"leaves[{n}]", one) for n, one in enumerate((typed.leaves or [])[:100]))
    if read.errors:
        raise InvalidInput(errors=tuple(read.errors))
    return Draft(
        code=own,
        name_zh=name,
        name_en=english or name,
        kinds=kinds,
        days=days,
        opens=opens,
        closes=closes,
        reentry=reentry,
        exits=typed.exits,
        capacity=typed.capacity,
        area=area,
        leaves=leaves,
        active=typed.active,
        hold=typed.hold,
    )


def hour_text(minutes: int | None) -> str | None:
    return None if minutes is None else f"{minutes // 60:02}:{minutes % 60:02}"
