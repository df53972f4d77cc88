"""Projects: looked at, published, sent back with words, or written down for somebody who exhibits nothing."""

from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin.home import Asked, Card, card
from core import money
from core.accounts.roles import CLI, Role
from core.editions.queries import EditionInfo, require_current
from core.errors import DomainError, NotFound
from core.i18n import Locale, formats, mark, translate
from gateway import matching as words
from gateway import project_files
from gateway import projects as forms
from gateway.access import actor_of, allow
from gateway.attachments import Kept
from gateway.forms import Form, form_of, shown_at_fields
from gateway.lists import after_of, listing
from gateway.locale import locale_of
from gateway.pages import flash, forget_pages, page
from gateway.sheets import spreadsheet
from gateway.uploads import UPLOADS
from projects.queries import agenda as timetable
from projects.queries import files as file_queries
from projects.queries import interests, matching
from projects.queries import projects as queries
from projects.queries.projects import Filter, ProjectInfo
from projects.rules.projects import STEPS, OwnerIn
from projects.services import deciding, files, sheets
from projects.services import projects as services
from projects.tables import ProjectState

HOME = "/admin/projects"
PAGE = 50


@card(Role.organizer)
async def _waiting(asked: Asked) -> Card | None:
    if asked.edition is None:
        return None
    waiting = await queries.count_projects(CLI, asked.edition, Filter(ProjectState.submitted))
    if not waiting:
        return None
    title = translate(asked.locale, mark("Projects to look at"))
    return Card(title, formats.number(waiting), href=f"{HOME}?state=submitted", attention=True)


def _wanted(asked: Any, edition: EditionInfo) -> Filter:
    """What cannot be is not asked for."""
    state, field = asked.get("state", ""), asked.get("field", "")
    return Filter(
        ProjectState(state) if state in ProjectState.__members__ else None,
        field if field in {one.code for one in edition.all_fields} else None,
        asked.get("q", "").replace("\x00", "").strip()[:100] or None,
    )


def _values(wanted: Filter) -> dict[str, str]:
    named = (("state", wanted.state), ("field", wanted.field), ("q", wanted.q))
    return {name: str(value) for name, value in named if value}


@get(HOME, opt=allow(Role.organizer))
async def projects(request: Request[Any, Any, Any]) -> Response[Any]:
    edition, locale, actor = await require_current(), locale_of(request), actor_of(request)
    wanted = _wanted(request.query_params, edition)
    after = after_of(request, request.query_params.get("cursor"))
    found = await queries.projects(actor, edition, wanted, before=int(after[0]) if after else None, limit=PAGE + 1)
    total = await queries.count_projects(actor, edition, wanted)
    piece = listing(request, found, PAGE, total, key=lambda one: (one.id,))
    values = _values(wanted)
    return page(
        request,
        "admin/projects/list.html",
        edition=edition,
        projects=piece.items,
        total=total,
        values=values,
        query=urlencode(values),
        next_url=f"{HOME}?{urlencode({**values, 'cursor': piece.next})}" if piece.next else "",
        states=forms.named(forms.STATES, locale),
        names=edition.names(locale),
        interested=await interests.counted(edition),
        fields=[(one.code, one.name(locale)) for one in edition.fields],
        money=lambda fen: money.in_units(locale, fen),
    )


@get(HOME + ".xlsx", opt=allow(Role.organizer))
async def sheet(request: Request[Any, Any, Any]) -> Response[bytes]:
    edition, locale, actor = await require_current(), locale_of(request), actor_of(request)
    found = await queries.projects(actor, edition, _wanted(request.query_params, edition), limit=sheets.MOST)
    made = await sheets.projects(actor, edition, found, forms.words(edition, locale), locale)
    return spreadsheet(made, "projects")


def _form(
    request: Request[Any, Any, Any], edition: EditionInfo, typed: Form, errors: dict[str, str] | None = None
) -> Response[Any]:
    return page(
        request,
        "admin/projects/new.html",
        status_code=422 if errors else 200,
        edition=edition,
        typed=typed,
        errors=errors or {},
        **forms.choices(edition, locale_of(request)),
    )


@get(HOME + "/new", opt=allow(Role.organizer))
async def new(request: Request[Any, Any, Any]) -> Response[Any]:
    return _form(request, await require_current(), forms.blank())


def _owner(form: Form) -> OwnerIn | str:
    """An exhibitor's number goes before a name."""
    exhibitor = form.text("exhibitor", 100).strip()
    return OwnerIn(exhibitor) if exhibitor else form.text("owner")


def _at_fields(refused: DomainError, locale: Locale) -> dict[str, str]:
    shown = shown_at_fields(refused, locale)
    return {"exhibitor" if name == "owner.exhibitor" else name: text for name, text in shown.items()}


