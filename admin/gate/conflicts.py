"""Where a phone let somebody in alone whom the rules would have refused: both records, and what an organizer finds."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin.gate import names
from admin.home import Asked, Card, card
from checkin.queries import scan_desk
from checkin.queries.scan_desk import Sought
from checkin.services import rulings, scan_sheets
from core.accounts.roles import Role
from core.editions.queries import require_current
from core.errors import InvalidInput, NotFound
from core.i18n import formats, mark, translate
from gateway.access import actor_of, allow
from gateway.forms import Form, form_of, shown_errors
from gateway.lists import after_of, listing
from gateway.locale import locale_of
from gateway.pages import flash, page
from gateway.sheets import spreadsheet

PAGE = 20
HOME = "/admin/gate/conflicts"


@card(Role.organizer)
async def _open(asked: Asked) -> Card | None:
    if asked.edition is None or not (many := await scan_desk.open_conflicts(asked.edition)):
        return None
    return Card(
        translate(asked.locale, mark("Conflicts at the gates")),
        formats.number(many),
        translate(asked.locale, mark("wait for a ruling")),
        HOME,
        attention=True,
    )


async def _show(
    request: Request[Any, Any, Any],
    *,
    wrong: int = 0,
    typed: Form | None = None,
    errors: dict[str, str] | None = None,
) -> Response[Any]:
    edition, locale = await require_current(), locale_of(request)
    ruled = request.query_params.get("ruled") == "1"
    after = after_of(request, request.query_params.get("cursor"))
    before = int(after[0]) if after else None
    found = await scan_desk.conflicts(edition, ruled=ruled, before=before, limit=PAGE + 1)
    waiting = await scan_desk.open_conflicts(edition)
    settled = await scan_desk.count(edition, Sought(conflicts=True, ruled=True))
    piece = listing(request, found, PAGE, settled if ruled else waiting, key=lambda one: (one.later.id,))
    state = "ruled=1&" if ruled else ""
    return page(
        request,
        "admin/gate/conflicts.html",
        status_code=422 if errors else 200,
        edition=edition,
        conflicts=piece.items,
        next_url=f"{HOME}?{state}cursor={piece.next}" if piece.next else "",
        ruled=ruled,
        waiting=waiting,
        settled=settled,
        kinds=names.kinds(locale),
        reasons=names.reasons(locale),
        rulings=names.rulings(locale),
        wrong=wrong,
        typed=typed or Form(),
        errors=errors or {},
    )


@get(HOME, opt=allow(Role.organizer))
async def conflicts(request: Request[Any, Any, Any]) -> Response[Any]:
    return await _show(request)


@post(HOME + "/{scan:int}", opt=allow(Role.organizer))
async def rule(request: Request[Any, Any, Any], scan: FromPath[int]) -> Response[Any]:
    edition, form = await require_current(), await form_of(request)
    try:
        await rulings.rule(actor_of(request), edition, scan, form.text("ruling", 40), form.text("note", 5000))
    except NotFound:
        raise
    except InvalidInput as refused:
        shown = {f"{name}-{scan}": text for name, text in shown_errors(refused, locale_of(request)).items()}
        return await _show(request, wrong=scan, typed=form, errors=shown)
    answer = Redirect(HOME, status_code=303)
    flash(answer, mark("The ruling is kept. You can rule anew among those that are settled."))
    return answer


@get("/admin/gate/conflicts.xlsx", opt=allow(Role.organizer))
async def sheet(request: Request[Any, Any, Any]) -> Response[bytes]:
    edition, locale = await require_current(), locale_of(request)
    found = await scan_desk.conflicts(edition, ruled=None, limit=scan_sheets.MOST)
    made = await scan_sheets.conflicts(actor_of(request), edition, found, names.words(locale), locale)
    return spreadsheet(made, "conflicts")


ROUTES: list[Any] = [conflicts, rule, sheet]
