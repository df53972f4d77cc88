"""Deposits of raw booths: what is asked for, who has paid, what went back or was kept."""

import asyncio
import secrets
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from core import text
from core.accounts.roles import Role
from core.editions.queries import require_current
from core.errors import DomainError, FieldError, InvalidInput, NotFound
from core.files.sheets import TEXT, Column, xlsx
from core.i18n import Locale, mark, translate
from exhibitors.queries import deposits as queries
from exhibitors.queries.applications import exhibitor_numbered
from exhibitors.queries.deposits import Account
from exhibitors.rules import booths as rules
from exhibitors.rules import fees
from exhibitors.rules.deposits import Sums, Terms
from exhibitors.services import deposits as services
from exhibitors.services.deposits import Entry
from exhibitors.tables import DepositAct, Per
from gateway.access import actor_of, allow
from gateway.forms import Form, form_of, shown_errors
from gateway.locale import locale_of
from gateway.pages import flash, page
from gateway.sheets import spreadsheet
from gateway.statements import DEPOSIT_ACTS

PER = {Per.m2: mark("a square metre"), Per.booth: mark("a booth")}
DAY = mark("Please write the day as year-month-day, such as 2026-09-15.")
MONEY_FORMAT = "#,##0.00"
HEADINGS: tuple[tuple[str, int, str], ...] = (
    (mark("Number"), 12, TEXT),
    (mark("Firm"), 30, TEXT),
    (mark("Booth"), 16, TEXT),
    (mark("Asked for"), 14, MONEY_FORMAT),
    (mark("Paid"), 14, MONEY_FORMAT),
    (mark("Still open"), 14, MONEY_FORMAT),
    (mark("Given back"), 14, MONEY_FORMAT),
    (mark("Withheld"), 14, MONEY_FORMAT),
    (mark("With us"), 14, MONEY_FORMAT),
)


def _figures(sums: Sums) -> tuple[int, ...]:
    """As the headings from the fourth on."""
    return sums.asked, sums.paid, sums.open, sums.returned, sums.kept, sums.held


async def _list(
    request: Request[Any, Any, Any], typed: Form | None = None, errors: dict[str, str] | None = None
) -> Response[Any]:
    edition, locale = await require_current(), locale_of(request)
    terms, accounts = await queries.terms_of(edition), await queries.accounts(edition)
    now = {
        "yuan": fees.yuan(terms.fen) if terms.fen else "",
        "per": terms.per.value,
        "until": terms.until.isoformat() if terms.until else "",
    }
    rows = [(one, _figures(one.sums)) for one in accounts]
    return page(
        request,
        "admin/deposits.html",
        status_code=422 if errors else 200,
        edition=edition,
        rows=rows,
        headings=[translate(locale, heading) for heading, _, _ in HEADINGS[3:]],
        totals=[sum(column) for column in zip(*(figures for _, figures in rows), strict=True)],
        per=[(per.value, translate(locale, label)) for per, label in PER.items()],
        typed=now if typed is None else typed,
        errors=errors or {},
        yuan=fees.yuan,
    )


@get("/admin/booths/deposits", opt=allow(Role.organizer))
async def deposits(request: Request[Any, Any, Any]) -> Response[Any]:
    return await _list(request)


def _day(form: Form, name: str, errors: list[FieldError]) -> date:
    try:
        return date.fromisoformat(text.code(form.text(name, 20)))
    except ValueError:
        errors.append(FieldError(name, "date", DAY))
        return date.min


def _fen(form: Form, errors: list[FieldError]) -> int:
    try:
        return fees.fen(form.text("yuan", 40))
    except text.Fault as fault:
        errors.append(FieldError("yuan", fault.code, fault.message))
        return 0


@post("/admin/booths/deposits", opt=allow(Role.organizer))
async def set_terms(request: Request[Any, Any, Any]) -> Response[Any]:
    """No amount: none is taken."""
    edition, form = await require_current(), await form_of(request)
    errors: list[FieldError] = []
    per = form.text("per", 10)
    terms = Terms(
        Per(per) if per in Per.__members__ else Per.m2,
        _fen(form, errors) if form.text("yuan", 40).strip() else 0,
        _day(form, "until", errors) if form.text("until", 20).strip() else None,
    )
    if errors:
        return await _list(request, form, shown_errors(InvalidInput(errors=tuple(errors)), locale_of(request)))
    await services.set_terms(actor_of(request), edition, terms)
    answer = Redirect("/admin/booths/deposits", status_code=303)
    flash(answer, mark("Saved."))
    return answer


