"""Terms and prices of booths, and an exhibitor's statement with its payments, in the desk."""

import secrets
from datetime import date
from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from core import text
from core.accounts.roles import Role
from core.editions.queries import require_current
from core.errors import DomainError, FieldError, InvalidInput, NotFound
from core.i18n import Locale, mark, translate
from exhibitors.queries import fees as queries
from exhibitors.queries.fees import Terms
from exhibitors.rules import booths as rules
from exhibitors.rules import fees
from exhibitors.rules.fees import Price
from exhibitors.services import fees as services
from exhibitors.services.fees import Payment
from exhibitors.tables import Origin, Per
from gateway.access import actor_of, allow
from gateway.forms import Form, form_of, shown_errors
from gateway.halls import kinds, square
from gateway.locale import locale_of
from gateway.pages import flash, page
from gateway.statements import invoice_of

EMPTY_ROWS = 3
MOST_ROWS = 100
_COLUMNS = ("zone", "kind", "open_sides", "origin", "per", "yuan")
ORIGINS = {Origin.mainland: mark("Mainland China"), Origin.elsewhere: mark("Elsewhere")}
PER = {Per.booth: mark("a booth"), Per.m2: mark("a square metre")}


def _choices(locale: Locale) -> dict[str, list[tuple[str, str]]]:
    every = ("", translate(locale, mark("Any")))
    return {
        "kind": [every, *kinds(locale).items()],
        "open_sides": [("0", every[1]), *((str(n), f"≥ {n}") for n in (2, 3, 4))],
        "origin": [every, *((origin.value, translate(locale, said)) for origin, said in ORIGINS.items())],
        "per": [(per.value, translate(locale, said)) for per, said in PER.items()],
    }


def _row(price: Price) -> dict[str, str]:
    return {
        "zone": price.zone,
        "kind": price.kind,
        "open_sides": str(price.open_sides),
        "origin": price.origin,
        "per": price.per.value,
        "yuan": fees.yuan(price.fen),
    }


_BLANK = {"zone": "", "kind": "", "open_sides": "0", "origin": "", "per": Per.booth.value, "yuan": ""}


async def _terms(
    request: Request[Any, Any, Any], typed: dict[str, str] | None, rows: list[dict[str, str]], errors: dict[str, str]
) -> Response[Any]:
    edition, locale = await require_current(), locale_of(request)
    stored = await queries.terms(edition)
    now = {
        "charges": "1" if stored.charges else "",
        "hold_days": str(stored.hold_days),
        "warn_days": str(stored.warn_days),
        "until_paid": "1" if stored.until_paid else "",
        "pay_to": stored.pay_to,
    }
    return page(
        request,
        "admin/fees.html",
        status_code=422 if errors else 200,
        edition=edition,
        typed=now if typed is None else typed,
        rows=rows or [*map(_row, stored.prices), *[dict(_BLANK)] * EMPTY_ROWS],
        choices=_choices(locale),
        errors=errors,
        accounts=[one for one in await queries.accounts(edition) if one.owed or one.paid],
        yuan=fees.yuan,
    )


@get("/admin/booths/fees", opt=allow(Role.organizer))
async def terms(request: Request[Any, Any, Any]) -> Response[Any]:
    return await _terms(request, None, [], {})


def _price(row: dict[str, str], at: str, errors: list[FieldError]) -> Price | None:
    try:
        zone = rules.short(row["zone"], 40)
    except text.Fault as fault:
        errors.append(FieldError(f"{at}.zone", fault.code, fault.message))
        return None
    try:
        return Price(
            zone,
            row["kind"] if row["kind"] in ("standard", "raw") else "",
            int(row["open_sides"]) if row["open_sides"] in ("2", "3", "4") else 0,
            row["origin"] if row["origin"] in Origin.__members__ else "",
            Per(row["per"]) if row["per"] in Per.__members__ else Per.booth,
            fees.fen(row["yuan"]),
        )
    except text.Fault as fault:
        errors.append(FieldError(f"{at}.yuan", fault.code, fault.message))
        return None


def _days(form: Form, name: str, errors: list[FieldError]) -> int:
    try:
        found = text.integer(form.text(name, 20) or "0")
    except text.Fault as fault:
        errors.append(FieldError(name, fault.code, fault.message))
        return 0
    if not 0 <= found <= 365:
        errors.append(FieldError(name, "out_of_range", mark("This number is out of range.")))
    return found


