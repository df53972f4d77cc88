"""Projects of the firm: handed in, mended, taken back."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from core.errors import DomainError, NotFound
from core.i18n import mark
from exhibitors.rules.desk import ADMITTED
from gateway import matching as words
from gateway import project_files
from gateway import projects as forms
from gateway.access import SIGNED_IN
from gateway.attachments import Kept
from gateway.forms import Form, form_of, shown_at_fields
from gateway.pages import flash, forget_pages
from gateway.uploads import UPLOADS
from portal.desk.frame import Asked, Desk, desk_page, opened
from portal.signin import redirect
from projects.queries import files as file_queries
from projects.queries import interests, matching
from projects.queries import projects as queries
from projects.queries.projects import Filter, ProjectInfo
from projects.rules.projects import OWN_STEPS, OwnerIn, ProjectPatch
from projects.services import files
from projects.services import matching as matches
from projects.services import projects as services
from projects.tables import MeetingSide, ProjectState


async def _one(desk: Desk, project: str) -> ProjectInfo:
    """:raises NotFound: also for one that is another firm's."""
    found = await queries.project_numbered(desk.actor, desk.edition, project)
    if found.exhibitor != desk.number:
        raise NotFound
    return found


async def _page(
    request: Asked,
    desk: Desk,
    typed: Form,
    one: ProjectInfo | None = None,
    errors: dict[str, str] | None = None,
    *,
    note: str = "",
    kept: Kept | None = None,
) -> Response[Any]:
    names = desk.edition.names(desk.locale)
    return desk_page(
        request,
        desk,
        "project",
        here="projects",
        errors=errors,
        typed=typed,
        project=one,
        states=forms.named(forms.STATES, desk.locale),
        steps=OWN_STEPS[one.state] if one else frozenset(),
        interests=await interests.interests_of(one.id) if one else [],
        partners=[
            (match.firm, match.match.score, words.reasons(match.match, names, desk.locale))
            for match in (await matching.partners_for(desk.edition, one) if one else [])
        ],
        files=await file_queries.files_of(one.id) if one else [],
        note=note,
        kept=kept,
        aside=await matching.put_aside_by_owner(one) if one else [],
        **forms.choices(desk.edition, desk.locale),
    )


@get("/portal/{number:str}/projects", opt=SIGNED_IN)
async def projects(request: Asked, number: FromPath[str]) -> Response[Any]:
    desk = await opened(request, number)
    found = await queries.projects(desk.actor, desk.edition, Filter(exhibitor=desk.id), limit=200)
    states = forms.named(forms.STATES, desk.locale)
    names = desk.edition.names(desk.locale)
    fitting = [
        (match.project, match.match.score, words.reasons(match.match, names, desk.locale))
        for match in (await matching.projects_for(desk.edition, desk.id) if desk.one.status in ADMITTED else [])
    ]
    aside = await matching.put_aside_by_firm(desk.id)
    return desk_page(request, desk, "projects", projects=found, states=states, fitting=fitting, aside=aside)


@get("/portal/{number:str}/projects/new", opt=SIGNED_IN)
async def new(request: Asked, number: FromPath[str]) -> Response[Any]:
    desk = await opened(request, number)
    typed = forms.blank()
    contact = desk.one.contact
    typed.update({"contact.name": contact.name, "contact.mobile": contact.mobile, "contact.email": contact.email})
    return await _page(request, desk, typed)


@post("/portal/{number:str}/projects/new", opt=SIGNED_IN)
async def hand_in(request: Asked, number: FromPath[str]) -> Response[Any]:
    desk, form = await opened(request, number), await form_of(request)
    try:
        typed = forms.sent(form, desk.edition, OwnerIn(desk.number))
        made = await services.add(desk.actor, desk.edition, typed)
    except NotFound:
        raise
    except DomainError as refused:
        return await _page(request, desk, form, None, shown_at_fields(refused, desk.locale))
    forget_pages()
    response = redirect(f"/portal/{number}/projects/{made.number}")
    flash(response, mark("The project is handed in. The organizers look at it and write to you."))
    return response


