"""Reads of editions. The current one stands on nearly every page, so each process keeps it for a second."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from core import clock
from core.editions import rules
from core.editions.rules import Choice, Day
from core.editions.tables import Edition, EditionCategory, EditionDay, EditionField
from core.errors import DomainError, NotFound
from core.fresh import Fresh
from core.i18n import Locale

FRESH_FOR = 1.0


class NoEdition(DomainError):
    status = 409
    code = "no_edition"
    message = "No expo has been set up yet."


class EditionInfo(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    slug: str
    name_zh: str
    name_en: str
    venue_zh: str
    venue_en: str
    timezone: str
    registration_opens: datetime | None
    registration_closes: datetime | None
    privacy_version: str
    kept_days: int = 180
    totals_public: bool
    breakdown_public: bool
    is_current: bool
    is_demo: bool
    days: tuple[Day, ...]
    #: With the retired ones; ``fields`` and ``categories`` are those on offer.
    all_fields: tuple[Choice, ...]
    all_categories: tuple[Choice, ...]

    @property
    def fields(self) -> tuple[Choice, ...]:
        return tuple(choice for choice in self.all_fields if not choice.retired)

    @property
    def categories(self) -> tuple[Choice, ...]:
        return tuple(choice for choice in self.all_categories if not choice.retired)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def first_day(self) -> date:
        return self.days[0].day

    @property
    def last_day(self) -> date:
        return self.days[-1].day

    def name(self, locale: Locale) -> str:
        return self.name_en if locale == "en" else self.name_zh

    def names(self, locale: Locale) -> dict[str, str]:
        """Codes of categories and fields, also those retired, with their names; they never look alike."""
        return {one.code: one.name(locale) for one in (*self.all_categories, *self.all_fields)}

    def venue(self, locale: Locale) -> str:
        return self.venue_en if locale == "en" else self.venue_zh

    def today(self) -> date:
        """By the edition's own clock."""
        return clock.now().astimezone(self.zone).date()

    def opens_at(self, day: Day) -> datetime:
        return rules.moment_of(day.day, day.opens, self.timezone)

    def closes_at(self, day: Day) -> datetime:
        return rules.moment_of(day.day, day.closes, self.timezone)

    def registration(self, now: datetime | None = None) -> rules.Registration:
        return rules.registration_state(self.registration_opens, self.registration_closes, now or clock.now())


class EditionLine(msgspec.Struct, frozen=True):
    """An edition in a list."""

    slug: str
    name_zh: str
    name_en: str
    first_day: date | None
    last_day: date | None
    is_current: bool
    is_demo: bool

    def name(self, locale: Locale) -> str:
        return self.name_en if locale == "en" else self.name_zh


async def _with_parts(row: dict[str, Any]) -> EditionInfo:
    of = row["id"]
    days = await EditionDay.select().where(EditionDay.edition == of).order_by(EditionDay.day)
    fields = await EditionField.select().where(EditionField.edition == of).order_by(EditionField.position)
    categories = await EditionCategory.select().where(EditionCategory.edition == of).order_by(EditionCategory.position)
    own = {name: row[name] for name in EditionInfo.__struct_fields__ if name in row}
    return EditionInfo(
        **own,
        days=tuple(Day(d["day"], d["opens"], d["closes"]) for d in days),
        all_fields=tuple(Choice(c["code"], c["name_zh"], c["name_en"], c["retired"]) for c in fields),
        all_categories=tuple(Choice(c["code"], c["name_zh"], c["name_en"], c["retired"]) for c in categories),
    )


async def _read_current() -> EditionInfo | None:
    row = await Edition.select().where(Edition.is_current.eq(True)).first()
    return None if row is None else await _with_parts(row)


_current: Fresh[EditionInfo | None] = Fresh(_read_current)


async def current_edition() -> EditionInfo | None:
    """Up to a second old: a change of this process shows at once, one of another within that second."""
    return await _current.get()


def kept_edition() -> EditionInfo | None:
    """The current one as it was last read, without a question to the database: for what stands at the edge of every
    page, also of one that says that the database is away. None where nothing was read since it last changed."""
    return _current.kept()


def forget_current() -> None:
    """For :func:`core.db.after_commit` of whatever changes an edition."""
    _current.forget()
    _recent.forget()


async def require_current() -> EditionInfo:
    edition = await current_edition()
    if edition is None:
        raise NoEdition
    return edition


async def edition_named(slug: str | None) -> EditionInfo:
    """The one with this slug, past or current; without a slug the current one."""
    if slug is None:
        return await require_current()
    current = await current_edition()
    if current is not None and current.slug == slug:
        return current
    row = await Edition.select().where(Edition.slug == slug).first()
    if row is None:
        raise NotFound
    return await _with_parts(row)


async def stored_edition(slug: str) -> EditionInfo:
    """As the database has it now, past the second's cache: for forms that change it."""
    row = await Edition.select().where(Edition.slug == slug).first()
    if row is None:
        raise NotFound
    return await _with_parts(row)


async def all_editions() -> list[EditionLine]:
    """The latest first."""
    rows = await Edition.select().order_by(Edition.id)
    days = await EditionDay.select(EditionDay.edition, EditionDay.day).order_by(EditionDay.day)
    of: dict[int, list[date]] = {}
    for day in days:
        of.setdefault(day["edition"], []).append(day["day"])
    lines = [
        EditionLine(
            row["slug"],
            row["name_zh"],
            row["name_en"],
            min(of.get(row["id"], []), default=None),
            max(of.get(row["id"], []), default=None),
            row["is_current"],
            row["is_demo"],
        )
        for row in rows
    ]
    return sorted(lines, key=lambda line: line.first_day or date.max, reverse=True)


_recent: Fresh[list[EditionLine]] = Fresh(all_editions)


async def recent_editions() -> list[EditionLine]:
    """As :func:`all_editions`, up to a second old like the current one: for what stands on pages."""
    return await _recent.get()
