"""Beside the form of deals: amounts read back while they are typed, exhibitors found, duplicates ruled on, a
spreadsheet to take along."""

from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from admin.deals import SIGNING, common
from core import money
from core.editions.queries import require_current
from core.errors import DomainError
from core.files.sheets import ENDINGS, XLSX
from core.i18n import mark, translate
from core.text import Fault
from deals.queries import deals as queries
from deals.queries import duplicates
from deals.rules import figures as rules
from deals.rules.duplicates import SUSPECTS
from deals.rules.sheets import CellFault
from deals.services import exports, imports, rulings
from deals.tables import Verdict
from gateway import deals as words
from gateway.access import actor_of
from gateway.forms import form_of, shown_errors
from gateway.locale import locale_of
from gateway.pages import flash, page
from gateway.uploads import UPLOADS, sent_upload

Req = Request[Any, Any, Any]


class LookOut(msgspec.Struct):
    """Texts in the reader's language; empty where there is nothing to say."""

    number: str = ""
    units: str = ""
    capitals: str = ""
    error: str = ""
    sum: str = ""
    fits: bool = False


@post("/admin/deals/look", opt=SIGNING, status_code=200)
async def look(request: Req) -> LookOut:
    """What is typed, read back while it is being typed."""
    edition, form, locale = await require_current(), await form_of(request), locale_of(request)
    typed = form.text("amount", 300)
    if not typed.strip():
        return LookOut()
    try:
        fen = money.parse(typed)
    except Fault as fault:
        return LookOut(error=translate(locale, fault.message))
    back = words.read_back(locale, fen)
    read = words.read(form, edition, {})
    parts = [money.from_plain(one.amount) for one in read.deal.allocations if one.amount is not None]
    percent = [one.percent for one in read.deal.allocations if one.percent is not None]
    out = LookOut(back.number, back.units, back.capitals)
    if percent:
        try:
            parts = money.by_shares(fen, rules.percentages(percent))
        except Fault as fault:
            out.sum = translate(locale, fault.message)
            return out
    if parts:
        left = fen - sum(parts)
        out.fits = left == 0
        if left == 0:
            out.sum = translate(locale, mark("The fields add up to the amount."))
        elif left > 0:
            out.sum = translate(locale, mark("%(left)s are left to be split."), left=money.grouped(left))
        else:
            out.sum = translate(locale, mark("The fields come to %(left)s too much."), left=money.grouped(-left))
    return out


class ExhibitorOut(msgspec.Struct):
    value: str
    name_en: str


@get("/admin/deals/exhibitors", opt=SIGNING)
async def exhibitors(q: FromQuery[str] = "") -> list[ExhibitorOut]:
    """Those whose name or number has it in it, as a party is typed."""
    edition = await require_current()
    found = await queries.exhibitors_like(edition, q[:60]) if q.strip() else []
    return [ExhibitorOut(f"{one.name}（{one.number}）", one.name_en) for one in found]


@get("/admin/deals/duplicates", opt=SIGNING)
async def duplicates_page(request: Req) -> Response[Any]:
    return await _duplicates(request)


async def _duplicates(request: Req, errors: dict[str, str] | None = None) -> Response[Any]:
    edition, locale = await require_current(), locale_of(request)
    return page(
        request,
        "admin/deals/duplicates.html",
        status_code=422 if errors else 200,
        **common(edition, locale),
        pairs=await duplicates.open_suspicions(edition),
        suspects=words.words(locale, SUSPECTS),
        errors=errors or {},
    )


@post("/admin/deals/duplicates/{suspicion:int}", opt=SIGNING)
async def rule(request: Req, suspicion: FromPath[int]) -> Response[Any]:
    edition, form = await require_current(), await form_of(request)
    keep = form.text("keep", 20)
    verdict = Verdict.same if keep else Verdict.different
    try:
        await rulings.rule(actor_of(request), edition, suspicion, verdict, keep=keep)
    except DomainError as refused:
        if refused.status == 404:
            raise
        return await _duplicates(request, shown_errors(refused, locale_of(request)))
    answer = Redirect("/admin/deals/duplicates", status_code=303)
    flash(answer, mark("Ruled. What is void counts no more.") if keep else mark("Ruled: both count."))
    return answer


@get("/admin/deals/export.xlsx", opt=SIGNING)
async def export(request: Req) -> Response[bytes]:
    edition, locale = await require_current(), locale_of(request)
    made = await exports.export(
        actor_of(request), edition, locale, words.words(locale, {**words.KINDS, **words.STATES})
    )
    headers = {"content-disposition": f'attachment; filename="deals-{edition.slug}.xlsx"', "cache-control": "no-store"}
    return Response(made, media_type=XLSX, headers=headers)


async def _import(request: Req, faults: list[CellFault], error: str = "") -> Response[Any]:
    edition, locale = await require_current(), locale_of(request)
    return page(
        request,
        "admin/deals/import.html",
        status_code=422 if faults or error else 200,
        edition=edition,
        fields=edition.fields,
        faults=[(one.row, one.column, translate(locale, one.message)) for one in faults[:200]],
        errors={"file": translate(locale, error)} if error else {},
        endings=ENDINGS,
    )


@get("/admin/deals/import", opt=SIGNING)
async def import_page(request: Req) -> Response[Any]:
    return await _import(request, [])


@post("/admin/deals/import", opt={**SIGNING, **UPLOADS})
async def import_sheet(request: Req) -> Response[Any]:
    edition = await require_current()
    async with sent_upload(request) as sent:
        found = sent.files.get("file", [])
        if not found:
            return await _import(request, [], mark("Please choose a file."))
        try:
            numbers, faults = await imports.read_in(actor_of(request), edition, found[0])
        except Fault as fault:
            return await _import(request, [], fault.message)
    if faults:
        return await _import(request, faults)
    answer = Redirect("/admin/deals", status_code=303)
    flash(answer, mark("%(n)s drafts are written down. Another person confirms each."), n=len(numbers))
    return answer


ROUTES: list[Any] = [look, exhibitors, export, import_page, import_sheet, duplicates_page, rule]
