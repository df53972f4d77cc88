"""Meetings: who wants to meet whom, at which table and when, and what came of it."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin.home import Asked, Card, card
from core import clock
from core.accounts.roles import Role
from core.editions.queries import EditionInfo, require_current
from core.errors import DomainError, NotFound
from core.i18n import formats, mark, translate
from gateway import meetings as forms
from gateway.access import actor_of, allow
from gateway.days import by_day, day_choices
from gateway.forms import Form, form_of, shown_at_fields
from gateway.lists import after_of, listing
from gateway.locale import locale_of
from gateway.pages import flash, page
from gateway.projects import named
from gateway.sheets import spreadsheet
from projects.queries import meetings as queries
from projects.queries.meetings import Filter, MeetingInfo
from projects.rules.meetings import STEPS, MeetingIn
from projects.services import meetings as services
from projects.services import sheets
from projects.tables import MeetingSide, MeetingState

HOME = "/admin/meetings"
PAGE = 50
OVER = "over"


@card(Role.organizer)
async def _without_a_table(asked: Asked) -> Card | None:
    if asked.edition is None:
        return None
    waiting = await queries.count_meetings(asked.edition, Filter(MeetingState.accepted, placed=False))
    if not waiting:
        return None
    title = translate(asked.locale, mark("Meetings without a table"))
    return Card(title, formats.number(waiting), href=f"{HOME}?state=accepted", attention=True)


def _wanted(state: str) -> Filter:
    """What cannot be is not asked for."""
    if state == OVER:
        return Filter(over=clock.now())
    return Filter(MeetingState(state) if state in MeetingState.__members__ else None)


async def _list(
    request: Request[Any, Any, Any], typed: Form | None = None, errors: dict[str, str] | None = None
) -> Response[Any]:
    edition, locale = await require_current(), locale_of(request)
    asked = request.query_params if typed is None else {}
    state = asked.get("state", "")
    wanted = _wanted(state)
    after = after_of(request, asked.get("cursor"))
    found = await queries.meetings(edition, wanted, before=int(after[0]) if after else None, limit=PAGE + 1)
    total = await queries.count_meetings(edition, wanted)
    piece = listing(request, found, PAGE, total, key=lambda one: (one.id,))
    values = {"state": state} if wanted != Filter() else {}
    return page(
        request,
        "admin/meetings/list.html",
        status_code=422 if errors else 200,
        edition=edition,
        meetings=piece.items,
        total=total,
        values=values,
        next_url=f"{HOME}?{urlencode({**values, 'cursor': piece.next})}" if piece.next else "",
        states=named(forms.STATES, locale),
        typed=typed or Form({"project": request.query_params.get("project", "")[:20]}),
        errors=errors or {},
    )


@get(HOME, opt=allow(Role.organizer))
async def meetings(request: Request[Any, Any, Any]) -> Response[Any]:
    return await _list(request)


@get(HOME + ".xlsx", opt=allow(Role.organizer))
async def sheet(request: Request[Any, Any, Any]) -> Response[bytes]:
    edition, locale = await require_current(), locale_of(request)
    found = await queries.meetings(edition, _wanted(request.query_params.get("state", "")), limit=sheets.MOST)
    made = await sheets.meetings(actor_of(request), edition, found, forms.words(locale), locale)
    return spreadsheet(made, "meetings")


@post(HOME, opt=allow(Role.organizer))
async def ask(request: Request[Any, Any, Any]) -> Response[Any]:
    form = await form_of(request)
    typed = MeetingIn(
        form.text("project", 20).strip(),
        form.text("exhibitor", 20).strip() or None,
        form.text("badge", 20).strip() or None,
        form.text("message"),
    )
    try:
        made = await services.ask(actor_of(request), await require_current(), typed)
    except DomainError as refused:
        return await _list(request, form, shown_at_fields(refused, locale_of(request)))
    answer = Redirect(f"{HOME}/{made.number}", status_code=303)
    flash(answer, mark("Asked. Both sides are told by mail."))
    return answer


def _begins(placed: MeetingInfo) -> datetime:
    assert placed.starts_at is not None
    return placed.starts_at


@get(HOME + "/tables", opt=allow(Role.organizer))
async def tables(request: Request[Any, Any, Any]) -> Response[Any]:
    """The plan for the wall."""
    edition = await require_current()
    found = await queries.placed(edition)
    return page(request, "admin/meetings/tables.html", edition=edition, days=by_day(edition, found, _begins))


async def _show(
    request: Request[Any, Any, Any],
    edition: EditionInfo,
    one: MeetingInfo,
    typed: Form | None = None,
    errors: dict[str, str] | None = None,
) -> Response[Any]:
    locale = locale_of(request)
    return page(
        request,
        "admin/meetings/one.html",
        status_code=422 if errors else 200,
        edition=edition,
        one=one,
        typed=typed or forms.filled(one, edition),
        errors=errors or {},
        steps=STEPS[one.state],
        states=named(forms.STATES, locale),
        outcomes=named(forms.OUTCOMES, locale),
        days=day_choices(edition, locale),
        priorities=list(named(forms.PRIORITIES, locale).items()),
    )


@get(HOME + "/{number:str}", opt=allow(Role.organizer))
async def meeting(request: Request[Any, Any, Any], number: FromPath[str]) -> Response[Any]:
    edition = await require_current()
    return await _show(request, edition, await queries.meeting_numbered(edition, number))


async def _do(request: Request[Any, Any, Any], edition: EditionInfo, number: str, act: str, form: Form) -> str:
    """Answers what to say. :raises DomainError:"""
    actor = actor_of(request)
    if act == "time":
        await services.place(actor, edition, number, forms.place_of(form, edition))
        return mark("Saved. Both sides are told by mail.")
    if act == "outcome":
        side = MeetingSide.partner if form.text("side", 20) == "partner" else MeetingSide.owner
        await services.outcome(actor, edition, number, form.text("outcome", 20), form.text("note"), of=side)
        return mark("Saved.")
    if act == "priority":
        await services.prioritise(actor, edition, number, form.number("priority") or 0)
        return mark("Saved.")
    if act not in ("accepted", "declined", "cancelled", "missed"):
        raise NotFound
    await services.step(actor, edition, number, MeetingState(act))
    return mark("Saved. Both sides are told by mail.")


@post(HOME + "/{number:str}/{act:str}", opt=allow(Role.organizer))
async def change(request: Request[Any, Any, Any], number: FromPath[str], act: FromPath[str]) -> Response[Any]:
    edition, form = await require_current(), await form_of(request)
    one = await queries.meeting_numbered(edition, number)
    try:
        said = await _do(request, edition, number, act, form)
    except NotFound:
        raise
    except DomainError as refused:
        shown = shown_at_fields(refused, locale_of(request))
        return await _show(request, edition, one, form if act == "time" else None, shown)
    answer = Redirect(f"{HOME}/{number}", status_code=303)
    flash(answer, said)
    return answer


ROUTES: list[Any] = [meetings, sheet, ask, tables, meeting, change]
