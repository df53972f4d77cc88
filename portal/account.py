"""A person's own account: name, language, password, second factor, sessions."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath

from core.accounts import queries, secrets
from core.accounts.roles import Actor
from core.accounts.services import people, second_factor, sessions
from core.audit.services import record
from core.config import settings
from core.db import transaction
from core.errors import DomainError, Forbidden
from core.i18n import mark
from core.privacy import services as privacy
from gateway import auth
from gateway.access import SIGNED_IN, actor_of
from gateway.forms import form_of, shown_errors
from gateway.locale import LOCALE_COOKIE, locale_of
from gateway.pages import flash, page
from gateway.personal_data import given_out
from gateway.qr import qr_picture
from portal.signin import redirect

Asked = Request[Any, Any, Any]


def _own(request: Asked) -> tuple[Actor, int]:
    """A person with a session; programs have no account page."""
    actor = actor_of(request)
    if actor.kind != "account" or actor.id is None:
        raise Forbidden
    return actor, actor.id


async def _page(request: Asked, *, status: int = 200, **values: Any) -> Response[Any]:
    _, account = _own(request)
    session = auth.session_of(request)
    return page(
        request,
        "portal/account.html",
        status_code=status,
        **{
            "errors": {},
            "person": await queries.person(account),
            "sessions": await queries.sessions(account),
            "timezone": settings().timezone,
            "here": secrets.digest(auth.session_token(request)),
            "codes_left": await queries.recovery_codes_left(account),
            "limited": session is not None and session.limited,
            **values,
        },
    )


@get("/account", opt=SIGNED_IN)
async def account_page(request: Asked) -> Response[Any]:
    return await _page(request)


@post("/account", opt=SIGNED_IN)
async def profile(request: Asked) -> Response[Any]:
    actor, account = _own(request)
    form = await form_of(request)
    locale = people.locale_of(form.text("locale"))
    try:
        await people.change_profile(actor, account, name=form.text("name", 200), locale=locale)
    except DomainError as error:
        return await _page(request, status=error.status, errors=shown_errors(error, locale_of(request)))
    response = redirect("/account")
    response.set_cookie(LOCALE_COOKIE, locale, max_age=365 * 86_400, samesite="lax", httponly=True)
    flash(response, mark("Saved."))
    return response


@post("/account/password", opt={**SIGNED_IN, "limit": "login"})
async def password(request: Asked) -> Response[Any]:
    actor, account = _own(request)
    form = await form_of(request)
    session = auth.session_token(request)
    try:
        await people.change_password(
            actor, account, current=form.text("current", 1000), new=form.text("password", 1000), session=session
        )
    except DomainError as error:
        return await _page(request, status=error.status, errors=shown_errors(error, locale_of(request)))
    response = redirect("/account")
    auth.enter(response, await sessions.rotate(session, account), account)
    flash(response, mark("Your password is changed, and other devices are signed out."))
    return response


async def _second_factor_page(request: Asked, *, status: int = 200, **values: Any) -> Response[Any]:
    _, account = _own(request)
    secret, address = await second_factor.begin(account)
    spoken = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    session = auth.session_of(request)
    return page(
        request,
        "portal/second_factor.html",
        status_code=status,
        **{"errors": {}, "secret": spoken, "qr": qr_picture(address), "limited": session and session.limited, **values},
    )


@get("/account/second-factor", opt=SIGNED_IN)
async def second_factor_page(request: Asked) -> Response[Any]:
    _, account = _own(request)
    if (await queries.person(account)).has_second_factor:
        return redirect("/account")
    return await _second_factor_page(request)


@post("/account/second-factor", opt={**SIGNED_IN, "limit": "login"})
async def add_second_factor(request: Asked) -> Response[Any]:
    actor, account = _own(request)
    form = await form_of(request)
    try:
        codes = await second_factor.confirm(actor, account, form.text("code", 40))
    except DomainError as error:
        errors = shown_errors(error, locale_of(request))
        return await _second_factor_page(request, status=error.status, errors=errors)
    response = page(request, "portal/recovery_codes.html", codes=codes)
    token = await sessions.rotate(auth.session_token(request), account)
    await sessions.end_all(account, but=token)
    auth.enter(response, token, account)
    return response


@post("/account/second-factor/remove", opt={**SIGNED_IN, "limit": "login"})
async def remove_second_factor(request: Asked) -> Response[Any]:
    """Asks for a code, so that an unattended screen is not enough."""
    actor, account = _own(request)
    form = await form_of(request)
    try:
        await second_factor.check_either(account, form.text("code", 40))
    except DomainError as error:
        return await _page(request, status=error.status, errors=shown_errors(error, locale_of(request)))
    await second_factor.remove(actor, account)
    response = redirect("/account")
    flash(response, mark("The second factor is removed."))
    return response


@post("/account/recovery-codes", opt={**SIGNED_IN, "limit": "login"})
async def recovery_codes(request: Asked) -> Response[Any]:
    actor, account = _own(request)
    form = await form_of(request)
    try:
        await second_factor.check(account, form.text("code", 40))
    except DomainError as error:
        return await _page(request, status=error.status, errors=shown_errors(error, locale_of(request)))
    return page(request, "portal/recovery_codes.html", codes=await second_factor.renew_codes(actor, account))


@post("/account/sessions/{session:int}/end", opt=SIGNED_IN)
async def end_session(request: Asked, session: FromPath[int]) -> Response[Any]:
    actor, account = _own(request)
    async with transaction():
        await sessions.end_one(account, session)
        await record(actor, "session.ended", actor.key)
    response = redirect("/account")
    flash(response, mark("That device is signed out."))
    return response


@post("/account/sessions/end-others", opt=SIGNED_IN)
async def end_other_sessions(request: Asked) -> Response[Any]:
    actor, account = _own(request)
    async with transaction():
        await sessions.end_all(account, but=auth.session_token(request))
        await record(actor, "session.others_ended", actor.key)
    response = redirect("/account")
    flash(response, mark("All other devices are signed out."))
    return response


@post("/account/data", opt={**SIGNED_IN, "limit": "login"})
async def own_data(request: Asked) -> Response[Any]:
    """What is held about the person (PIPL 45): by its own address, as a page or as JSON."""
    actor, account = _own(request)
    form = await form_of(request)
    rows = await privacy.exported(actor, await privacy.own(account), "", own=True)
    return given_out(request, rows, form.text("as", 10))


ROUTES = [
    own_data,
    account_page,
    profile,
    password,
    second_factor_page,
    add_second_factor,
    remove_second_factor,
    recovery_codes,
    end_session,
    end_other_sessions,
]
