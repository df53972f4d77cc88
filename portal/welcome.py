"""The link from the mail after registering: a button, and the exhibitor's desk opens.

A GET uses nothing up, for mail scanners open links, too.
"""

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath

from core.accounts.errors import LinkUsed
from core.accounts.services import signin
from core.editions.queries import current_edition
from core.i18n import mark
from exhibitors.services import links
from gateway.access import PUBLIC
from gateway.forms import form_of
from gateway.pages import flash, page
from portal.signin import redirect, welcome, where_of

Asked = Request[Any, Any, Any]
DESK = "/portal"
_GUESSING = {**PUBLIC, "limit": "login"}


def _used(request: Asked) -> Response[Any]:
    return page(request, "portal/desk_link.html", status_code=410, used=True, sent=False)


@get("/portal/enter/{token:str}", opt=PUBLIC)
async def enter_page(request: Asked, token: FromPath[str]) -> Response[Any]:
    try:
        opened = await links.peek(token)
    except LinkUsed:
        return _used(request)
    return page(request, "portal/desk_enter.html", token=token, name=opened.name, number=opened.number)


@post("/portal/enter/{token:str}", opt=_GUESSING)
async def enter(request: Asked, token: FromPath[str]) -> Response[Any]:
    """Somebody of the house is let into the desk, too, but signs in as always: the link is older than those for
    signing in may be."""
    try:
        confirmed = await links.confirm(token)
    except LinkUsed:
        return _used(request)
    if confirmed.is_staff:
        answer = redirect(f"/login?next={DESK}")
        flash(answer, mark("You may use this exhibitor's desk. Please sign in."))
        return answer
    return await welcome(request, await signin.after_link(confirmed.account, where_of(request), how="invite"), DESK)


@get("/portal/link", opt=PUBLIC)
async def link_page(request: Asked) -> Response[Any]:
    return page(request, "portal/desk_link.html", used=False, sent=False)


@post("/portal/link", opt=_GUESSING)
async def link(request: Asked) -> Response[Any]:
    """Says the same whether or not number and address belong together."""
    form, edition = await form_of(request), await current_edition()
    if edition is not None:
        await links.ask_for_link(edition, form.text("number", 20), form.text("email", 254))
    return page(request, "portal/desk_link.html", used=False, sent=True)


ROUTES = [enter_page, enter, link_page, link]
