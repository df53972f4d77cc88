"""What exhibitors wrote and wished for: their messages, and changes of what was reviewed."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin.home import Asked, Card, card
from core.accounts.roles import Role
from core.editions.queries import require_current
from core.errors import DomainError
from core.i18n import formats, mark, translate
from exhibitors.queries import desk as queries
from exhibitors.queries.applications import exhibitor_numbered
from exhibitors.rules.applications import countries
from exhibitors.services import desk as services
from gateway.access import actor_of, allow
from gateway.forms import form_of, shown_errors
from gateway.locale import locale_of
from gateway.pages import flash, page


@card(Role.organizer)
async def _unread(asked: Asked) -> Card | None:
    if asked.edition is None:
        return None
    waiting = await queries.unread_by_organizers(asked.edition)
    if not waiting:
        return None
    title = translate(asked.locale, "Exhibitors who wrote")
    return Card(title, formats.number(len(waiting)), href="/admin/messages", attention=True)


@card(Role.reviewer)
async def _changes(asked: Asked) -> Card | None:
    if asked.edition is None:
        return None
    waiting = await queries.waiting_changes(asked.edition)
    if not waiting:
        return None
    title = translate(asked.locale, "Changes to decide on")
    return Card(title, formats.number(len(waiting)), href="/admin/changes", attention=True)


@get("/admin/messages", opt=allow(Role.organizer))
async def inbox(request: Request[Any, Any, Any]) -> Response[Any]:
    edition = await require_current()
    lines = await queries.unread_by_organizers(edition)
    return page(request, "admin/inbox.html", edition=edition, lines=lines)


async def _thread(
    request: Request[Any, Any, Any], number: str, typed: str = "", errors: dict[str, str] | None = None
) -> Response[Any]:
    edition = await require_current()
    one = await exhibitor_numbered(edition, number)
    return page(
        request,
        "admin/messages.html",
        status_code=422 if errors else 200,
        edition=edition,
        one=one,
        messages=await queries.messages(one.id),
        typed=typed,
        errors=errors or {},
    )


@get("/admin/exhibitors/{number:str}/messages", opt=allow(Role.organizer))
async def thread(request: Request[Any, Any, Any], number: FromPath[str]) -> Response[Any]:
    return await _thread(request, number)


@post("/admin/exhibitors/{number:str}/messages", opt=allow(Role.organizer))
async def write(request: Request[Any, Any, Any], number: FromPath[str]) -> Response[Any]:
    """An answer counts what came before as read."""
    edition, actor = await require_current(), actor_of(request)
    form = await form_of(request)
    try:
        await services.write(actor, edition, number, form.text("text"), from_organizers=True)
        await services.read_all(actor, edition, number, by_organizers=True)
    except DomainError as error:
        return await _thread(request, number, form.text("text"), shown_errors(error, locale_of(request)))
    response = Redirect(f"/admin/exhibitors/{number}/messages", status_code=303)
    flash(response, mark("Sent, to the desk and by mail."))
    return response


@post("/admin/exhibitors/{number:str}/messages/read", opt=allow(Role.organizer))
async def read(request: Request[Any, Any, Any], number: FromPath[str]) -> Response[Any]:
    await services.read_all(actor_of(request), await require_current(), number, by_organizers=True)
    return Redirect(f"/admin/exhibitors/{number}/messages", status_code=303)


@get("/admin/changes", opt=allow(Role.reviewer))
async def changes(request: Request[Any, Any, Any]) -> Response[Any]:
    edition = await require_current()
    return page(
        request,
        "admin/changes.html",
        edition=edition,
        changes=await queries.waiting_changes(edition),
        countries=countries(locale_of(request)),
    )


@post("/admin/exhibitors/{number:str}/changes/{change:int}", opt=allow(Role.reviewer))
async def decide(request: Request[Any, Any, Any], number: FromPath[str], change: FromPath[int]) -> Response[Any]:
    form = await form_of(request)
    accept = form.text("decision", 10) == "accept"
    response = Redirect("/admin/changes", status_code=303)
    try:
        await services.decide_change(
            actor_of(request), await require_current(), number, change, accept=accept, note=form.text("note")
        )
        flash(response, mark("The change is made.") if accept else mark("The change is declined."))
    except DomainError as error:
        message = error.errors[0].message if error.errors else error.message
        flash(response, message, kind="bad")
    return response


ROUTES: list[Any] = [inbox, thread, write, read, changes, decide]