@post("/admin/booths/fees", opt=allow(Role.organizer))
async def set_terms(request: Request[Any, Any, Any]) -> Response[Any]:
    edition, form, locale = await require_current(), await form_of(request), locale_of(request)
    rows = [
        {column: form.text(f"price-{n}-{column}", 100).strip() or _BLANK[column] for column in _COLUMNS}
        for n in range(MOST_ROWS)
        if f"price-{n}-yuan" in form
    ]
    errors: list[FieldError] = []
    prices = [
        _price(row, f"price-{n}", errors) for n, row in enumerate(rows) if row["yuan"] or row["zone"] or row["kind"]
    ]
    pay_to = text.paragraphs(form.text("pay_to", 2000))
    wanted = Terms(
        bool(form.text("charges")),
        _days(form, "hold_days", errors),
        _days(form, "warn_days", errors),
        bool(form.text("until_paid")),
        pay_to,
        tuple(price for price in prices if price is not None),
    )
    if wanted.charges and not wanted.prices and not errors:
        message = mark("Please give at least one price, or charge nothing.")
        errors.append(FieldError("price-0.yuan", "required", message))
    if errors:
        return await _terms(
            request,
            dict(form),
            rows,
            {error.field.replace(".", "-"): translate(locale, error.message) for error in errors},
        )
    changed = await services.set_terms(actor_of(request), edition, wanted)
    answer = Redirect("/admin/booths/fees", status_code=303)
    flash(answer, mark("Saved. %(n)s fees of held booths changed."), n=changed)
    return answer


async def _statement(
    request: Request[Any, Any, Any], number: str, typed: Form | None = None, errors: dict[str, str] | None = None
) -> Response[Any]:
    edition, locale = await require_current(), locale_of(request)
    one = await queries.statement(edition, number)
    fresh = {
        "submission": secrets.token_urlsafe(16),
        "day": edition.today().isoformat(),
        "yuan": fees.yuan(one.outstanding) if one.outstanding > 0 else "",
    }
    return page(
        request,
        "admin/statement.html",
        status_code=422 if errors else 200,
        edition=edition,
        one=one,
        kinds=kinds(locale),
        square=square,
        yuan=fees.yuan,
        typed={**fresh, **msgspec.to_builtins(one.invoice), **(typed or {})},
        errors=errors or {},
    )


@get("/admin/exhibitors/{number:str}/statement", opt=allow(Role.organizer))
async def statement(request: Request[Any, Any, Any], number: FromPath[str]) -> Response[Any]:
    return await _statement(request, number)


def _payment(form: Form) -> Payment:
    errors: list[FieldError] = []
    fen, day, reference = 0, date.min, ""
    try:
        fen = fees.fen(form.text("yuan", 40))
    except text.Fault as fault:
        errors.append(FieldError("yuan", fault.code, fault.message))
    try:
        day = date.fromisoformat(text.code(form.text("day", 20)))
    except ValueError:
        message = mark("Please write the day as year-month-day, such as 2026-09-15.")
        errors.append(FieldError("day", "date", message))
    try:
        reference = rules.short(form.text("reference", 400), 100)
    except text.Fault as fault:
        errors.append(FieldError("reference", fault.code, fault.message))
    if errors:
        raise InvalidInput(errors=tuple(errors))
    return Payment(fen, day, reference)


@post("/admin/exhibitors/{number:str}/statement/{act:str}", opt=allow(Role.organizer))
async def act(request: Request[Any, Any, Any], number: FromPath[str], act: FromPath[str]) -> Response[Any]:
    edition, form, actor = await require_current(), await form_of(request), actor_of(request)
    try:
        match act:
            case "payment":
                submission = form.text("submission", 64) or secrets.token_urlsafe(16)
                await services.record_payment(actor, edition, number, _payment(form), submission=submission)
                said = mark("The payment is recorded.")
            case "reverse":
                wanted, note = form.text("payment", 12), text.line(form.text("note", 500))
                if not note:
                    message = mark("Please say why it is taken back.")
                    raise InvalidInput(errors=(FieldError(f"note-{wanted}", "required", message),))
                if not (wanted.isascii() and wanted.isdecimal() and len(wanted) < 10):
                    raise NotFound
                await services.reverse_payment(actor, edition, number, int(wanted), note=note)
                said = mark("The payment is taken back; both entries stay.")
            case "invoice":
                await services.save_invoice(actor, edition, number, invoice_of(form))
                said = mark("The invoice details are saved.")
            case _:
                raise NotFound
    except NotFound:
        raise
    except DomainError as refused:
        return await _statement(request, number, form, shown_errors(refused, locale_of(request)))
    answer = Redirect(f"/admin/exhibitors/{quote(number)}/statement", status_code=303)
    flash(answer, said)
    return answer


ROUTES: list[Any] = [terms, set_terms, statement, act]
