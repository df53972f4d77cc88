"""Projects for everybody: what is published, without contacts."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath

from core import money
from core.accounts.roles import Actor
from core.editions.queries import EditionInfo, current_edition
from core.errors import DomainError, FieldError, InvalidInput, NotFound
from core.i18n import mark, translate
from exhibitors.queries import desk as desk_queries
from gateway.access import PUBLIC, actor_of
from gateway.forms import Form, form_of, shown_errors
from gateway.locale import locale_of
from gateway.pages import flash, page, public_page
from gateway.projects import COOPERATION, PHASES
from portal.pages import values_of
from portal.signin import redirect
from projects.queries import agenda as timetable
from projects.queries import projects as queries
from projects.queries.files import files_of
from projects.queries.projects import Filter, ProjectInfo
from projects.rules import interests as rules
from projects.rules.interests import CONSENT_VERSION, QUESTION
from projects.services import interests as services

Asked = Request[Any, Any, Any]


@get("/projects", opt=PUBLIC)
async def projects(request: Asked) -> Response[Any]:
    edition = await current_edition()
    if edition is None:
        return page(request, "portal/no_edition.html")
    locale = locale_of(request)
    field, q = request.query_params.get("field", ""), request.query_params.get("q", "").replace("\x00", "")[:100]
    if field not in {choice.code for choice in edition.all_fields}:
        field = ""

    async def values() -> dict[str, Any]:
        found = await queries.published(edition, Filter(field=field or None, q=q or None))
        slots = {slot.project: slot for slot in await timetable.agenda(edition) if slot.project}
        return {
            **values_of(edition),
            "found": found,
            "slots": slots,
            "field": field,
            "q": q,
            "names": edition.names(locale),
            "fields": [(choice.code, choice.name(locale)) for choice in edition.fields],
            "money": lambda fen: money.display(locale, fen),
            "phases": PHASES,
        }

    return await public_page(request, "portal/projects.html", (edition, "projects"), values)


@get("/projects/{number:str}", opt=PUBLIC)
async def project(request: Asked, number: FromPath[str]) -> Response[Any]:
    edition = await current_edition()
    if edition is None or not (number.isascii() and number.isalnum()):
        raise NotFound
    return await _project(request, edition, await queries.published_one(edition, number), Form())


async def _project(
    request: Asked, edition: EditionInfo, one: ProjectInfo, typed: Form, errors: dict[str, str] | None = None
) -> Response[Any]:
    locale, actor = locale_of(request), actor_of(request)
    desks = await desk_queries.desks_of(actor.id) if actor.kind == "account" and actor.id is not None else []
    others = [firm for firm in desks if firm.edition == edition.slug and firm.number != one.exhibitor]
    return page(
        request,
        "portal/project.html",
        status_code=422 if errors else 200,
        typed=typed,
        errors=errors or {},
        question=translate(locale, QUESTION, owner=one.owner),
        version=CONSENT_VERSION,
        firms=[(firm.number, firm.name) for firm in others],
        edition=edition,
        one=one,
        files=await files_of(one.id, shown=True),
        slot=await timetable.slot_of(edition, one.id),
        names=edition.names(locale),
        money=lambda fen: money.display(locale, fen),
        phases=PHASES,
        cooperation=COOPERATION,
    )


@post("/projects/{number:str}/interest", opt={**PUBLIC, "limit": "register"})
async def interested(request: Asked, number: FromPath[str]) -> Response[Any]:
    """By one's badge, or, signed in, for one's firm."""
    edition = await current_edition()
    if edition is None or not (number.isascii() and number.isalnum()):
        raise NotFound
    form, locale, actor = await form_of(request), locale_of(request), actor_of(request)
    one = await queries.published_one(edition, number)
    try:
        if firm := form.text("exhibitor", 20):
            await services.of_exhibitor(actor, edition, one, firm, form.text("message"))
        else:
            await _by_badge(actor, edition, one, form)
    except NotFound:
        raise
    except DomainError as refused:
        return await _project(request, edition, one, form, shown_errors(refused, locale))
    answer = redirect(f"/projects/{number}")
    flash(answer, mark("Noted. The project's owner can get in touch with you now."))
    return answer


async def _by_badge(actor: Actor, edition: EditionInfo, one: ProjectInfo, form: Form) -> None:
    """:raises InvalidInput: all that is wrong at once."""
    agreed = form.text("question", 20) if form.text("consent", 5) == "1" else ""
    faults: list[FieldError] = []
    badge = None
    for check in (
        lambda: rules.check_consent(agreed),
        lambda: rules.checked_message(form.text("message")),
    ):
        try:
            check()
        except InvalidInput as refused:
            faults += refused.errors
    try:
        badge = await services.badge_by_hand(edition, form.text("serial", 40), form.text("digits", 20))
    except InvalidInput as refused:
        faults += refused.errors
    if faults or badge is None:
        raise InvalidInput(errors=tuple(faults))
    await services.of_badge(actor, edition, one, badge, form.text("message"), agreed)


ROUTES: list[Any] = [projects, project, interested]
