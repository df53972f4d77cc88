"""Interest in a project, taken down by the crew beside the stage: a badge is read and its holder says yes."""

from typing import Any

from litestar import Request, Response, get, post

from admin.planning import badge_typed
from checkin.queries.badges import BadgeInfo
from core import clock
from core.accounts.roles import Role
from core.editions.queries import EditionInfo, require_current
from core.errors import DomainError, FieldError, InvalidInput, NotFound
from core.i18n import mark
from gateway.access import actor_of, allow
from gateway.forms import Form, form_of, shown_at_fields
from gateway.locale import locale_of
from gateway.pages import page
from projects.queries import agenda
from projects.queries import projects as queries
from projects.queries.projects import Filter
from projects.rules.interests import CONSENT_VERSION
from projects.services import interests as services

AT = "/admin/interest"
CREW = allow(Role.organizer, Role.gate)


async def _page(
    request: Request[Any, Any, Any],
    edition: EditionInfo,
    typed: Form,
    errors: dict[str, str] | None = None,
    noted: BadgeInfo | None = None,
) -> Response[Any]:
    locale = locale_of(request)
    found = await queries.published(edition, Filter())
    return page(
        request,
        "admin/projects/interest.html",
        status_code=422 if errors else 200,
        edition=edition,
        typed=typed,
        errors=errors or {},
        noted=noted,
        projects=[(one.number, f"{one.name(locale)} · {one.owner}") for one in found],
    )


@get(AT, opt=CREW)
async def form(request: Request[Any, Any, Any]) -> Response[Any]:
    """What is on a stage at this moment is chosen."""
    edition, now = await require_current(), clock.now()
    slots = [slot for slot in await agenda.agenda(edition) if slot.project and slot.starts_at <= now < slot.ends_at]
    return await _page(request, edition, Form({"project": slots[0].project if slots else ""}))


@post(AT, opt=CREW)
async def note(request: Request[Any, Any, Any]) -> Response[Any]:
    """The project stays chosen for the next badge; a page that is sent again doubles nothing."""
    edition, form, locale = await require_current(), await form_of(request), locale_of(request)
    try:
        try:
            project = await queries.published_one(edition, form.text("project", 20))
        except NotFound:
            message = mark("Please choose from the list.")
            raise InvalidInput(errors=(FieldError("project", "unknown", message),)) from None
        badge = await badge_typed(edition, form.text("badge", 300).strip())
        if not badge.in_force:
            message = mark("There is no valid badge of this code.")
            raise InvalidInput(errors=(FieldError("badge", "unknown", message),))
        consent = CONSENT_VERSION if form.text("consent") else None
        await services.of_badge(actor_of(request), edition, project, badge, None, consent)
    except DomainError as refused:
        return await _page(request, edition, form, shown_at_fields(refused, locale))
    return await _page(request, edition, Form({"project": project.number}), None, badge)


ROUTES: list[Any] = [form, note]
