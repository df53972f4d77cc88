"""Plans of whole days of meetings: set up, proposed by a worker, looked at, carried out; and who is here."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin.meetings import HOME
from checkin.queries.badges import BadgeInfo, badge_with_code, badge_with_serial
from core import clock
from core.accounts.roles import Role
from core.editions.queries import EditionInfo, require_current
from core.errors import DomainError, FieldError, InvalidInput, NotFound
from core.i18n import mark, translate
from gateway.access import actor_of, allow
from gateway.days import day_choices
from gateway.forms import Form, form_of, shown_errors
from gateway.locale import locale_of
from gateway.pages import flash, page
from projects.queries import meetings as meeting_queries
from projects.queries import planning as queries
from projects.queries.meetings import Filter, MeetingInfo
from projects.rules import plansettings as rules
from projects.rules.planning import Why
from projects.rules.plansettings import SettingsIn
from projects.services import days as reminders  # noqa: F401  # its periodic work is registered
from projects.services import meetings as meeting_services
from projects.services import planning as services
from projects.tables import MeetingState, PlanState

AT = HOME + "/plan"
#: Rows of the list of what found no place.
MOST = 200
WHY: dict[str, str] = {
    Why.never_both: mark("The two are never free at the same time."),
    Why.busy: mark("Whenever both could, one of them meets somebody else."),
    Why.tables: mark("Whenever both are free, every table is taken."),
    Why.walk: mark("A table is free only in another hall, too far from the meeting before or after."),
}


def _filled(edition: EditionInfo, settings: queries.Settings) -> Form:
    form = Form({"minutes": str(settings.minutes), "gap": str(settings.gap), "walk": str(settings.walk)})
    for day in edition.days:
        spans = [(one.opens, one.closes) for one in settings.hours if one.day == day.day]
        form[f"hours-{day.day.isoformat()}"] = rules.written_hours(spans)
    form["rooms"] = rules.written_rooms([(room.hall, room.prefix, room.tables) for room in settings.rooms])
    return form


async def _page(
    request: Request[Any, Any, Any], typed: Form | None = None, errors: dict[str, str] | None = None
) -> Response[Any]:
    edition, locale = await require_current(), locale_of(request)
    settings, plan = await queries.settings_of(edition), await queries.latest(edition)
    proposal = plan.proposal if plan and plan.state in (PlanState.ready, PlanState.applied) else None
    unplaced = dict(list(proposal.unplaced.items())[:MOST]) if proposal else {}
    moved = proposal.moved[:MOST] if proposal else []
    known = {one.id: one for one in await meeting_queries.meetings_with_ids(edition, [*unplaced, *moved])}
    waiting = await meeting_queries.count_meetings(edition, Filter(MeetingState.accepted, placed=False))
    agreed = await meeting_queries.count_meetings(edition, Filter(MeetingState.accepted))
    slots = [slot for slot in settings.slots(edition) if queries.moment(slot[0]) > clock.now()]
    return page(
        request,
        "admin/meetings/plan.html",
        status_code=422 if errors else 200,
        edition=edition,
        typed=typed or _filled(edition, settings),
        errors=errors or {},
        days=day_choices(edition, locale),
        plan=plan,
        at_work=plan is not None and plan.at_work,
        proposal=proposal,
        gap=f"{100 - 100 * proposal.worth / proposal.bound:.2f} %" if proposal and proposal.bound else "",
        unplaced=[(known[one], translate(locale, WHY[why])) for one, why in unplaced.items() if one in known],
        moved=[known[one] for one in moved if one in known],
        waiting=waiting,
        agreed=agreed,
        slots=len(slots),
        tables=sum(room.tables for room in settings.rooms),
        ready=bool(slots and settings.rooms),
    )


@get(AT, opt=allow(Role.organizer))
async def plan(request: Request[Any, Any, Any]) -> Response[Any]:
    return await _page(request)


@post(AT, opt=allow(Role.organizer))
async def propose(request: Request[Any, Any, Any]) -> Response[Any]:
    form = await form_of(request)
    try:
        await services.propose(actor_of(request), await require_current(), keeps=not form.text("moves"))
    except DomainError as refused:
        return await _page(request, None, shown_errors(refused, locale_of(request)))
    return _done(mark("A plan is being made. Nothing counts before you say so."))


def _done(said: str) -> Redirect:
    answer = Redirect(AT, status_code=303)
    flash(answer, said)
    return answer


@post(AT + "/settings", opt=allow(Role.organizer))
async def set_up(request: Request[Any, Any, Any]) -> Response[Any]:
    edition, form = await require_current(), await form_of(request)
    hours = {day.day.isoformat(): form.text(f"hours-{day.day.isoformat()}", 500) for day in edition.days}
    typed = SettingsIn(form.number("minutes"), form.number("gap"), form.number("walk"), hours, form.text("rooms"))
    try:
        await services.set_up(actor_of(request), edition, typed)
    except DomainError as refused:
        return await _page(request, form, shown_errors(refused, locale_of(request)))
    return _done(mark("Saved."))


@post(AT + "/{plan:int}/{act:str}", opt=allow(Role.organizer))
async def decide(request: Request[Any, Any, Any], plan: FromPath[int], act: FromPath[str]) -> Response[Any]:
    edition, actor = await require_current(), actor_of(request)
    try:
        if act == "carry-out":
            await services.carry_out(actor, edition, plan)
            return _done(mark("The tables are being given, and everybody is told by mail."))
        if act == "drop":
            await services.drop(actor, edition, plan)
            return _done(mark("The plan is dropped. Nothing has changed."))
    except NotFound:
        raise
    except DomainError as refused:
        return await _page(request, None, shown_errors(refused, locale_of(request)))
    raise NotFound


async def badge_typed(edition: EditionInfo, typed: str) -> BadgeInfo:
    """By what a scanner reads, or the number beneath it. :raises InvalidInput: at ``badge``."""
    try:
        if typed.isascii() and typed.isdecimal():
            return await badge_with_serial(edition, typed[:20])
        return await badge_with_code(edition, typed[:200])
    except NotFound:
        message = mark("There is no valid badge of this code.")
        raise InvalidInput(errors=(FieldError("badge", "unknown", message),)) from None


async def _arrivals(
    request: Request[Any, Any, Any],
    typed: Form | None = None,
    errors: dict[str, str] | None = None,
    found: tuple[BadgeInfo, MeetingInfo] | None = None,
) -> Response[Any]:
    edition = await require_current()
    now = clock.now()
    near = await meeting_queries.placed(edition, now - meeting_services.EARLY, now + meeting_services.EARLY)
    return page(
        request,
        "admin/meetings/arrivals.html",
        status_code=422 if errors else 200,
        edition=edition,
        typed=typed or Form(),
        errors=errors or {},
        found=found,
        now=now,
        meetings=[one for one in near if one.ends_at and one.ends_at > now],
    )


@get(HOME + "/arrivals", opt=allow(Role.organizer, Role.gate))
async def arrivals(request: Request[Any, Any, Any]) -> Response[Any]:
    return await _arrivals(request)


@post(HOME + "/arrivals", opt=allow(Role.organizer, Role.gate))
async def arrive(request: Request[Any, Any, Any]) -> Response[Any]:
    """Shows which table it is: a page that is sent again changes nothing."""
    edition, form = await require_current(), await form_of(request)
    try:
        badge = await badge_typed(edition, form.text("badge", 300).strip())
        met = await meeting_services.arrive(actor_of(request), edition, badge)
    except DomainError as refused:
        shown = shown_errors(refused, locale_of(request))
        return await _arrivals(request, form, {"badge": " ".join(shown.values())})
    return await _arrivals(request, None, None, (badge, met))


ROUTES: list[Any] = [plan, propose, set_up, decide, arrivals, arrive]