@post(HOME + "/new", opt=allow(Role.organizer))
async def add(request: Request[Any, Any, Any]) -> Response[Any]:
    edition, form, locale = await require_current(), await form_of(request), locale_of(request)
    try:
        made = await services.add(actor_of(request), edition, forms.sent(form, edition, _owner(form)))
    except DomainError as refused:
        return _form(request, edition, form, _at_fields(refused, locale))
    forget_pages()
    answer = Redirect(f"{HOME}/{made.number}", status_code=303)
    flash(answer, mark("The project is published."))
    return answer


async def _show(
    request: Request[Any, Any, Any],
    edition: EditionInfo,
    one: ProjectInfo,
    typed: Form | None = None,
    errors: dict[str, str] | None = None,
    answer: str | None = None,
    *,
    note: str = "",
    kept: Kept | None = None,
) -> Response[Any]:
    locale = locale_of(request)
    return page(
        request,
        "admin/projects/one.html",
        status_code=422 if errors else 200,
        edition=edition,
        one=one,
        slot=await timetable.slot_of(edition, one.id),
        interests=await interests.interests_of(one.id),
        partners=[
            (match.firm, match.match.score, words.reasons(match.match, edition.names(locale), locale))
            for match in await matching.partners_for(edition, one)
        ],
        files=await file_queries.files_of(one.id),
        note=note,
        kept=kept,
        typed=typed or forms.filled(one),
        answer=one.answer if answer is None else answer,
        editing=typed is not None,
        errors=errors or {},
        steps=STEPS[one.state],
        states=forms.named(forms.STATES, locale),
        names=edition.names(locale),
        said_phases=forms.named(forms.PHASES, locale),
        said_cooperation=forms.named(forms.COOPERATION, locale),
        money=lambda fen: money.in_units(locale, fen),
        **forms.choices(edition, locale),
    )


@get(HOME + "/{number:str}", opt=allow(Role.organizer))
async def project(request: Request[Any, Any, Any], number: FromPath[str]) -> Response[Any]:
    edition = await require_current()
    return await _show(request, edition, await queries.project_numbered(actor_of(request), edition, number))


@post(HOME + "/{number:str}", opt=allow(Role.organizer))
async def mend(request: Request[Any, Any, Any], number: FromPath[str]) -> Response[Any]:
    edition, form, actor = await require_current(), await form_of(request), actor_of(request)
    one = await queries.project_numbered(actor, edition, number)
    try:
        await services.change(actor, edition, number, forms.patch_of(forms.sent(form, edition, _owner(form))))
    except NotFound:
        raise
    except DomainError as refused:
        return await _show(request, edition, one, form, _at_fields(refused, locale_of(request)))
    forget_pages()
    answer = Redirect(f"{HOME}/{number}", status_code=303)
    flash(answer, mark("Saved."))
    return answer


@post(HOME + "/{number:str}/files", opt={**allow(Role.organizer), **UPLOADS})
async def add_file(request: Request[Any, Any, Any], number: FromPath[str]) -> Response[Any]:
    edition, actor = await require_current(), actor_of(request)
    one = await queries.project_numbered(actor, edition, number)

    async def show(*, note: str, errors: dict[str, str], kept: Kept | None) -> Response[Any]:
        return await _show(request, edition, one, None, errors, note=note, kept=kept)

    return await project_files.add_file(request, actor, edition, one, locale_of(request), f"{HOME}/{number}", show)


@post(HOME + "/{number:str}/files/{line:int}/{act:str}", opt=allow(Role.organizer))
async def change_file(
    request: Request[Any, Any, Any], number: FromPath[str], line: FromPath[int], act: FromPath[str]
) -> Response[Any]:
    """``show`` to everybody, ``hide``, ``remove``."""
    edition, actor = await require_current(), actor_of(request)
    one = await queries.project_numbered(actor, edition, number)
    if act == "remove":
        await files.remove(actor, edition, one, line)
    elif act in ("show", "hide"):
        await files.show(actor, edition, one, line, act == "show")
    else:
        raise NotFound
    forget_pages()
    answer = Redirect(f"{HOME}/{number}", status_code=303)
    flash(answer, mark("The file is removed.") if act == "remove" else mark("Saved."))
    return answer


@post(HOME + "/{number:str}/decision", opt=allow(Role.organizer))
async def decide(request: Request[Any, Any, Any], number: FromPath[str]) -> Response[Any]:
    edition, form, actor = await require_current(), await form_of(request), actor_of(request)
    one = await queries.project_numbered(actor, edition, number)
    state = form.text("state", 40)
    if state not in ProjectState.__members__:
        raise NotFound
    try:
        after = await deciding.decide(actor, edition, number, ProjectState(state), form.text("answer"))
    except NotFound:
        raise
    except DomainError as refused:
        shown = shown_at_fields(refused, locale_of(request))
        return await _show(request, edition, one, None, shown, form.text("answer"))
    forget_pages()
    answer = Redirect(f"{HOME}/{after.number}", status_code=303)
    flash(answer, mark("Decided. Its owner is told by mail where an address is known."))
    return answer


ROUTES: list[Any] = [add_file, change_file, projects, sheet, new, add, project, mend, decide]
