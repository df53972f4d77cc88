"""Signing in and out, one-time links, and the first administrator.

Pages behind a link from a mail only show a button: a mail scanner's GET uses nothing up.
"""

from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.params import FromPath

from core.accounts import queries
from core.accounts.errors import LinkUsed
from core.accounts.roles import Role
from core.accounts.services import links, people, signin
from core.accounts.services.signin import Entered, From
from core.errors import DomainError
from core.i18n import mark
from gateway import auth
from gateway.access import PUBLIC, SIGNED_IN, actor_of
from gateway.forms import form_of, shown_errors
from gateway.locale import locale_of
from gateway.pages import flash, page
from gateway.preferences import safe_path

Asked = Request[Any, Any, Any]
#: Tight limits for what guesses.
_GUESSING = {**PUBLIC, "limit": "login"}


def where_of(request: Asked) -> From:
    return From(
        address=request.client.host if request.client else "",
        user_agent=request.headers.get("user-agent", ""),
        device=auth.device_of(request),
        session=auth.session_token(request),
    )


def redirect(path: str) -> Response[None]:
    return Response(None, status_code=303, headers={"location": path})


def _next(request: Asked, typed: str = "") -> str:
    return safe_path(typed or request.query_params.get("next", "/"))


def _home_of(next_: str, roles: tuple[Role, ...]) -> str:
    """To where somebody works, who did not say where to."""
    if next_ != "/" or not roles:
        return next_
    return "/portal" if set(roles) == {Role.exhibitor} else "/admin"


async def welcome(request: Asked, entered: Entered, next_: str) -> Response[None]:
    """Into the session; or first to the second step."""
    if entered.second_step:
        response = redirect("/login/code?" + urlencode({"next": next_}))
        auth.remember_step(response, entered.second_step)
        return response
    who = await queries.person(entered.account)
    response = redirect(_home_of(next_, who.roles))
    auth.enter(response, entered.session, entered.account)
    auth.forget_step(response)
    return response


@get("/login", opt=PUBLIC)
async def login_page(request: Asked) -> Response[Any]:
    if actor_of(request).kind == "account":
        return redirect(_next(request))
    return page(request, "portal/login.html", errors={}, email="", next=_next(request))


@post("/login", opt=_GUESSING)
async def login(request: Asked) -> Response[Any]:
    form = await form_of(request)
    email, next_ = form.text("email", 254), _next(request, form.text("next", 500))
    try:
        entered = await signin.by_password(email, form.text("password", 1000), where_of(request))
    except DomainError as error:
        errors = shown_errors(error, locale_of(request))
        shown = page(request, "portal/login.html", status_code=error.status, errors=errors, email=email, next=next_)
        if error.retry_after is not None:
            shown.headers["retry-after"] = str(error.retry_after)
        return shown
    return await welcome(request, entered, next_)


@get("/login/code", opt=PUBLIC)
async def code_page(request: Asked) -> Response[Any]:
    if not auth.step_of(request):
        return redirect("/login")
    return page(request, "portal/login_code.html", errors={}, next=_next(request))


@post("/login/code", opt=_GUESSING)
async def code(request: Asked) -> Response[Any]:
    form = await form_of(request)
    next_ = _next(request, form.text("next", 500))
    try:
        entered = await signin.by_code(auth.step_of(request), form.text("code", 40), where_of(request))
    except LinkUsed:
        response = redirect("/login")
        flash(response, mark("Please sign in once more: this took too long."), kind="bad")
        return response
    except DomainError as error:
        errors = shown_errors(error, locale_of(request))
        return page(request, "portal/login_code.html", status_code=error.status, errors=errors, next=next_)
    return await welcome(request, entered, next_)


@post("/login/link", opt=_GUESSING)
async def mail_link(request: Asked) -> Response[Any]:
    """Says the same whether or not there is such an account."""
    form = await form_of(request)
    try:
        await signin.mail_link(form.text("email", 254), "sign_in")
    except DomainError as error:
        errors = shown_errors(error, locale_of(request))
        return page(
            request,
            "portal/login.html",
            status_code=error.status,
            errors=errors,
            email=form.text("email", 254),
            next="/",
        )
    return page(request, "portal/link_sent.html")


