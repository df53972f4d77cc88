"""The printed catalogue (会刊): who has not handed in its entry, the whole in three orders, and states that went to the
printer."""

import asyncio
from datetime import date
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin.home import Asked, Card, card
from core import text
from core.accounts.roles import Role
from core.editions.queries import EditionInfo, require_current
from core.errors import DomainError, FieldError, InvalidInput, NotFound
from core.files.sheets import TEXT, XLSX, Column, xlsx
from core.i18n import Locale, formats, mark, translate
from exhibitors.queries import catalogue as queries
from exhibitors.rules.catalogue import Entry, Order, Part, parts
from exhibitors.services import catalogue as services
from gateway.access import actor_of, allow
from gateway.forms import Form, form_of, shown_errors
from gateway.locale import locale_of
from gateway.pages import flash, page

ORDERS = {
    Order.booth: mark("By hall and booth"),
    Order.category: mark("By category"),
    Order.name: mark("By name"),
}
HEADINGS = (
    (mark("Part"), 16),
    (mark("Booth"), 14),
    (mark("Name"), 30),
    (mark("Name in English"), 30),
    (mark("Category"), 30),
    (mark("Introduction"), 60),
    (mark("Introduction in English"), 60),
    (mark("Contact"), 16),
    (mark("Phone"), 18),
    (mark("Email"), 26),
    (mark("Website"), 26),
    (mark("Number"), 12),
    (mark("Handed in"), 12),
)


@card(Role.organizer)
async def _missing(asked: Asked) -> Card | None:
    """Only in the last week before the deadline, and after it."""
    if asked.edition is None:
        return None
    until = await queries.until(asked.edition)
    if until is None or (until - asked.edition.today()).days > 7 or asked.edition.today() > asked.edition.first_day:
        return None
    waiting = len(await queries.missing(asked.edition))
    if not waiting:
        return None
    title = translate(asked.locale, mark("Entries missing in the catalogue"))
    return Card(title, formats.number(waiting), href="/admin/catalogue", attention=True)


def _names(edition: EditionInfo, order: Order, locale: Locale, halls: dict[str, tuple[str, str]]) -> dict[str, str]:
    """Of the parts, in their order."""
    if order is Order.booth:
        return {code: (en if locale == "en" and en else zh) for code, (zh, en) in halls.items()}
    if order is Order.category:
        return {choice.code: choice.name(locale) for choice in edition.categories}
    return {}


class _Asked:
    """What the query of an address asks for. :raises NotFound: a state that never was."""

    def __init__(self, request: Request[Any, Any, Any]) -> None:
        wanted = request.query_params.get("order", "")
        self.order = Order(wanted) if wanted in Order.__members__ else Order.booth
        state = request.query_params.get("print", "")
        if state and not (state.isascii() and state.isdecimal() and len(state) < 6):
            raise NotFound
        self.print = int(state) if state else None


async def _laid_out(
    asked: _Asked, edition: EditionInfo, locale: Locale
) -> tuple[list[Part], dict[str, str], list[Entry]]:
    found = await (queries.entries(edition) if asked.print is None else queries.printed(edition, asked.print))
    names = _names(edition, asked.order, locale, await queries.hall_names(edition))
    made = await asyncio.to_thread(parts, found, asked.order, locale, list(names))
    return made, names, found


async def _show(
    request: Request[Any, Any, Any], typed: Form | None = None, errors: dict[str, str] | None = None
) -> Response[Any]:
    edition, locale = await require_current(), locale_of(request)
    until, prints = await queries.until(edition), await queries.prints(edition)
    return page(
        request,
        "admin/catalogue.html",
        status_code=422 if errors else 200,
        edition=edition,
        missing=await queries.missing(edition),
        count=len(await queries.entries(edition)),
        prints=prints,
        following=len(prints) + 1,
        orders=[(order.value, translate(locale, label)) for order, label in ORDERS.items()],
        until=until,
        typed=typed or Form(),
        errors=errors or {},
    )