@get("/portal/{number:str}/projects/{project:str}", opt=SIGNED_IN)
async def project(request: Asked, number: FromPath[str], project: FromPath[str]) -> Response[Any]:
    desk = await opened(request, number)
    one = await _one(desk, project)
    return await _page(request, desk, forms.filled(one), one)


@post("/portal/{number:str}/projects/{project:str}", opt=SIGNED_IN)
async def mend(request: Asked, number: FromPath[str], project: FromPath[str]) -> Response[Any]:
    desk, form = await opened(request, number), await form_of(request)
    one = await _one(desk, project)
    try:
        typed = forms.sent(form, desk.edition, OwnerIn(desk.number))
        await services.change(desk.actor, desk.edition, project, forms.patch_of(typed))
    except NotFound:
        raise
    except DomainError as refused:
        return await _page(request, desk, form, one, shown_at_fields(refused, desk.locale))
    forget_pages()
    response = redirect(f"/portal/{number}/projects/{project}")
    flash(response, mark("Saved. The organizers look at it again before it is published."))
    return response


@post("/portal/{number:str}/projects/{project:str}/files", opt={**SIGNED_IN, **UPLOADS})
async def add_file(request: Asked, number: FromPath[str], project: FromPath[str]) -> Response[Any]:
    desk = await opened(request, number)
    one = await _one(desk, project)

    async def show(*, note: str, errors: dict[str, str], kept: Kept | None) -> Response[Any]:
        return await _page(request, desk, forms.filled(one), one, errors, note=note, kept=kept)

    back = f"/portal/{number}/projects/{project}"
    return await project_files.add_file(request, desk.actor, desk.edition, one, desk.locale, back, show)


@post("/portal/{number:str}/projects/{project:str}/files/{line:int}/remove", opt=SIGNED_IN)
async def remove_file(
    request: Asked, number: FromPath[str], project: FromPath[str], line: FromPath[int]
) -> Response[Any]:
    desk = await opened(request, number)
    await files.remove(desk.actor, desk.edition, await _one(desk, project), line)
    forget_pages()
    response = redirect(f"/portal/{number}/projects/{project}")
    flash(response, mark("The file is removed."))
    return response


@post("/portal/{number:str}/matches", opt=SIGNED_IN)
async def put_aside(request: Asked, number: FromPath[str]) -> Response[Any]:
    """``project``: of one's own, beside ``exhibitor``; or another's, beside oneself. ``back`` takes it back."""
    desk, form = await opened(request, number), await form_of(request)
    project, firm = form.text("project", 20), form.text("exhibitor", 20)
    found = await queries.published_one(desk.edition, project)
    own = found.exhibitor == desk.number
    side, firm = (MeetingSide.owner, firm) if own else (MeetingSide.partner, desk.number)
    back = bool(form.text("back"))
    await matches.put_aside(desk.actor, desk.edition, found, firm, side, back=back)
    response = redirect(f"/portal/{number}/projects/{project}" if own else f"/portal/{number}/projects")
    flash(
        response, mark("It is among the proposals again.") if back else mark("Put aside: it is not proposed any more.")
    )
    return response


_STEPS = {"withdraw": ProjectState.withdrawn, "again": ProjectState.submitted}


@post("/portal/{number:str}/projects/{project:str}/{act:str}", opt=SIGNED_IN)
async def step(request: Asked, number: FromPath[str], project: FromPath[str], act: FromPath[str]) -> Response[Any]:
    desk = await opened(request, number)
    one = await _one(desk, project)
    if act not in _STEPS:
        raise NotFound
    try:
        await services.change(desk.actor, desk.edition, project, ProjectPatch(status=_STEPS[act]))
    except NotFound:
        raise
    except DomainError as refused:
        return await _page(request, desk, forms.filled(one), one, shown_at_fields(refused, desk.locale))
    forget_pages()
    response = redirect(f"/portal/{number}/projects/{project}")
    withdrawn = mark("The project is taken back. You can hand it in again.")
    flash(response, withdrawn if act == "withdraw" else mark("The project is handed in again."))
    return response


ROUTES: list[Any] = [projects, new, hand_in, project, mend, add_file, remove_file, put_aside, step]
