"""Messages to and from the organizers."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from core.errors import DomainError
from core.i18n import mark
from exhibitors.queries import desk as queries
from exhibitors.services import desk as services
from gateway.access import SIGNED_IN
from gateway.forms import Form, form_of, shown_errors
from gateway.pages import flash
from portal.desk.frame import Asked, Desk, desk_page, opened
from portal.signin import redirect


async def _messages(request: Asked, desk: Desk, typed: Form, errors: dict[str, str] | None = None) -> Response[Any]:
    return desk_page(request, desk, "messages", errors=errors, typed=typed, messages=await queries.messages(desk.id))


@get("/portal/{number:str}/messages", opt=SIGNED_IN)
async def messages(request: Asked, number: FromPath[str]) -> Response[Any]:
    return await _messages(request, await opened(request, number), Form())


@post("/portal/{number:str}/messages", opt=SIGNED_IN)
async def write(request: Asked, number: FromPath[str]) -> Response[Any]:
    desk = await opened(request, number)
    form = await form_of(request)
    try:
        await services.write(desk.actor, desk.edition, number, form.text("text"), from_organizers=False)
    except DomainError as error:
        return await _messages(request, desk, form, shown_errors(error, desk.locale))
    response = redirect(f"/portal/{number}/messages")
    flash(response, mark("Your message is with the organizers."))
    return response


@post("/portal/{number:str}/messages/read", opt=SIGNED_IN)
async def read(request: Asked, number: FromPath[str]) -> Response[Any]:
    desk = await opened(request, number)
    await services.read_all(desk.actor, desk.edition, number, by_organizers=False)
    return redirect(f"/portal/{number}/messages")


ROUTES: list[Any] = [messages, write, read]
