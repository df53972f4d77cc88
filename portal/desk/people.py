"""Colleagues who use the desk, and badges for the staff."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from checkin.queries import badges
from checkin.services import badges as checkin
from core.errors import DomainError, NotFound
from core.i18n import mark
from exhibitors.queries import desk as queries
from exhibitors.rules.desk import badge_quota
from exhibitors.services import desk as services
from gateway.access import SIGNED_IN
from gateway.forms import Form, form_of, shown_errors
from gateway.pages import flash
from portal.desk.frame import Asked, Desk, desk_page, opened
from portal.signin import redirect


async def _colleagues(request: Asked, desk: Desk, typed: Form, errors: dict[str, str] | None = None) -> Response[Any]:
    found = await queries.members(desk.id)
    return desk_page(request, desk, "colleagues", errors=errors, typed=typed, members=found, own=desk.actor.id)


@get("/portal/{number:str}/colleagues", opt=SIGNED_IN)
async def colleagues(request: Asked, number: FromPath[str]) -> Response[Any]:
    return await _colleagues(request, await opened(request, number), Form())


@post("/portal/{number:str}/colleagues", opt=SIGNED_IN)
async def invite(request: Asked, number: FromPath[str]) -> Response[Any]:
    desk = await opened(request, number)
    form = await form_of(request)
    try:
        await services.invite(
            desk.actor,
            desk.edition,
            number,
            name=form.text("name"),
            email=form.text("email", 300),
            locale=desk.locale,
        )
    except DomainError as error:
        return await _colleagues(request, desk, form, shown_errors(error, desk.locale))
    response = redirect(f"/portal/{number}/colleagues")
    flash(response, mark("Invited. A mail with a link is on its way."))
    return response


@post("/portal/{number:str}/colleagues/{account:int}/remove", opt=SIGNED_IN)
async def remove_colleague(request: Asked, number: FromPath[str], account: FromPath[int]) -> Response[Any]:
    desk = await opened(request, number)
    try:
        await services.remove_member(desk.actor, desk.edition, number, account)
    except NotFound:
        raise
    except DomainError as error:
        return await _colleagues(request, desk, Form(), shown_errors(error, desk.locale))
    response = redirect("/portal" if account == desk.actor.id else f"/portal/{number}/colleagues")
    flash(response, mark("Removed."))
    return response


async def _badges(request: Asked, desk: Desk, typed: Form, errors: dict[str, str] | None = None) -> Response[Any]:
    made = await badges.badges_of(desk.id)
    quota = badge_quota(await queries.area_of(desk.id))
    return desk_page(request, desk, "badges", errors=errors, typed=typed, badges=made, quota=quota)


@get("/portal/{number:str}/badges", opt=SIGNED_IN)
async def staff_badges(request: Asked, number: FromPath[str]) -> Response[Any]:
    return await _badges(request, await opened(request, number), Form())


@post("/portal/{number:str}/badges", opt=SIGNED_IN)
async def add_badge(request: Asked, number: FromPath[str]) -> Response[Any]:
    desk = await opened(request, number)
    form = await form_of(request)
    typed = checkin.StaffIn(form.text("holder"), form.text("title"), form.text("mobile"), form.text("email"))
    try:
        made = await checkin.issue_for(desk.actor, desk.edition, number, typed, desk.locale)
    except DomainError as error:
        return await _badges(request, desk, form, shown_errors(error, desk.locale))
    response = redirect(f"/portal/{number}/badges")
    flash(response, mark("The badge is made, and on its way by mail.") if made.email else mark("The badge is made."))
    return response


@post("/portal/{number:str}/badges/{serial:str}/mail", opt={**SIGNED_IN, "limit": "register"})
async def mail_badge(request: Asked, number: FromPath[str], serial: FromPath[str]) -> Response[Any]:
    desk = await opened(request, number)
    response = redirect(f"/portal/{number}/badges")
    try:
        await checkin.mail_for(desk.actor, desk.edition, number, serial, desk.locale)
    except NotFound:
        raise
    except DomainError as error:
        return await _badges(request, desk, Form(), shown_errors(error, desk.locale))
    flash(response, mark("The badge is on its way by mail."))
    return response


@post("/portal/{number:str}/badges/{serial:str}/revoke", opt=SIGNED_IN)
async def revoke_badge(request: Asked, number: FromPath[str], serial: FromPath[str]) -> Response[Any]:
    desk = await opened(request, number)
    await checkin.revoke_for(desk.actor, desk.edition, number, serial)
    response = redirect(f"/portal/{number}/badges")
    flash(response, mark("The badge is revoked; it opens no gate any more."))
    return response


ROUTES: list[Any] = [colleagues, invite, remove_colleague, staff_badges, add_badge, mail_badge, revoke_badge]