@get("/enter/{token:str}", opt=PUBLIC)
async def enter_page(request: Asked, token: FromPath[str]) -> Response[Any]:
    await links.peek("sign_in", token)
    return page(request, "portal/enter.html", token=token, next=_next(request))


@post("/enter/{token:str}", opt=_GUESSING)
async def enter(request: Asked, token: FromPath[str]) -> Response[Any]:
    form = await form_of(request)
    return await welcome(
        request, await signin.by_link(token, where_of(request)), _next(request, form.text("next", 500))
    )


@post("/logout", opt=SIGNED_IN)
async def logout(request: Asked) -> Response[Any]:
    await signin.sign_out(actor_of(request), auth.session_token(request))
    response = redirect("/")
    auth.leave(response)
    flash(response, mark("You have signed out."))
    return response


@get("/reset", opt=PUBLIC)
async def reset_page(request: Asked) -> Response[Any]:
    return page(request, "portal/reset.html", errors={}, email="")


@post("/reset", opt=_GUESSING)
async def reset(request: Asked) -> Response[Any]:
    form = await form_of(request)
    try:
        await signin.mail_link(form.text("email", 254), "reset")
    except DomainError as error:
        errors = shown_errors(error, locale_of(request))
        email = form.text("email", 254)
        return page(request, "portal/reset.html", status_code=error.status, errors=errors, email=email)
    return page(request, "portal/link_sent.html")


async def _choose_page(request: Asked, purpose: links.Purpose, token: str) -> Response[Any]:
    await links.peek(purpose, token)
    return page(request, "portal/choose_password.html", errors={}, purpose=purpose, token=token)


async def _choose(request: Asked, purpose: links.Purpose, token: str) -> Response[Any]:
    form = await form_of(request)
    try:
        account = await people.set_password_by_link(purpose, token, form.text("password", 1000))
    except LinkUsed:
        raise
    except DomainError as error:
        errors = shown_errors(error, locale_of(request))
        return page(
            request,
            "portal/choose_password.html",
            status_code=error.status,
            errors=errors,
            purpose=purpose,
            token=token,
        )
    entered = await signin.after_link(account, where_of(request), how=purpose)
    return await welcome(request, entered, "/")


@get("/reset/{token:str}", opt=PUBLIC)
async def reset_choose_page(request: Asked, token: FromPath[str]) -> Response[Any]:
    return await _choose_page(request, "reset", token)


@post("/reset/{token:str}", opt=_GUESSING)
async def reset_choose(request: Asked, token: FromPath[str]) -> Response[Any]:
    return await _choose(request, "reset", token)


@get("/invite/{token:str}", opt=PUBLIC)
async def invite_page(request: Asked, token: FromPath[str]) -> Response[Any]:
    return await _choose_page(request, "invite", token)


@post("/invite/{token:str}", opt=_GUESSING)
async def invite(request: Asked, token: FromPath[str]) -> Response[Any]:
    return await _choose(request, "invite", token)


@get("/setup/{token:str}", opt=PUBLIC)
async def setup_page(request: Asked, token: FromPath[str]) -> Response[Any]:
    await links.peek("setup", token)
    return page(request, "portal/setup.html", errors={}, typed={}, token=token)


@post("/setup/{token:str}", opt=_GUESSING)
async def setup(request: Asked, token: FromPath[str]) -> Response[Any]:
    form = await form_of(request)
    try:
        account = await people.set_up(
            token, form.text("email", 254), form.text("name", 200), form.text("password", 1000)
        )
    except LinkUsed:
        raise
    except DomainError as error:
        errors = shown_errors(error, locale_of(request))
        return page(request, "portal/setup.html", status_code=error.status, errors=errors, typed=form, token=token)
    return await welcome(request, await signin.after_link(account, where_of(request), how="setup"), "/")


ROUTES = [
    login_page,
    login,
    code_page,
    code,
    mail_link,
    enter_page,
    enter,
    logout,
    reset_page,
    reset,
    reset_choose_page,
    reset_choose,
    invite_page,
    invite,
    setup_page,
    setup,
]
