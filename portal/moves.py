"""When the exhibitor builds and takes down (布展/撤展): one window of each way, changed or given back."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from core import clock
from core.errors import DomainError, NotFound
from core.i18n import mark
from exhibitors.queries import moves as queries
from exhibitors.rules.desk import ADMITTED
from exhibitors.services import moves as services
from exhibitors.tables import Way
from gateway.access import SIGNED_IN
from gateway.forms import form_of, shown_errors
from gateway.pages import flash, page
from portal.desk import Asked, Desk, opened
from portal.signin import redirect


async def _show(request: Asked, desk: Desk, errors: dict[str, str] | None = None) -> Response[Any]:
    own = await queries.halls_of(desk.id)
    fitting = [one for one in await queries.windows(desk.edition) if not one.hall or not own or one.hall in own]
    return page(
        request,
        "portal/desk/move.html",
        status_code=422 if errors else 200,
        edition=desk.edition,
        number=desk.number,
        one=desk.one,
        here="move",
        ways=[(way.value, [one for one in fitting if one.way is way]) for way in Way],
        chosen={way.value: window for way, window in (await queries.chosen(desk.id)).items()},
        may_choose=desk.one.status in ADMITTED,
        now=clock.now(),
        errors=errors or {},
    )


@get("/portal/{number:str}/move", opt=SIGNED_IN)
async def move(request: Asked, number: FromPath[str]) -> Response[Any]:
    return await _show(request, await opened(request, number))


@post("/portal/{number:str}/move", opt=SIGNED_IN)
async def choose(request: Asked, number: FromPath[str]) -> Response[Any]:
    desk, form = await opened(request, number), await form_of(request)
    window, cancelled = form.text("window", 12), form.text("cancel", 12)
    answer = redirect(f"/portal/{desk.number}/move")
    try:
        if cancelled in Way.__members__:
            await services.cancel(desk.actor, desk.edition, desk.number, Way(cancelled))
            flash(answer, mark("The time is given back."))
        elif window.isascii() and window.isdecimal() and len(window) < 10:
            await services.choose(desk.actor, desk.edition, desk.number, int(window))
            flash(answer, mark("Your time is kept."))
        else:
            flash(answer, mark("Please choose a time."), kind="bad")
    except NotFound:
        raise
    except DomainError as refused:
        return await _show(request, desk, shown_errors(refused, desk.locale))
    return answer


ROUTES: list[Any] = [move, choose]