@get("/admin/catalogue", opt=allow(Role.organizer))
async def catalogue(request: Request[Any, Any, Any]) -> Response[Any]:
    return await _show(request)


def _until(form: Form) -> date | None:
    if not (typed := form.text("until", 40).strip()):
        return None
    try:
        return date.fromisoformat(text.code(typed))
    except ValueError as fault:
        message = mark("Please write the day as year-month-day, such as 2026-09-15.")
        raise InvalidInput(errors=(FieldError("until", "date", message),)) from fault


@post("/admin/catalogue/{act:str}", opt=allow(Role.organizer))
async def act(request: Request[Any, Any, Any], act: FromPath[str]) -> Response[Any]:
    edition, form, actor = await require_current(), await form_of(request), actor_of(request)
    answer = Redirect("/admin/catalogue", status_code=303)
    try:
        match act:
            case "terms":
                await services.set_until(actor, edition, _until(form))
                flash(answer, mark("Saved."))
            case "remind":
                count = await services.remind(actor, edition)
                flash(answer, mark("%(n)s exhibitors are reminded, each once a day."), n=count)
            case "keep":
                wanted = form.text("number", 6)
                if not (wanted.isascii() and wanted.isdecimal()):
                    raise NotFound
                await services.freeze(actor, edition, int(wanted))
                flash(answer, mark("This state of the catalogue is kept."))
            case _:
                raise NotFound
    except NotFound:
        raise
    except DomainError as refused:
        return await _show(request, form, shown_errors(refused, locale_of(request)))
    return answer


@get("/admin/catalogue/print", opt=allow(Role.organizer))
async def printed(request: Request[Any, Any, Any]) -> Response[Any]:
    """``?order=``, and ``?print=`` for a state that was kept."""
    edition, locale, asked = await require_current(), locale_of(request), _Asked(request)
    made, names, _ = await _laid_out(asked, edition, locale)
    return page(
        request,
        "admin/catalogue_print.html",
        edition=edition,
        parts=made,
        names=names,
        order=asked.order,
        categories={choice.code: (choice.name("zh-CN"), choice.name("en")) for choice in edition.categories},
        state=asked.print,
        orders=[(order.value, translate(locale, label)) for order, label in ORDERS.items()],
    )


def _sheet(edition: EditionInfo, locale: Locale, made: list[Part], names: dict[str, str], *, live: bool) -> bytes:
    headings = HEADINGS if live else HEADINGS[:-1]
    columns = [Column(translate(locale, heading), width, TEXT) for heading, width in headings]
    categories = {choice.code: choice.name(locale) for choice in edition.categories}
    said = {True: translate(locale, mark("yes")), False: translate(locale, mark("no"))}
    rows = []
    for part in made:
        for one in part.entries:
            row = [names.get(part.key, part.key), " ".join(one.booths), one.name, one.name_en]
            row += ["; ".join(categories.get(code, code) for code in one.categories), one.intro, one.intro_en]
            row += [one.contact, one.phone, one.email, one.website, one.number, said[one.sent]]
            rows.append(row[: len(headings)])
    return xlsx(translate(locale, mark("Catalogue")), columns, rows)


@get("/admin/catalogue.xlsx", opt=allow(Role.organizer))
async def sheet(request: Request[Any, Any, Any]) -> Response[bytes]:
    edition, locale, asked = await require_current(), locale_of(request), _Asked(request)
    made, names, _ = await _laid_out(asked, edition, locale)
    data = await asyncio.to_thread(_sheet, edition, locale, made, names, live=asked.print is None)
    name = f"catalogue-{asked.order.value}" + (f"-{asked.print}" if asked.print is not None else "")
    headers = {"content-disposition": f'attachment; filename="{name}.xlsx"'}
    return Response(data, media_type=XLSX, headers=headers)


ROUTES: list[Any] = [catalogue, act, printed, sheet]
