"""What counts how much in the score of partners."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect

from admin.projects import HOME
from core.accounts.roles import Role
from core.editions.queries import require_current
from core.errors import DomainError
from core.i18n import mark
from gateway.access import actor_of, allow
from gateway.forms import Form, form_of, shown_errors
from gateway.locale import locale_of
from gateway.pages import flash, page
from gateway.projects import named
from projects.queries import matching as queries
from projects.rules.matching import PARTS
from projects.services import matching as services

AT = HOME + "/weights"
WORDS: dict[str, str] = {
    "fields": mark("Fields that both have"),
    "needs": mark("What the project needs, and the firm does"),
    "cooperation": mark("The cooperation wanted, and what the firm's trade usually brings"),
    "offers": mark("What the project offers, in the firm's trade"),
    "interest": mark("The firm has said that it is interested"),
}


async def _page(request: Request[Any, Any, Any], typed: Form, errors: dict[str, str] | None = None) -> Response[Any]:
    return page(
        request,
        "admin/projects/weights.html",
        status_code=422 if errors else 200,
        typed=typed,
        errors=errors or {},
        parts=list(named(WORDS, locale_of(request)).items()),
    )


@get(AT, opt=allow(Role.organizer))
async def show(request: Request[Any, Any, Any]) -> Response[Any]:
    weights = await queries.weights_of(await require_current())
    return await _page(request, Form({part: str(getattr(weights, part)) for part in PARTS}))


@post(AT, opt=allow(Role.organizer))
async def save(request: Request[Any, Any, Any]) -> Response[Any]:
    form = await form_of(request)
    typed = {part: form.number(part) for part in PARTS}
    try:
        await services.set_weights(actor_of(request), await require_current(), typed)
    except DomainError as refused:
        return await _page(request, form, shown_errors(refused, locale_of(request)))
    answer = Redirect(AT, status_code=303)
    flash(answer, mark("Saved."))
    return answer


ROUTES: list[Any] = [show, save]
