"""Editions in the desk: the list, setting one up, changing all of it, making it the current one.

Days, fields and categories are tables with empty rows at their end: filling one adds it, emptying one takes it away.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from core import clock, text
from core.accounts.roles import Role
from core.config import settings
from core.editions import queries, services
from core.editions.queries import EditionInfo
from core.editions.rules import STANDARD_CATEGORIES, STANDARD_FIELDS, Choice, Day, Draft
from core.errors import DomainError, FieldError, InvalidInput
from core.i18n import mark, translate
from core.i18n.formats import minutes
from gateway.access import actor_of, allow
from gateway.forms import Form, form_of
from gateway.locale import locale_of
from gateway.pages import flash, forget_pages, page

EMPTY_ROWS = 3
_MOST_ROWS = 200
_TEXTS = ("slug", "name_zh", "name_en", "venue_zh", "venue_en", "timezone", "privacy_version")


class Row(msgspec.Struct):
    """A line of one of the tables, as typed."""

    at: str
    values: dict[str, str]


class Typed(msgspec.Struct):
    """The whole form as typed, to be shown again."""

    values: dict[str, str]
    days: list[Row]
    fields: list[Row]
    categories: list[Row]


_COLUMNS = {
    "days": ("day", "opens", "closes"),
    "fields": ("code", "name_zh", "name_en", "retired"),
    "categories": ("code", "name_zh", "name_en", "retired"),
}


def _rows(name: str, lines: Sequence[Sequence[str]]) -> list[Row]:
    columns = _COLUMNS[name]
    filled = [dict(zip(columns, line, strict=True)) for line in lines]
    blank = [dict.fromkeys(columns, "") for _ in range(EMPTY_ROWS)]
    return [Row(f"{name}[{n}]", values) for n, values in enumerate([*filled, *blank])]


def _choices(choices: Sequence[Choice]) -> list[tuple[str, str, str, str]]:
    return [(c.code, c.name_zh, c.name_en, "1" if c.retired else "") for c in choices]


def _local(when: datetime | None, zone: ZoneInfo) -> str:
    return "" if when is None else f"{when.astimezone(zone):%Y-%m-%dT%H:%M}"


def _of(edition: EditionInfo) -> Typed:
    values = {name: getattr(edition, name) for name in _TEXTS}
    values["kept_days"] = str(edition.kept_days)
    values["registration_opens"] = _local(edition.registration_opens, edition.zone)
    values["registration_closes"] = _local(edition.registration_closes, edition.zone)
    values["totals_public"] = "1" if edition.totals_public else ""
    values["breakdown_public"] = "1" if edition.breakdown_public else ""
    days = [(d.day.isoformat(), minutes(d.opens), minutes(d.closes)) for d in edition.days]
    return Typed(
        values,
        _rows("days", days),
        _rows("fields", _choices(edition.all_fields)),
        _rows("categories", _choices(edition.all_categories)),
    )


def _fresh() -> Typed:
    zone = settings().timezone
    values = dict.fromkeys((*_TEXTS, "registration_closes", "totals_public", "breakdown_public"), "")
    values |= {
        "timezone": zone,
        "privacy_version": "1",
        "kept_days": "180",
        "registration_opens": _local(clock.now(), ZoneInfo(zone)),
    }
    return Typed(
        values,
        _rows("days", []),
        _rows("fields", _choices(STANDARD_FIELDS)),
        _rows("categories", _choices(STANDARD_CATEGORIES)),
    )


def _sent(form: Form) -> Typed:
    names = (*_TEXTS, "kept_days", "registration_opens", "registration_closes", "totals_public", "breakdown_public")
    tables: dict[str, list[Row]] = {}
    for table, columns in _COLUMNS.items():
        places = {int(found[1]) for key in form if (found := re.fullmatch(rf"{table}\[([0-9]{{1,3}})\]\.\w+", key))}
        tables[table] = [
            Row(f"{table}[{n}]", {column: form.text(f"{table}[{n}].{column}", 400) for column in columns})
            for n in sorted(places)[:_MOST_ROWS]
        ]
    return Typed({name: form.text(name, 1000) for name in names}, **tables)


class _Reader:
    """Turns what was typed into a draft; remembers which row became which line."""

    def __init__(self, typed: Typed) -> None:
        self.typed = typed
        self.errors: dict[str, FieldError] = {}
        self.places: dict[str, str] = {}

    def fault(self, at: str, code: str, message: str) -> None:
        self.errors.setdefault(at, FieldError(at, code, message))

    def filled(self, name: str) -> list[Row]:
        rows: list[Row] = getattr(self.typed, name)
        found = [row for row in rows if any(value.strip() for value in row.values.values())]
        for n, row in enumerate(found):
            self.places[f"{name}[{n}]"] = row.at
        return found

    def count(self, name: str) -> int:
        try:
            return int(text.code(self.typed.values[name])[:6])
        except (text.Fault, ValueError):
            self.fault(name, "number", mark("Please enter a whole number."))
            return 0

    def minute(self, at: str, typed: str) -> int:
        try:
            found = re.fullmatch(r"([0-9]{1,2}):?([0-9]{2})", text.code(typed.replace("：", ":")))
        except text.Fault:
            found = None
        if found is None or int(found[2]) > 59:
            self.fault(at, "time", mark("Please write the time as hours and minutes, such as 09:00 or 24:00."))
            return 0
        return int(found[1]) * 60 + int(found[2])

    def days(self) -> tuple[Day, ...]:
        found: list[Day] = []
        for row in self.filled("days"):
            try:
                day = date.fromisoformat(text.code(row.values["day"]))
            except ValueError:
                message = mark("Please write the day as year-month-day, such as 2026-09-15.")
                self.fault(f"{row.at}.day", "date", message)
                day = date.min + timedelta(days=len(found))
            opens = self.minute(f"{row.at}.opens", row.values["opens"] or "00:00")
            closes = self.minute(f"{row.at}.closes", row.values["closes"] or "24:00")
            found.append(Day(day, opens, closes))
        return tuple(found)

    def moment(self, name: str, zone: str) -> datetime | None:
        typed = self.typed.values[name].strip()
        if not typed:
            return None
        try:
            naive = datetime.fromisoformat(typed)
        except ValueError:
            message = mark("Please write day and time as 2026-09-15 09:00.")
            self.fault(name, "moment", message)
            return None
        return naive.replace(tzinfo=ZoneInfo(zone)) if naive.tzinfo is None else naive

    def choices(self, name: str) -> tuple[Choice, ...]:
        return tuple(
            Choice(row.values["code"], row.values["name_zh"], row.values["name_en"], bool(row.values["retired"]))
            for row in self.filled(name)
        )

    def draft(self) -> Draft:
        values = self.typed.values
        zone = values["timezone"] if values["timezone"] in available_timezones() else settings().timezone
        draft = Draft(
            **{name: values[name] for name in _TEXTS},
            days=self.days(),
            registration_opens=self.moment("registration_opens", zone),
            registration_closes=self.moment("registration_closes", zone),
            fields=self.choices("fields"),
            categories=self.choices("categories"),
            kept_days=self.count("kept_days"),
            totals_public=bool(values["totals_public"]),
            breakdown_public=bool(values["breakdown_public"]),
        )
        try:
            services.tidied(draft)
        except InvalidInput as refused:
            for error in refused.errors:
                self.fault(self.place(error.field), error.code, error.message)
        if self.errors:
            raise InvalidInput(errors=tuple(self.errors.values()))
        return draft

    def place(self, field: str) -> str:
        line, dot, column = field.partition(".")
        return f"{self.places.get(line, line)}{dot}{column}"


def _form(
    request: Request[Any, Any, Any], typed: Typed, edition: EditionInfo | None, errors: tuple[FieldError, ...] = ()
) -> Response[Any]:
    locale = locale_of(request)
    return page(
        request,
        "admin/edition.html",
        status_code=422 if errors else 200,
        stored=edition,
        typed=typed,
        lists={"fields": typed.fields, "categories": typed.categories},
        errors={error.field: translate(locale, error.message) for error in errors},
    )


@get("/admin/editions", opt=allow(Role.organizer))
async def editions(request: Request[Any, Any, Any]) -> Response[Any]:
    return page(request, "admin/editions.html", lines=await queries.all_editions())


@get("/admin/editions/new", opt=allow(Role.organizer))
async def new(request: Request[Any, Any, Any]) -> Response[Any]:
    return _form(request, _fresh(), None)


def _done(text_: str) -> Response[Any]:
    answer = Redirect("/admin/editions", status_code=303)
    flash(answer, text_)
    forget_pages()
    return answer


@post("/admin/editions/new", opt=allow(Role.organizer))
async def create(request: Request[Any, Any, Any]) -> Response[Any]:
    typed = _sent(await form_of(request))
    try:
        await services.create(actor_of(request), _Reader(typed).draft())
    except DomainError as refused:
        return _form(request, typed, None, refused.errors)
    return _done(mark("The edition is set up."))


@get("/admin/editions/{slug:str}", opt=allow(Role.organizer))
async def edit(request: Request[Any, Any, Any], slug: FromPath[str]) -> Response[Any]:
    edition = await queries.stored_edition(slug)
    return _form(request, _of(edition), edition)


@post("/admin/editions/{slug:str}", opt=allow(Role.organizer))
async def change(request: Request[Any, Any, Any], slug: FromPath[str]) -> Response[Any]:
    edition = await queries.stored_edition(slug)
    typed = _sent(await form_of(request))
    try:
        await services.change(actor_of(request), slug, _Reader(typed).draft())
    except DomainError as refused:
        if not refused.errors:
            raise
        return _form(request, typed, edition, refused.errors)
    return _done(mark("The edition is changed."))


@get("/admin/editions/{slug:str}/current", opt=allow(Role.organizer))
async def ask_current(request: Request[Any, Any, Any], slug: FromPath[str]) -> Response[Any]:
    edition = await queries.stored_edition(slug)
    return page(request, "admin/edition_current.html", stored=edition, now=await queries.current_edition())


@post("/admin/editions/{slug:str}/current", opt=allow(Role.organizer))
async def make_current(request: Request[Any, Any, Any], slug: FromPath[str]) -> Response[Any]:
    await services.make_current(actor_of(request), slug)
    return _done(mark("The current edition is another one now."))


ROUTES: list[Any] = [editions, new, create, edit, change, ask_current, make_current]
