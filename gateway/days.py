"""The days of an expo, as forms and lists say them."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import TypeVar

from core.editions.queries import EditionInfo
from core.i18n import Locale, formats

T = TypeVar("T")


def day_choices(edition: EditionInfo, locale: Locale) -> list[tuple[str, str]]:
    """To be chosen from."""
    return [(one.day.isoformat(), formats.full_day(locale, one.day)) for one in edition.days]


def by_day(edition: EditionInfo, found: Iterable[T], at: Callable[[T], datetime]) -> list[tuple[date, list[T]]]:
    """Days of the expo's own clock; in each the order in which they came."""
    days: dict[date, list[T]] = {}
    for one in found:
        days.setdefault(at(one).astimezone(edition.zone).date(), []).append(one)
    return list(days.items())
