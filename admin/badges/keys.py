"""The keys that sign badges: a new one for what is issued from now on, and one that is lost struck off."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin.badges.asked import HOME
from checkin import keys
from core.accounts.roles import Role
from core.editions.queries import require_current
from core.errors import DomainError, InvalidInput
from core.i18n import mark
from gateway.access import actor_of, allow
from gateway.forms import Form, form_of, shown_errors
from gateway.locale import locale_of
from gateway.pages import flash, page

AT = HOME + "/keys"


async def _show(
    request: Request[Any, Any, Any], form: Form | None = None, errors: dict[str, str] | None = None, at: int = 0
) -> Response[Any]:
    edition = await require_current()
    lines = await keys.keys_of(edition.id)
    return page(
        request,
        "admin/badges/keys.html",
        status_code=422 if errors else 200,
        edition=edition,
        keys=lines,
        signing=await keys.signing_now(edition.id),
        typed=form or Form(),
        errors=errors or {},
        at=at,
    )


@get(AT, opt=allow(Role.admin))
async def every(request: Request[Any, Any, Any]) -> Response[Any]:
    return await _show(request)


@post(AT, opt=allow(Role.admin))
async def rotate(request: Request[Any, Any, Any]) -> Response[Any]:
    try:
        await keys.rotate(actor_of(request), await require_current())
    except DomainError as refused:
        return await _show(request, None, shown_errors(refused, locale_of(request)))
    answer = Redirect(AT, status_code=303)
    flash(answer, mark("Badges are signed with a new key from now on."))
    return answer


@post(AT + "/{number:int}/strike-off", opt=allow(Role.admin))
async def strike_off(request: Request[Any, Any, Any], number: FromPath[int]) -> Response[Any]:
    edition, form = await require_current(), await form_of(request)
    try:
        reason = keys.checked_reason(form.text("reason", 1000), sure=bool(form.text("sure")))
        lost = await keys.strike_off(actor_of(request), edition, number, reason)
    except InvalidInput as refused:
        shown = shown_errors(refused, locale_of(request))
        return await _show(request, form, {f"{name}-{number}": text for name, text in shown.items()}, number)
    answer = Redirect(AT, status_code=303)
    flash(
        answer,
        mark("The key is struck off. %(n)s badges get a new code within a minute, and must be printed or sent again."),
        n=lost,
    )
    return answer


ROUTES: list[Any] = [every, rotate, strike_off]
