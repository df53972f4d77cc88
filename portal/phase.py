"""Where an edition stands on the calendar: what the home page counts."""

from datetime import datetime
from typing import Literal

import msgspec

from core.editions.queries import EditionInfo
from core.editions.rules import Day


class DayLine(msgspec.Struct, frozen=True):
    day: Day
    state: Literal["ahead", "before_doors", "open", "over"]
    today: bool


class Phase(msgspec.Struct, frozen=True):
    """``number``: days until the first one, or which of the days today is; 0 when there is nothing to count."""

    name: Literal["ahead", "running", "pause", "over"]
    number: int
    days: tuple[DayLine, ...]


def _line(edition: EditionInfo, day: Day, now: datetime) -> DayLine:
    today = now.astimezone(edition.zone).date()
    if now >= edition.closes_at(day):
        return DayLine(day, "over", day.day == today)
    if now >= edition.opens_at(day):
        return DayLine(day, "open", day.day == today)
    return DayLine(day, "before_doors" if day.day == today else "ahead", day.day == today)


def phase_of(edition: EditionInfo, now: datetime) -> Phase:
    """A day without the expo between its days is a pause. The last evening after the doors have closed it is over."""
    today = now.astimezone(edition.zone).date()
    lines = tuple(_line(edition, day, now) for day in edition.days)
    if not lines or all(line.state == "over" for line in lines):
        return Phase("over", 0, lines)
    if today < edition.first_day:
        return Phase("ahead", (edition.first_day - today).days, lines)
    if not any(line.today for line in lines):
        return Phase("pause", 0, lines)
    return Phase("running", sum(line.day.day <= today for line in lines), lines)
