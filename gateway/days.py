"""The days of an expo, as forms and lists say them."""

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import TypeVar

from core.editions.queries import EditionInfo
from core.editions.rules import moment_of
from core.errors import FieldError
from core.i18n import Locale, formats, mark
from gateway.forms import Form

T = TypeVar("T")

_CLOCK = re.compile(r"([01]?\d|2[0-3])[:：.]?([0-5]\d)")


def typed_day(form: Form, name: str, edition: EditionInfo, faults: list[FieldError]) -> date | None:
    """One of the expo's; None, and a fault at ``name``, where it is none."""
    day = form.text(name, 20)
    if day in {one.day.isoformat() for one in edition.days}:
        return date.fromisoformat(day)
    faults.append(FieldError(name, "unknown", mark("Please choose from the list.")))
    return None


def typed_minute(form: Form, name: str, faults: list[FieldError]) -> int | None:
    """Of the day, as a clock shows it; None, and a fault at ``name``, where it is none."""
    clock = _CLOCK.fullmatch(form.text(name, 20).strip())
    if clock is not None:
        return int(clock[1]) * 60 + int(clock[2])
    message = mark("Please write the time as hours and minutes, such as 09:30.")
    faults.append(FieldError(name, "time", message))
    return None


def typed_moment(form: Form, day: str, begins: str, edition: EditionInfo, faults: list[FieldError]) -> datetime | None:
    """Of the expo's own clock; None, and a fault at either field, where it is none."""
    on, at = typed_day(form, day, edition, faults), typed_minute(form, begins, faults)
    return None if on is None or at is None else moment_of(on, at, edition.timezone)


def day_choices(edition: EditionInfo, locale: Locale) -> list[tuple[str, str]]:
    """To be chosen from."""
    return [(one.day.isoformat(), formats.full_day(locale, one.day)) for one in edition.days]


def by_day(edition: EditionInfo, found: Iterable[T], at: Callable[[T], datetime]) -> list[tuple[date, list[T]]]:
    """Days of the expo's own clock; in each the order in which they came."""
    days: dict[date, list[T]] = {}
    for one in found:
        days.setdefault(at(one).astimezone(edition.zone).date(), []).append(one)
    return list(days.items())
