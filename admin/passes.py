"""Passes for those who build and for vehicles: the queue, how many there may be, the list for the gate."""

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
from core.files.sheets import TEXT, Column, on_the_wall, xlsx
from core.i18n import Locale, formats, mark, translate
from exhibitors.queries import passes as queries
from exhibitors.queries.passes import PassLine
from exhibitors.services import passes as services
from exhibitors.tables import PassKind
from gateway.access import actor_of, allow
from gateway.forms import Form, form_of, shown_errors
from gateway.locale import locale_of
from gateway.pages import flash, page
from gateway.sheets import spreadsheet

KINDS = {PassKind.worker: mark("Worker"), PassKind.vehicle: mark("Vehicle")}
HEADINGS = (
    (mark("Number"), 10),
    (mark("Kind"), 10),
    (mark("Name"), 16),
    (mark("Number plate"), 14),
    (mark("Trade"), 16),
    (mark("Phone"), 18),
    (mark("Firm"), 30),
    (mark("Booth"), 14),
    (mark("Begins"), 18),
    (mark("Ends"), 18),
)


@card(Role.organizer)
async def _waiting(asked: Asked) -> Card | None:
    waiting = 0 if asked.edition is None else await queries.count_waiting(asked.edition)
    if not waiting:
        return None
    title = translate(asked.locale, mark("Passes to decide on"))
    return Card(title, formats.number(waiting), href="/admin/passes", attention=True)


async def _show(
    request: Request[Any, Any, Any], typed: Form | None = None, errors: dict[str, str] | None = None
) -> Response[Any]:
    edition, locale = await require_current(), locale_of(request)
    terms, until = await queries.terms_of(edition)
    return page(
        request,
        "admin/passes.html",
        status_code=422 if errors else 200,
        edition=edition,
        waiting=await queries.waiting(edition),
        approved=await queries.approved(edition),
        terms=terms,
        until=until,
        kinds={kind: translate(locale, label) for kind, label in KINDS.items()},
        typed=typed or Form(),
        errors=errors or {},
    )


@get("/admin/passes", opt=allow(Role.organizer))
async def passes(request: Request[Any, Any, Any]) -> Response[Any]:
    return await _show(request)


def _seen(form: Form) -> list[int]:
    """The passes that stood on the page when it was decided."""
    given = form.many.get("pass", [])[:1000] if hasattr(form, "many") else []
    return [int(one) for one in given if one.isascii() and one.isdecimal() and len(one) < 10]


def _number(form: Form, name: str, errors: list[FieldError]) -> int:
    try:
        return text.integer(form.text(name, 20))
    except text.Fault as fault:
        errors.append(FieldError(name, fault.code, fault.message))
        return 0


async def _set_terms(request: Request[Any, Any, Any], edition: EditionInfo, form: Form) -> None:
    errors: list[FieldError] = []
    workers, vehicles = _number(form, "workers", errors), _number(form, "vehicles", errors)
    until: date | None = None
    if typed := form.text("until", 40).strip():
        try:
            until = date.fromisoformat(text.code(typed))
        except ValueError:
            message = mark("Please write the day as year-month-day, such as 2026-09-15.")
            errors.append(FieldError("until", "date", message))
    if errors:
        raise InvalidInput(errors=tuple(errors))
    await services.set_terms(actor_of(request), edition, workers, vehicles, until)


@post("/admin/passes/{number:str}", opt=allow(Role.organizer))
async def decide(request: Request[Any, Any, Any], number: FromPath[str]) -> Response[Any]:
    """``number``: of an exhibitor, or ``terms``."""
    edition, form = await require_current(), await form_of(request)
    answer = Redirect("/admin/passes", status_code=303)
    try:
        if number == "terms":
            await _set_terms(request, edition, form)
            flash(answer, mark("Saved."))
        else:
            approve = form.text("decision", 10) == "approve"
            said = form.text(f"answer-{number}")
            await services.decide(actor_of(request), edition, number, _seen(form), approve=approve, answer=said)
            flash(answer, mark("The passes are approved.") if approve else mark("The passes are sent back."))
    except NotFound:
        raise
    except DomainError as refused:
        return await _show(request, form, shown_errors(refused, locale_of(request)))
    return answer


def _sheet(edition: EditionInfo, locale: Locale, lines: list[PassLine]) -> bytes:
    columns = [Column(translate(locale, heading), width, TEXT) for heading, width in HEADINGS[:-2]]
    columns += [Column(translate(locale, heading), width, "yyyy-mm-dd hh:mm") for heading, width in HEADINGS[-2:]]
    rows: list[list[Any]] = []
    for one in lines:
        times = (None, None) if one.window is None else (one.window.starts_at, one.window.ends_at)
        row: list[Any] = [one.serial, translate(locale, KINDS[one.kind]), one.name, one.shown_plate]
        row += [one.trade, one.mobile, one.firm, " ".join(one.booths)]
        rows.append([*row, *(on_the_wall(at, edition.timezone) for at in times)])
    return xlsx(translate(locale, mark("Passes")), columns, rows)


@get("/admin/passes.xlsx", opt=allow(Role.organizer))
async def sheet(request: Request[Any, Any, Any]) -> Response[bytes]:
    """For the gate of the builders: everybody who may come in."""
    edition, locale = await require_current(), locale_of(request)
    made = await asyncio.to_thread(_sheet, edition, locale, await queries.approved(edition))
    return spreadsheet(made, "passes")


@get("/admin/passes/print", opt=allow(Role.organizer))
async def printed(request: Request[Any, Any, Any]) -> Response[Any]:
    """Of one exhibitor by ``?number=``, else all."""
    edition = await require_current()
    number = request.query_params.get("number", "")[:20] or None
    approved = await queries.approved(edition, number)
    return page(request, "passes_print.html", edition=edition, passes=approved, back="/admin/passes")


ROUTES: list[Any] = [passes, decide, sheet, printed]
