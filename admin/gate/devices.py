"""Phones and scanners of the crew: invited by a slip that works once, sent to a checkpoint, revoked."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from markupsafe import Markup

from checkin import pictures
from checkin.queries import devices as queries
from checkin.queries.checkpoints import stored_checkpoints
from checkin.queries.live import QUIET
from checkin.services import device_names
from checkin.services import devices as services
from core import clock
from core.accounts.roles import Role
from core.config import settings
from core.editions.queries import require_current
from core.errors import DomainError, NotFound
from core.i18n import mark
from gateway.access import actor_of, allow
from gateway.forms import Form, form_of, shown_errors
from gateway.locale import locale_of
from gateway.pages import flash, page

HOME = "/admin/gate/devices"


async def _show(
    request: Request[Any, Any, Any], typed: Form | None = None, errors: dict[str, str] | None = None
) -> Response[Any]:
    edition, locale = await require_current(), locale_of(request)
    found = await queries.devices(edition)
    return page(
        request,
        "admin/gate/devices.html",
        status_code=422 if errors else 200,
        edition=edition,
        devices=[one for one in found if one.revoked_at is None],
        gone=[one for one in found if one.revoked_at is not None],
        invites=await queries.open_invites(edition),
        checkpoints=[(one.code, one.name(locale)) for one in await stored_checkpoints(edition.id)],
        quiet_since=clock.now() - QUIET,
        secure=settings().public_url.startswith("https://"),
        typed=typed or Form(),
        errors=errors or {},
    )


@get(HOME, opt=allow(Role.organizer))
async def devices(request: Request[Any, Any, Any]) -> Response[Any]:
    return await _show(request)


@post(HOME, opt=allow(Role.organizer))
async def invite(request: Request[Any, Any, Any]) -> Response[Any]:
    """The slip is the answer: its code is shown this once."""
    edition, form = await require_current(), await form_of(request)
    try:
        made = await services.invite(
            actor_of(request), edition, form.text("name", 500), form.text("checkpoint", 50) or None
        )
    except DomainError as refused:
        return await _show(request, form, shown_errors(refused, locale_of(request)))
    answer = page(
        request,
        "admin/gate/slip.html",
        edition=edition,
        invite=made,
        name=form.text("name", 80),
        address=settings().public_url + "/scan",
        qr=Markup(pictures.svg(made.address).decode()),  # noqa: S704  # drawn here
    )
    answer.headers["cache-control"] = "no-store"
    return answer


@post(HOME + "/invites/{number:int}/withdraw", opt=allow(Role.organizer))
async def withdraw(request: Request[Any, Any, Any], number: FromPath[int]) -> Response[Any]:
    await services.withdraw(actor_of(request), await require_current(), number)
    answer = Redirect(HOME, status_code=303)
    flash(answer, mark("The slip is worth nothing any more."))
    return answer


@post(HOME + "/{device:int}/{act:str}", opt=allow(Role.organizer))
async def act(request: Request[Any, Any, Any], device: FromPath[int], act: FromPath[str]) -> Response[Any]:
    edition, form, actor = await require_current(), await form_of(request), actor_of(request)
    answer = Redirect(HOME, status_code=303)
    try:
        match act:
            case "rename":
                await device_names.rename(actor, edition, device, form.text("name", 500))
                flash(answer, mark("Saved."))
            case "send":
                await services.send_to(actor, edition, device, form.text("checkpoint", 50) or None)
                flash(answer, mark("Saved. The phone knows it within seconds."))
            case "revoke":
                await services.revoke(actor, edition, device)
                flash(answer, mark("Revoked: it is refused everywhere, and wipes itself at its next contact."))
            case _:
                raise NotFound
    except NotFound:
        raise
    except DomainError as refused:
        shown = shown_errors(refused, locale_of(request))
        return await _show(request, None, {f"{name}-{device}" if name else "": text for name, text in shown.items()})
    return answer


ROUTES: list[Any] = [devices, invite, withdraw, act]
