"""Meetings of the firm: asked for, answered, and what came of them."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from core import clock
from core.errors import DomainError, NotFound
from core.i18n import mark
from gateway import meetings as forms
from gateway.access import SIGNED_IN
from gateway.days import day_choices
from gateway.forms import Form, form_of, shown_at_fields
from gateway.pages import flash
from gateway.projects import named
from portal.desk.frame import Asked, Desk, desk_page, opened
from portal.signin import redirect
from projects.queries import meetings as queries
from projects.queries import planning
from projects.queries.meetings import Filter, MeetingInfo
from projects.rules.meetings import STEPS, MeetingIn
from projects.services import meetings as services
from projects.tables import MeetingSide, MeetingState


def _side(desk: Desk, one: MeetingInfo) -> MeetingSide:
    return MeetingSide.owner if one.owner_exhibitor == desk.id else MeetingSide.partner


async def _list(
    request: Asked, desk: Desk, typed: Form | None = None, errors: dict[str, str] | None = None
) -> Response[Any]:
    found = await queries.meetings(desk.edition, Filter(exhibitor=desk.id), limit=200)
    now = clock.now()
    return desk_page(
        request,
        desk,
        "meetings",
        errors=errors,
        typed=typed or Form(),
        meetings=[(one, _side(desk, one)) for one in found],
        steps=STEPS,
        states=named(forms.STATES, desk.locale),
        outcomes=named(forms.OUTCOMES, desk.locale),
        day=[one for one in await planning.of_person(desk.edition, -desk.id) if one.ends_at and one.ends_at > now],
        key=f"f:{desk.id}",
        away=await planning.away(desk.edition, -desk.id),
        days=day_choices(desk.edition, desk.locale),
    )


@get("/portal/{number:str}/meetings", opt=SIGNED_IN)
async def meetings(request: Asked, number: FromPath[str]) -> Response[Any]:
    return await _list(request, await opened(request, number))


@post("/portal/{number:str}/meetings", opt=SIGNED_IN)
async def ask(request: Asked, number: FromPath[str]) -> Response[Any]:
    """With a firm about one's own project, or about another's as oneself."""
    desk, form = await opened(request, number), await form_of(request)
    badge = form.text("badge", 20).strip() or None
    partner = None if badge else form.text("exhibitor", 20).strip() or desk.number
    typed = MeetingIn(form.text("project", 20), partner, badge, form.text("message"))
    try:
        await services.ask(desk.actor, desk.edition, typed)
    except DomainError as refused:
        return await _list(request, desk, form, shown_at_fields(refused, desk.locale))
    response = redirect(f"/portal/{number}/meetings")
    flash(response, mark("Asked. You hear by mail what they say."))
    return response


@get("/portal/{number:str}/meetings.ics", opt=SIGNED_IN)
async def calendar(request: Asked, number: FromPath[str]) -> Response[bytes]:
    desk = await opened(request, number)
    met = await planning.of_person(desk.edition, -desk.id)
    return forms.calendar_of(met, f"f:{desk.id}", desk.edition, desk.locale)


@post("/portal/{number:str}/meetings/away", opt=SIGNED_IN)
async def away(request: Asked, number: FromPath[str]) -> Response[Any]:
    """When nobody of the firm can meet; ``remove`` takes one back."""
    desk, form = await opened(request, number), await form_of(request)
    try:
        await forms.keep_away(desk.actor, desk.edition, -desk.id, form)
    except DomainError as refused:
        return await _list(request, desk, form, shown_at_fields(refused, desk.locale))
    response = redirect(f"/portal/{number}/meetings")
    flash(response, mark("Saved."))
    return response


async def _own(desk: Desk, meeting: str) -> MeetingInfo:
    """:raises NotFound: it is none of this firm's."""
    one = await queries.meeting_numbered(desk.edition, meeting)
    if desk.id not in (one.owner_exhibitor, one.exhibitor_id):
        raise NotFound
    return one


@post("/portal/{number:str}/meetings/{meeting:str}/{act:str}", opt=SIGNED_IN)
async def change(request: Asked, number: FromPath[str], meeting: FromPath[str], act: FromPath[str]) -> Response[Any]:
    desk, form = await opened(request, number), await form_of(request)
    one = await _own(desk, meeting)
    try:
        if act == "outcome":
            found, note = form.text(f"outcome-{meeting}", 20), form.text(f"note-{meeting}")
            await services.outcome(desk.actor, desk.edition, meeting, found, note, of=_side(desk, one))
        elif act == "wish":
            wished = forms.wish_of(form, desk.edition, meeting)
            await services.wish_time(desk.actor, desk.edition, meeting, wished, side=_side(desk, one))
        elif act in ("accepted", "declined", "cancelled"):
            await services.step(desk.actor, desk.edition, meeting, MeetingState(act))
        else:
            raise NotFound
    except NotFound:
        raise
    except DomainError as refused:
        shown = shown_at_fields(refused, desk.locale)
        return await _list(request, desk, form, forms.at_meeting(shown, meeting))
    response = redirect(f"/portal/{number}/meetings")
    flash(response, mark("Saved."))
    return response


ROUTES: list[Any] = [meetings, ask, calendar, away, change]
