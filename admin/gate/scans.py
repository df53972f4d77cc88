"""Scans in the desk: the newest first, taken back with a reason, and as a spreadsheet."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin.gate import names
from checkin.queries import live, scan_desk
from checkin.queries.checkpoints import stored_checkpoints
from checkin.queries.scan_desk import Sought
from checkin.services import scan_sheets
from checkin.services.scans import undo as undoing
from checkin.tables import Reason, Verdict
from core.accounts.roles import Role
from core.editions.queries import EditionInfo, require_current
from core.errors import DomainError, FieldError, InvalidInput, NotFound
from core.i18n import mark
from gateway.access import actor_of, allow
from gateway.days import day_choices
from gateway.forms import form_of, shown_errors
from gateway.lists import after_of, listing
from gateway.locale import locale_of
from gateway.pages import flash, page
from gateway.sheets import spreadsheet

PAGE = 50
HOME = "/admin/gate/scans"


def _sought(asked: Any) -> Sought:
    """What cannot be is not asked for."""
    verdict, reason, device = asked.get("verdict", ""), asked.get("reason", ""), asked.get("device", "")
    try:
        day = date.fromisoformat(asked.get("day", ""))
    except ValueError:
        day = None
    return Sought(
        checkpoint=asked.get("checkpoint", "")[:40],
        verdict=Verdict(verdict) if verdict in Verdict.__members__ else None,
        reason=Reason(reason) if reason in Reason.__members__ else None,
        device=int(device) if device.isascii() and device.isdecimal() and len(device) < 10 else None,
        day=day,
        q=asked.get("q", "").strip()[:100],
    )


def _query(sought: Sought, **more: str) -> str:
    wanted = {
        "checkpoint": sought.checkpoint,
        "verdict": sought.verdict or "",
        "reason": sought.reason or "",
        "device": str(sought.device or ""),
        "day": sought.day.isoformat() if sought.day else "",
        "q": sought.q,
        **more,
    }
    return urlencode({name: value for name, value in wanted.items() if value})


@get(HOME, opt=allow(Role.organizer))
async def scans(request: Request[Any, Any, Any]) -> Response[Any]:
    edition, locale = await require_current(), locale_of(request)
    sought = _sought(request.query_params)
    after = after_of(request, request.query_params.get("cursor"))
    before = int(after[0]) if after else None
    found = await scan_desk.scans(edition, sought, before=before, limit=PAGE + 1)
    total = await scan_desk.count(edition, sought)
    piece = listing(request, found, PAGE, total, key=lambda one: (one.id,))
    return page(
        request,
        "admin/gate/scans.html",
        edition=edition,
        scans=piece.items,
        total=total,
        next_url=f"{HOME}?{_query(sought, cursor=piece.next)}" if piece.next else "",
        query=_query(sought),
        sought=sought,
        checkpoints=[(one.code, one.name(locale)) for one in await stored_checkpoints(edition.id)],
        devices=[(str(one.id), one.name) for one in await live.devices(edition)],
        kinds=names.kinds(locale),
        reasons=names.reasons(locale),
        days=day_choices(edition, locale),
        most=scan_sheets.MOST,
    )


@get("/admin/gate/scans.xlsx", opt=allow(Role.organizer))
async def sheet(request: Request[Any, Any, Any]) -> Response[bytes]:
    edition, locale = await require_current(), locale_of(request)
    found = await scan_desk.scans(edition, _sought(request.query_params), limit=scan_sheets.MOST)
    made = await scan_sheets.scans(actor_of(request), edition, found, names.words(locale), locale)
    return spreadsheet(made, "scans")


async def _one(
    request: Request[Any, Any, Any], edition: EditionInfo, number: int, errors: dict[str, str] | None = None
) -> Response[Any]:
    found = await scan_desk.scan(edition, number)
    if found is None:
        raise NotFound
    locale = locale_of(request)
    return page(
        request,
        "admin/gate/scan.html",
        status_code=422 if errors else 200,
        edition=edition,
        scan=found,
        kinds=names.kinds(locale),
        reasons=names.reasons(locale),
        rulings=names.rulings(locale),
        errors=errors or {},
    )


@get(HOME + "/{number:int}", opt=allow(Role.organizer))
async def one(request: Request[Any, Any, Any], number: FromPath[int]) -> Response[Any]:
    return await _one(request, await require_current(), number)


@post(HOME + "/{number:int}/undo", opt=allow(Role.organizer))
async def undo(request: Request[Any, Any, Any], number: FromPath[int]) -> Response[Any]:
    edition, form = await require_current(), await form_of(request)
    found = await scan_desk.scan(edition, number)
    if found is None:
        raise NotFound
    reason = form.text("reason", 1000)
    try:
        if not reason.strip():
            raise InvalidInput(
                errors=(FieldError("reason", "required", mark("Please say why: it stays in the trail.")),)
            )
        await undoing.undo(actor_of(request), edition, found.nonce, reason)
    except DomainError as refused:
        return await _one(request, edition, number, shown_errors(refused, locale_of(request)))
    answer = Redirect(f"{HOME}/{number}", status_code=303)
    flash(answer, mark("The scan is taken back; it stays in the list."))
    return answer


ROUTES: list[Any] = [scans, sheet, one, undo]
