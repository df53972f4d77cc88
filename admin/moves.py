"""Windows of move-in and move-out (布展/撤展), who comes when, and the list for the gate."""

from datetime import datetime
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from core import clock, text
from core.accounts.roles import Role
from core.editions.queries import EditionInfo, require_current
from core.errors import DomainError, FieldError, InvalidInput, NotFound
from core.i18n import mark, translate
from core.sheets import BOM, csv_line
from exhibitors.queries import moves as queries
from exhibitors.queries.booths import plan
from exhibitors.services import moves as services
from exhibitors.services.moves import WindowIn
from exhibitors.tables import Way
from gateway.access import actor_of, allow
from gateway.forms import Form, form_of, shown_errors
from gateway.locale import locale_of
from gateway.pages import flash, page

WAYS = {Way.arrival: mark("Move-in"), Way.departure: mark("Move-out")}
HEADINGS = (mark("Way"), mark("Begins"), mark("Ends"), mark("Hall"), mark("Number"), mark("Firm"), mark("Booth"))


async def _show(
    request: Request[Any, Any, Any], typed: Form | None = None, errors: dict[str, str] | None = None
) -> Response[Any]:
    edition, locale = await require_current(), locale_of(request)
    return page(
        request,
        "admin/moves.html",
        status_code=422 if errors else 200,
        edition=edition,
        windows=await queries.windows(edition),
        coming=await queries.coming(edition),
        halls=[("", translate(locale, mark("All halls"))), *((hall.code, hall.code) for hall in await plan(edition))],
        ways={way: translate(locale, label) for way, label in WAYS.items()},
        typed=typed or Form(),
        errors=errors or {},
    )


@get("/admin/move", opt=allow(Role.organizer))
async def moves(request: Request[Any, Any, Any]) -> Response[Any]:
    return await _show(request)


def _moment(form: Form, name: str, edition: EditionInfo, errors: list[FieldError]) -> datetime:
    try:
        found = datetime.fromisoformat(form.text(name, 40).strip()).replace(tzinfo=edition.zone)
        if abs(found.year - edition.first_day.year) <= 1:
            return found
    except ValueError:
        pass
    message = mark("Please write day and time as 2026-09-14T09:00.")
    errors.append(FieldError(name, "moment", message))
    return clock.now()


def _places(form: Form, name: str, errors: list[FieldError]) -> int | None:
    typed = form.text(name, 20).strip()
    try:
        return text.integer(typed) if typed else None
    except text.Fault as fault:
        errors.append(FieldError(name, fault.code, fault.message))
        return None


@post("/admin/move", opt=allow(Role.organizer))
async def add(request: Request[Any, Any, Any]) -> Response[Any]:
    edition, form = await require_current(), await form_of(request)
    errors: list[FieldError] = []
    way = form.text("way", 20)
    wanted = WindowIn(
        Way(way) if way in Way.__members__ else Way.arrival,
        _moment(form, "from", edition, errors),
        _moment(form, "until", edition, errors),
        form.text("hall", 20),
        _places(form, "capacity", errors),
    )
    try:
        if errors:
            raise InvalidInput(errors=tuple(errors))
        await services.add(actor_of(request), edition, wanted)
    except InvalidInput as refused:
        return await _show(request, form, shown_errors(refused, locale_of(request)))
    answer = Redirect("/admin/move", status_code=303)
    flash(answer, mark("The time is added."))
    return answer


@post("/admin/move/{window:int}/{act:str}", opt=allow(Role.organizer))
async def act(request: Request[Any, Any, Any], window: FromPath[int], act: FromPath[str]) -> Response[Any]:
    edition, form, actor = await require_current(), await form_of(request), actor_of(request)
    answer = Redirect("/admin/move", status_code=303)
    try:
        match act:
            case "capacity":
                errors: list[FieldError] = []
                places = _places(form, f"capacity-{window}", errors)
                if errors:
                    raise InvalidInput(errors=tuple(errors))
                await services.set_capacity(actor, edition, window, places)
                flash(answer, mark("Saved."))
            case "remove":
                await services.remove(actor, edition, window)
                flash(answer, mark("The time is removed."))
            case _:
                raise NotFound
    except NotFound:
        raise
    except DomainError as refused:
        return await _show(request, form, shown_errors(refused, locale_of(request)))
    return answer


@get("/admin/move.csv", opt=allow(Role.organizer))
async def sheet(request: Request[Any, Any, Any]) -> Response[bytes]:
    """For the gate: no names of people stand in it."""
    edition, locale = await require_current(), locale_of(request)
    lines = [csv_line(translate(locale, heading) for heading in HEADINGS)]
    for one in await queries.coming(edition):
        begins, ends = (f"{at.astimezone(edition.zone):%Y-%m-%d %H:%M}" for at in (one.starts_at, one.ends_at))
        way = translate(locale, WAYS[one.way])
        lines.append(csv_line((way, begins, ends, one.hall, one.number, one.name, " ".join(one.booths))))
    headers = {"content-disposition": 'attachment; filename="move.csv"'}
    return Response(BOM + b"".join(lines), media_type="text/csv; charset=utf-8", headers=headers)


ROUTES: list[Any] = [moves, add, act, sheet]
