"""The timetable (日程): who is on which stage when; moved, running late, taken off."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from markupsafe import Markup

from checkin import pictures
from core import clock
from core.accounts.roles import Role
from core.config import settings
from core.editions.queries import EditionInfo, require_current
from core.errors import DomainError, FieldError, InvalidInput, NotFound
from core.i18n import mark
from gateway import timetable as forms
from gateway.access import actor_of, allow
from gateway.days import by_day, day_choices
from gateway.forms import Form, form_of, shown_at_fields
from gateway.locale import locale_of
from gateway.pages import flash, forget_pages, page
from gateway.projects import named
from projects.queries import agenda as queries
from projects.queries import projects as project_queries
from projects.queries.agenda import SlotInfo
from projects.queries.projects import Filter
from projects.rules.timetable import SessionIn, SlotIn
from projects.services import speakers
from projects.services import timetable as services
from projects.tables import ProjectState, SlotKind

HOME = "/admin/timetable"
#: Minutes, for a first guess.
USUAL = 15


@get(HOME, opt=allow(Role.organizer))
async def every(request: Request[Any, Any, Any]) -> Response[Any]:
    return await _list(request)


async def _list(request: Request[Any, Any, Any], errors: dict[str, str] | None = None) -> Response[Any]:
    edition, locale = await require_current(), locale_of(request)
    slots = await queries.agenda(edition, all_of_them=True)
    placed = {slot.project for slot in slots}
    waiting = [one for one in await _pitchable(request, edition) if one.number not in placed]
    return page(
        request,
        "admin/timetable/list.html",
        status_code=422 if errors else 200,
        edition=edition,
        days=by_day(edition, slots, lambda slot: slot.starts_at),
        waiting=waiting,
        stages=await queries.stages(edition),
        kinds=named(forms.KINDS, locale),
        now=clock.now(),
        errors=errors or {},
    )


async def _pitchable(request: Request[Any, Any, Any], edition: EditionInfo) -> list[Any]:
    found = await project_queries.projects(actor_of(request), edition, Filter(), limit=500)
    return [one for one in found if one.state not in (ProjectState.rejected, ProjectState.withdrawn)]


async def _form(
    request: Request[Any, Any, Any], typed: Form, slot: SlotInfo | None = None, errors: dict[str, str] | None = None
) -> Response[Any]:
    edition, locale = await require_current(), locale_of(request)
    kinds = named({kind: name for kind, name in forms.KINDS.items() if kind != SlotKind.pitch}, locale)
    return page(
        request,
        "admin/timetable/slot.html",
        status_code=422 if errors else 200,
        edition=edition,
        slot=slot,
        typed=typed,
        errors=errors or {},
        kinds=list(kinds.items()),
        stages=[one.name for one in await queries.stages(edition)],
        days=day_choices(edition, locale),
        projects=[(one.number, f"{one.name(locale)} · {one.owner}") for one in await _pitchable(request, edition)],
    )


@get(HOME + "/new", opt=allow(Role.organizer))
async def new(request: Request[Any, Any, Any]) -> Response[Any]:
    """``?project=`` for its pitch; without for anything else."""
    edition = await require_current()
    today = edition.today()
    day = next((one.day for one in edition.days if one.day >= today), edition.days[0].day)
    asked = request.query_params.get("project", "")[:20]
    return await _form(request, Form({"project": asked, "minutes": str(USUAL), "day": day.isoformat()}))


async def write(request: Request[Any, Any, Any], form: Form, stands: SlotInfo | None) -> None:
    """:raises DomainError: what was typed cannot stand so, or something else stands there."""
    edition, actor = await require_current(), actor_of(request)
    project = stands.project if stands else form.text("project", 20)
    pitch = bool(project)
    try:
        times = forms.times_of(form, edition)
    except InvalidInput as refused:
        if not pitch and not form.text("title").strip():
            title = FieldError("title", "required", mark("Please fill this in."))
            raise InvalidInput(errors=(title, *refused.errors)) from refused
        raise
    if pitch:
        await services.give_slot(actor, edition, project, SlotIn(**times))
        return
    typed = SessionIn(kind=form.text("kind", 20), title=form.text("title"), title_en=form.text("title_en"), **times)
    if stands is None:
        await services.add_session(actor, edition, typed)
    else:
        await services.change_session(actor, edition, stands.id, typed)


@post(HOME + "/new", opt=allow(Role.organizer))
async def add(request: Request[Any, Any, Any]) -> Response[Any]:
    form = await form_of(request)
    try:
        await write(request, form, None)
    except NotFound:
        message = mark("Please choose from the list.")
        refused = InvalidInput(errors=(FieldError("project", "unknown", message),))
        return await _form(request, form, None, shown_at_fields(refused, locale_of(request)))
    except DomainError as refused:
        return await _form(request, form, None, shown_at_fields(refused, locale_of(request)))
    return _done(mark("It stands on the timetable."))


def _done(said: str, **values: Any) -> Redirect:
    forget_pages()
    answer = Redirect(HOME, status_code=303)
    flash(answer, said, **values)
    return answer


async def slot_with(number: int) -> SlotInfo:
    found = await queries.slot_with_id(await require_current(), number)
    if found is None:
        raise NotFound
    return found


@get(HOME + "/{slot:int}", opt=allow(Role.organizer))
async def one(request: Request[Any, Any, Any], slot: FromPath[int]) -> Response[Any]:
    found = await slot_with(slot)
    return await _form(request, forms.filled(found, await require_current()), found)


@post(HOME + "/{slot:int}", opt=allow(Role.organizer))
async def move(request: Request[Any, Any, Any], slot: FromPath[int]) -> Response[Any]:
    found, form = await slot_with(slot), await form_of(request)
    try:
        await write(request, form, found)
    except NotFound:
        raise
    except DomainError as refused:
        return await _form(request, form, found, shown_at_fields(refused, locale_of(request)))
    return _done(mark("Saved."))


@post(HOME + "/{slot:int}/{act:str}", opt=allow(Role.organizer))
async def act(request: Request[Any, Any, Any], slot: FromPath[int], act: FromPath[str]) -> Response[Any]:
    edition, actor, found, form = (
        await require_current(),
        actor_of(request),
        await slot_with(slot),
        await form_of(request),
    )
    try:
        if act == "remove":
            await services.remove(actor, edition, found.id)
            return _done(mark("It is off the timetable."))
        if act == "badges":
            made = await speakers.give_badges(actor, edition, found)
            return _done(mark("Badges made for speakers: %(n)s. They stand among the badges, to be printed."), n=made)
        if act == "late":
            moved = await services.run_late(actor, edition, found.id, form.number("late") or 0)
            return _done(mark("%(n)s items of this stage are later now; owners are told by mail."), n=len(moved))
    except NotFound:
        raise
    except DomainError as refused:
        shown = shown_at_fields(refused, locale_of(request))
        errors = {"late" if name == "minutes" else name: text for name, text in shown.items()}
        return await _form(
            request, Form({**forms.filled(found, edition), "late": form.text("late", 20)}), found, errors
        )
    raise NotFound


@post(HOME + "/stages/{stage:int}", opt=allow(Role.organizer))
async def changeover(request: Request[Any, Any, Any], stage: FromPath[int]) -> Response[Any]:
    typed = (await form_of(request)).number("changeover")
    try:
        await services.set_changeover(actor_of(request), await require_current(), stage, -1 if typed is None else typed)
    except NotFound:
        raise
    except DomainError as refused:
        shown = shown_at_fields(refused, locale_of(request))
        return await _list(request, {f"changeover-{stage}": text for text in shown.values()})
    return _done(mark("Saved."))


@get(HOME + "/stages/{stage:int}/screen", opt=allow(Role.viewer))
async def screen(request: Request[Any, Any, Any], stage: FromPath[int]) -> Response[Any]:
    """For the screen beside the stage: who is on, how long still, what comes next, and a code for who is interested."""
    edition = await require_current()
    found = next((one for one in await queries.stages(edition) if one.id == stage), None)
    if found is None:
        raise NotFound
    now = clock.now()
    today = edition.today()
    of = [slot for slot in await queries.agenda(edition) if slot.stage.id == stage and slot.ends_at > now]
    on = next((slot for slot in of if slot.starts_at <= now), None)
    following = [
        slot for slot in of if slot.starts_at > now and slot.starts_at.astimezone(edition.zone).date() == today
    ]
    code = f"{settings().public_url}/projects/{on.project}#interest" if on and on.project else ""
    return page(
        request,
        "admin/timetable/_screen.html" if "part" in request.query_params else "admin/timetable/screen.html",
        edition=edition,
        stage=found,
        on=on,
        following=following[:4],
        now=now,
        qr=Markup(pictures.svg(code).decode()) if code else "",  # noqa: S704  # drawn here
        address=code.removeprefix("https://").removeprefix("http://").partition("#")[0],
        kinds=named(forms.KINDS, locale_of(request)),
    )


ROUTES: list[Any] = [every, new, add, one, move, act, changeover, screen]