def _sheet(locale: Locale, accounts: list[Account]) -> bytes:
    columns = [Column(translate(locale, heading), width, form) for heading, width, form in HEADINGS]
    rows = [
        [one.number, one.called(locale), " ".join(one.booths), *(Decimal(fen) / 100 for fen in _figures(one.sums))]
        for one in accounts
    ]
    return xlsx(translate(locale, mark("Deposits")), columns, rows)


@get("/admin/booths/deposits.xlsx", opt=allow(Role.organizer))
async def sheet(request: Request[Any, Any, Any]) -> Response[bytes]:
    accounts = await queries.accounts(await require_current())
    made = await asyncio.to_thread(_sheet, locale_of(request), accounts)
    return spreadsheet(made, "deposits")


async def _one(
    request: Request[Any, Any, Any], number: str, typed: Form | None = None, errors: dict[str, str] | None = None
) -> Response[Any]:
    edition, locale = await require_current(), locale_of(request)
    one = await exhibitor_numbered(edition, number)
    deposit = await queries.deposit(edition, one.id)
    fresh = {
        "submission": secrets.token_urlsafe(16),
        "day": edition.today().isoformat(),
        "yuan": fees.yuan(deposit.sums.open or deposit.sums.held) if deposit.sums.open or deposit.sums.held else "",
        "act": "paid" if deposit.sums.open or not deposit.sums.held else "returned",
    }
    return page(
        request,
        "admin/deposit.html",
        status_code=422 if errors else 200,
        edition=edition,
        one=one,
        deposit=deposit,
        acts={act: translate(locale, label) for act, label in DEPOSIT_ACTS.items()},
        yuan=fees.yuan,
        typed={**fresh, **(typed or {})},
        errors=errors or {},
    )


@get("/admin/exhibitors/{number:str}/deposit", opt=allow(Role.organizer))
async def deposit(request: Request[Any, Any, Any], number: FromPath[str]) -> Response[Any]:
    return await _one(request, number)


def _entry(form: Form) -> Entry:
    errors: list[FieldError] = []
    act = form.text("act", 10)
    if act not in DepositAct.__members__:
        errors.append(FieldError("act", "required", rules.REQUIRED))
    fen, day, said = _fen(form, errors), _day(form, "day", errors), {"reference": "", "note": ""}
    for name, most in (("reference", 100), ("note", 500)):
        try:
            said[name] = rules.short(form.text(name, 2000), most)
        except text.Fault as fault:
            errors.append(FieldError(name, fault.code, fault.message))
    if errors:
        raise InvalidInput(errors=tuple(errors))
    return Entry(DepositAct(act), fen, day, said["reference"], said["note"])


@post("/admin/exhibitors/{number:str}/deposit/{act:str}", opt=allow(Role.organizer))
async def act(request: Request[Any, Any, Any], number: FromPath[str], act: FromPath[str]) -> Response[Any]:
    edition, form, actor = await require_current(), await form_of(request), actor_of(request)
    try:
        match act:
            case "record":
                submission = form.text("submission", 64) or secrets.token_urlsafe(16)
                await services.record(actor, edition, number, _entry(form), submission=submission)
                said = mark("The entry is recorded.")
            case "reverse":
                wanted, note = form.text("entry", 12), text.line(form.text("why", 500))
                if not (wanted.isascii() and wanted.isdecimal() and len(wanted) < 10):
                    raise NotFound
                if not note:
                    message = mark("Please say why it is taken back.")
                    raise InvalidInput(errors=(FieldError(f"why-{wanted}", "required", message),))
                await services.reverse(actor, edition, number, int(wanted), note=note)
                said = mark("The entry is taken back; both stay.")
            case _:
                raise NotFound
    except NotFound:
        raise
    except DomainError as refused:
        return await _one(request, number, form, shown_errors(refused, locale_of(request)))
    answer = Redirect(f"/admin/exhibitors/{quote(number)}/deposit", status_code=303)
    flash(answer, said)
    return answer


ROUTES: list[Any] = [deposits, set_terms, sheet, deposit, act]
