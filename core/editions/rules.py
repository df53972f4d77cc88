"""What makes an edition sound, as pure functions, and the standard vocabularies."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

import msgspec

from core.errors import FieldError
from core.i18n import Locale, mark

MAX_DAYS = 31
#: Days for which personal data may be kept after the last one: as long as accounts are settled, and no longer than the
#: trade is used to.
KEPT_LEAST, KEPT_MOST = 30, 180
SLUG = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")
#: The desk's own address for creating one.
RESERVED_SLUGS = frozenset({"new"})
FIELD_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
CATEGORY_CODE = re.compile(r"[A-Z][A-Z0-9_]{0,39}")

Registration = Literal["not_yet", "open", "closed"]


class Day(msgspec.Struct, frozen=True):
    """Minutes after local midnight, 0 to 1440."""

    day: date
    opens: int = 0
    closes: int = 1440


class Choice(msgspec.Struct, frozen=True):
    """One line of a vocabulary. A retired one is no longer offered, but what was filed under it keeps its name."""

    code: str
    name_zh: str
    name_en: str
    retired: bool = False

    def name(self, locale: Locale) -> str:
        return self.name_en if locale == "en" else self.name_zh


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """All of an edition that people write."""

    slug: str
    name_zh: str
    name_en: str
    venue_zh: str
    venue_en: str
    timezone: str
    days: tuple[Day, ...]
    registration_opens: datetime | None = None
    registration_closes: datetime | None = None
    fields: tuple[Choice, ...] = ()
    categories: tuple[Choice, ...] = ()
    privacy_version: str = "1"
    kept_days: int = 180
    totals_public: bool = False
    breakdown_public: bool = False


STANDARD_FIELDS = (
    Choice("standardization", "养老服务机构标准化", "Elderly-care institution standardization"),
    Choice("informatization", "养老服务信息化", "Elderly-care informatization"),
    Choice("long_term_care", "长期护理保险", "Long-term care insurance"),
    Choice("medical_care_integration", "医养结合", "Medical and elderly care integration"),
    Choice("other", "其他", "Other"),
)

STANDARD_CATEGORIES = (
    Choice("INST", "养老机构与运营", "Care institutions & operators"),
    Choice("HOME", "居家社区养老", "Home & community care"),
    Choice("MEDC", "医养结合", "Integrated medical & elderly care"),
    Choice("NURS", "护理服务与用品", "Nursing services & supplies"),
    Choice("ASST", "康复辅具", "Rehabilitation & assistive products"),
    Choice("SMRT", "智慧养老/信息化", "Smart care & informatization"),
    Choice("LTCI", "长期护理保险", "Long-term care insurance"),
    Choice("FINA", "养老金融", "Pension & elder finance"),
    Choice("LIVE", "宜居建筑/适老化改造", "Age-friendly building & retrofit"),
    Choice("HLTH", "健康管理/中医药", "Health management & TCM"),
    Choice("FOOD", "老年食品营养", "Food & nutrition"),
    Choice("GOOD", "老年用品", "Daily-living products"),
    Choice("TOUR", "康养旅居", "Wellness travel & stays"),
    Choice("EDUC", "老年教育文娱", "Education & leisure"),
    Choice("TRNG", "人才培训", "Workforce training"),
    Choice("STDS", "标准化/认证评估", "Standardization & assessment"),
    Choice("GOVT", "政府/协会/园区", "Government, associations, parks"),
)


def days_between(first: date, last: date, opens: int = 0, closes: int = 1440) -> tuple[Day, ...]:
    return tuple(Day(first + timedelta(days=n), opens, closes) for n in range((last - first).days + 1))


def moment_of(day: date, minute: int, timezone: str) -> datetime:
    """Aware, in the zone: minute 1440 is the midnight that ends the day."""
    start = datetime.combine(day + timedelta(days=minute // 1440), time(), ZoneInfo(timezone))
    return start.replace(hour=minute % 1440 // 60, minute=minute % 60)


def registration_state(opens: datetime | None, closes: datetime | None, now: datetime) -> Registration:
    """Open from ``opens`` until just before ``closes``. Without an opening it has not begun."""
    if opens is None or now < opens:
        return "not_yet"
    return "open" if closes is None or now < closes else "closed"


_MISSING = mark("Please fill this in.")
_TOO_LONG = mark("This is too long.")


def _texts(draft: Draft) -> list[FieldError]:
    found = []
    for name in ("name_zh", "name_en", "venue_zh", "venue_en"):
        value = getattr(draft, name)
        if not value:
            found.append(FieldError(name, "required", _MISSING))
        elif len(value) > 200:
            found.append(FieldError(name, "too_long", _TOO_LONG))
    if not draft.privacy_version:
        found.append(FieldError("privacy_version", "required", _MISSING))
    elif len(draft.privacy_version) > 20:
        found.append(FieldError("privacy_version", "too_long", _TOO_LONG))
    return found


def _days(days: Sequence[Day]) -> list[FieldError]:
    found = []
    if not days:
        return [FieldError("days", "required", mark("An edition needs at least one day."))]
    if len(days) > MAX_DAYS:
        return [FieldError("days", "too_many", mark("An edition has at most 31 days."))]
    for n, day in enumerate(days):
        if not 0 <= day.opens < day.closes <= 1440:
            message = mark("The doors must open before they close, between 00:00 and 24:00.")
            found.append(FieldError(f"days[{n}].opens", "hours", message))
        if n and day.day == days[n - 1].day:
            found.append(FieldError(f"days[{n}].day", "twice", mark("This day stands here twice.")))
        elif n and day.day < days[n - 1].day:
            found.append(FieldError(f"days[{n}].day", "order", mark("The days must stand in order.")))
    return found


def _choices(name: str, choices: Sequence[Choice], form: re.Pattern[str], message: str) -> list[FieldError]:
    found = []
    times = Counter(choice.code for choice in choices)
    for n, choice in enumerate(choices):
        if not form.fullmatch(choice.code):
            found.append(FieldError(f"{name}[{n}].code", "form", message))
        elif times[choice.code] > 1:
            found.append(FieldError(f"{name}[{n}].code", "twice", mark("This code stands here twice.")))
        for part, text in (("name_zh", choice.name_zh), ("name_en", choice.name_en)):
            if not text:
                found.append(FieldError(f"{name}[{n}].{part}", "required", _MISSING))
            elif len(text) > 100:
                found.append(FieldError(f"{name}[{n}].{part}", "too_long", _TOO_LONG))
    return found


def faults(draft: Draft) -> tuple[FieldError, ...]:
    """All that is wrong with it, in the order of the form."""
    found = []
    if not SLUG.fullmatch(draft.slug) or draft.slug in RESERVED_SLUGS:
        message = mark("Please use 1 to 40 lower-case letters, digits and hyphens, such as 2026 or ningbo-2026.")
        found.append(FieldError("slug", "form", message))
    found += _texts(draft)
    if draft.timezone not in available_timezones():
        found.append(FieldError("timezone", "timezone", mark("There is no such timezone; Asia/Shanghai is one.")))
    found += _days(draft.days)
    opens, closes = draft.registration_opens, draft.registration_closes
    if closes is not None and opens is None:
        message = mark("Please say when registration opens.")
        found.append(FieldError("registration_opens", "required", message))
    elif opens is not None and closes is not None and closes <= opens:
        message = mark("Registration must close after it opens.")
        found.append(FieldError("registration_closes", "order", message))
    if not KEPT_LEAST <= draft.kept_days <= KEPT_MOST:
        found.append(FieldError("kept_days", "range", mark("Please give 30 to 180 days.")))
    message = mark("A field's code is lower-case letters, digits and underscores.")
    found += _choices("fields", draft.fields, FIELD_CODE, message)
    if not any(choice.code == "other" and not choice.retired for choice in draft.fields):
        message = mark("The field “other” must stay, so that every contract finds a place.")
        found.append(FieldError("fields", "other", message))
    message = mark("A category's code is capital letters, digits and underscores.")
    found += _choices("categories", draft.categories, CATEGORY_CODE, message)
    if all(choice.retired for choice in draft.categories):
        found.append(FieldError("categories", "required", mark("An edition needs at least one category.")))
    if draft.breakdown_public and not draft.totals_public:
        message = mark("Totals by field can only be public when the total is.")
        found.append(FieldError("breakdown_public", "needs_total", message))
    return tuple(found)
