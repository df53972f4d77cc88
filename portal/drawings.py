"""Drawings of a raw booth in the exhibitor's desk: which are there, handing them in, what was said about them."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from core.errors import DomainError, NotFound
from core.i18n import mark, translate
from exhibitors.queries import drawings as queries
from exhibitors.queries.files import files_of
from exhibitors.rules.desk import ADMITTED
from exhibitors.services import drawings as services
from exhibitors.tables import DrawingState, FileKind
from gateway.access import SIGNED_IN
from gateway.forms import form_of, shown_errors
from gateway.pages import flash, page
from portal.desk import Asked, Desk, opened
from portal.signin import redirect

STATES = {
    DrawingState.submitted: mark("Handed in"),
    DrawingState.approved: mark("Drawings approved"),
    DrawingState.changes: mark("To be changed"),
}


async def _show(request: Asked, desk: Desk, note: str = "", errors: dict[str, str] | None = None) -> Response[Any]:
    return page(
        request,
        "portal/desk/drawings.html",
        status_code=422 if errors else 200,
        edition=desk.edition,
        number=desk.number,
        one=desk.one,
        here="drawings",
        files=await files_of(desk.id, FileKind.drawing),
        handed_in=await queries.drawings_of(desk.id),
        builds=await queries.builds(desk.id),
        may_submit=desk.one.status in ADMITTED,
        labels={state: translate(desk.locale, label) for state, label in STATES.items()},
        note=note,
        errors=errors or {},
    )


@get("/portal/{number:str}/drawings", opt=SIGNED_IN)
async def drawings(request: Asked, number: FromPath[str]) -> Response[Any]:
    return await _show(request, await opened(request, number))


@post("/portal/{number:str}/drawings", opt=SIGNED_IN)
async def submit(request: Asked, number: FromPath[str]) -> Response[Any]:
    desk, form = await opened(request, number), await form_of(request)
    try:
        await services.submit(desk.actor, desk.edition, desk.number, form.text("note"))
    except NotFound:
        raise
    except DomainError as refused:
        return await _show(request, desk, form.text("note"), shown_errors(refused, desk.locale))
    answer = redirect(f"/portal/{desk.number}/drawings")
    flash(answer, mark("The drawings are with the organizers. You will hear by mail."))
    return answer


ROUTES: list[Any] = [drawings, submit]
