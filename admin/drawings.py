"""The queue of drawings of raw booths (特装审图)."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin.home import Asked, Card, card
from core.accounts.roles import Role
from core.editions.queries import require_current
from core.errors import DomainError, NotFound
from core.i18n import formats, mark, translate
from exhibitors.queries import drawings as queries
from exhibitors.services import drawings as services
from exhibitors.tables import DrawingState
from gateway.access import actor_of, allow
from gateway.forms import Form, form_of, shown_errors
from gateway.locale import locale_of
from gateway.pages import flash, page

#: In the words of those who decide.
STATES = {DrawingState.approved: mark("Approved"), DrawingState.changes: mark("Changes requested")}


@card(Role.reviewer)
async def _waiting(asked: Asked) -> Card | None:
    waiting = 0 if asked.edition is None else await queries.count_waiting(asked.edition)
    if not waiting:
        return None
    title = translate(asked.locale, mark("Drawings to look at"))
    return Card(title, formats.number(waiting), href="/admin/drawings", attention=True)


async def _show(
    request: Request[Any, Any, Any], typed: Form | None = None, errors: dict[str, str] | None = None
) -> Response[Any]:
    edition, locale = await require_current(), locale_of(request)
    return page(
        request,
        "admin/drawings.html",
        status_code=422 if errors else 200,
        edition=edition,
        waiting=await queries.waiting(edition),
        decided=await queries.decided(edition),
        labels={state: translate(locale, label) for state, label in STATES.items()},
        typed=typed or Form(),
        errors=errors or {},
    )


@get("/admin/drawings", opt=allow(Role.reviewer))
async def drawings(request: Request[Any, Any, Any]) -> Response[Any]:
    return await _show(request)


@post("/admin/drawings/{submission:int}", opt=allow(Role.reviewer))
async def decide(request: Request[Any, Any, Any], submission: FromPath[int]) -> Response[Any]:
    form = await form_of(request)
    approve = form.text("decision", 10) == "approve"
    try:
        await services.decide(
            actor_of(request),
            await require_current(),
            submission,
            approve=approve,
            answer=form.text(f"answer-{submission}"),
        )
    except NotFound:
        raise
    except DomainError as refused:
        return await _show(request, form, shown_errors(refused, locale_of(request)))
    answer = Redirect("/admin/drawings", status_code=303)
    flash(answer, mark("The drawings are approved.") if approve else mark("Changes are asked for."))
    return answer


ROUTES: list[Any] = [drawings, decide]
