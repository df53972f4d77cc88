"""Who has registered to come: alone, as a group, with somebody's help; looked through, taken along, cancelled."""

from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin.badges.asked import HOME
from checkin.queries import visits as queries
from checkin.queries.badges import badge_with_serial
from checkin.services import visit_sheets, visits
from core.accounts.roles import Role
from core.editions.queries import require_current
from core.i18n import mark
from gateway.access import actor_of, allow
from gateway.lists import after_of, listing
from gateway.locale import locale_of
from gateway.pages import flash, page
from gateway.sheets import spreadsheet

AT = HOME + "/visits"
PAGE = 50


@get(AT, opt=allow(Role.organizer))
async def every(request: Request[Any, Any, Any]) -> Response[Any]:
    edition = await require_current()
    q = request.query_params.get("q", "").strip()[:100]
    after = after_of(request, request.query_params.get("cursor"))
    found = await queries.visits(edition, q, before=int(after[0]) if after else None, limit=PAGE + 1)
    counted = await queries.counted(edition, q)
    piece = listing(request, found, PAGE, counted.registrations, key=lambda line: (line.badge.id,))
    return page(
        request,
        "admin/badges/visits.html",
        edition=edition,
        lines=piece.items,
        counted=counted,
        most=visit_sheets.MOST,
        q=q,
        next_url=f"{AT}?{urlencode({'q': q, 'cursor': piece.next})}" if piece.next else "",
    )


@get(AT + ".xlsx", opt=allow(Role.organizer))
async def sheet(request: Request[Any, Any, Any]) -> Response[bytes]:
    q = request.query_params.get("q", "").strip()[:100]
    made = await visit_sheets.registrations(actor_of(request), await require_current(), q, locale_of(request))
    return spreadsheet(made, "registrations")


@post(AT + "/{serial:str}/cancel", opt=allow(Role.organizer))
async def cancel(request: Request[Any, Any, Any], serial: FromPath[str]) -> Response[Any]:
    edition = await require_current()
    await visits.cancel(actor_of(request), edition, await badge_with_serial(edition, serial))
    answer = Redirect(AT, status_code=303)
    flash(answer, mark("The registration is cancelled. Its badge opens no gate any more."))
    return answer


ROUTES: list[Any] = [every, sheet, cancel]
