"""Dates, times and numbers as a reader of each language writes them.

Moments are aware UTC inside; a timezone's name says whose wall clock is meant.
"""

from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from babel.dates import format_date

from core.i18n import Locale, plural, translate


@cache
def day(locale: Locale, when: date) -> str:
    """``9月15日 星期二``, ``Tuesday 15 September``."""
    if locale == "en":
        return format_date(when, "EEEE d MMMM", "en_GB")
    return format_date(when, "M月d日 EEEE", "zh_CN")


@cache
def full_day(locale: Locale, when: date) -> str:
    """With its year: ``2026年9月15日 星期二``, ``Tuesday 15 September 2026``."""
    if locale == "en":
        return format_date(when, "EEEE d MMMM y", "en_GB")
    return format_date(when, "y年M月d日 EEEE", "zh_CN")


@cache
def span(locale: Locale, first: date, last: date) -> str:
    """``2026年9月15日至17日``, ``15–17 September 2026``; the parts that both share stand once."""
    same_year, same_month = first.year == last.year, (first.year, first.month) == (last.year, last.month)
    if locale == "en":
        end = format_date(last, "d MMMM y", "en_GB")
        if first == last:
            return end
        if same_month:
            return f"{first.day}–{end}"
        return f"{format_date(first, 'd MMMM' if same_year else 'd MMMM y', 'en_GB')} – {end}"
    start = format_date(first, "y年M月d日", "zh_CN")
    if first == last:
        return start
    return f"{start}至{format_date(last, 'd日' if same_month else 'M月d日' if same_year else 'y年M月d日', 'zh_CN')}"


@cache
def minutes(minute: int) -> str:
    """Minutes after local midnight, 0 to 1440, as ``09:00``."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def local(when: datetime, timezone: str) -> datetime:
    return when.astimezone(ZoneInfo(timezone))


def clock(when: datetime, timezone: str) -> str:
    """``09:05``; both languages write 24 hours."""
    return f"{local(when, timezone):%H:%M}"


def moment(locale: Locale, when: datetime, timezone: str) -> str:
    """``2026年9月15日 09:05``, ``15 September 2026, 09:05``."""
    at = local(when, timezone)
    if locale == "en":
        return f"{format_date(at, 'd MMMM y', 'en_GB')}, {at:%H:%M}"
    return f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}"


def number(value: int) -> str:
    """``11,200``: both languages group by thousands."""
    return f"{value:,}"


def relative_day(locale: Locale, when: date, today: date) -> str:
    """Today, tomorrow, yesterday; further off, in so many days or so many days ago."""
    away = (when - today).days
    if away == 0:
        return translate(locale, "today")
    if away == 1:
        return translate(locale, "tomorrow")
    if away == -1:
        return translate(locale, "yesterday")
    if away > 0:
        return plural(locale, "in %(n)s day", "in %(n)s days", away)
    return plural(locale, "%(n)s day ago", "%(n)s days ago", -away)
