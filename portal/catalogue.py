"""The exhibitor's entry in the printed catalogue (会刊): what will stand there, and handing it in."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from core.accounts.roles import Role
from core.errors import DomainError, NotFound
from core.i18n import mark
from exhibitors.queries import catalogue as queries
from exhibitors.rules import catalogue as rules
from exhibitors.rules.desk import ADMITTED
from exhibitors.services import catalogue as services
from gateway.access import SIGNED_IN
from gateway.forms import Form, form_of, shown_errors
from gateway.pages import flash
from portal.desk.frame import Asked, Desk, desk_page, opened
from portal.signin import redirect


async def _show(
    request: Asked, desk: Desk, typed: Form | None = None, errors: dict[str, str] | None = None
) -> Response[Any]:
    sent, until = await queries.sent(desk.id), await queries.until(desk.edition)
    found = await queries.entries(desk.edition, desk.id)
    stored = {} if sent is None else msgspec.to_builtins(sent[0])
    over = until is not None and desk.edition.today() > until
    agreed = "1" if any(stored.get(name) for name in ("contact", "phone", "email")) else ""
    names = {choice.code: choice.name(desk.locale) for choice in desk.edition.categories}
    return desk_page(
        request,
        desk,
        "catalogue",
        entry=found[0] if found else None,
        categories=[names.get(code, code) for code in (found[0].categories if found else ())],
        sent_at=None if sent is None else sent[1],
        until=until,
        over=over,
        admitted_yet=desk.one.status in ADMITTED,
        may_send=desk.one.status in ADMITTED and (not over or Role.organizer in desk.actor.roles),
        typed={**stored, "agreed": agreed} if typed is None else typed,
        errors=errors or {},
    )


@get("/portal/{number:str}/catalogue", opt=SIGNED_IN)
async def catalogue(request: Asked, number: FromPath[str]) -> Response[Any]:
    return await _show(request, await opened(request, number))


@post("/portal/{number:str}/catalogue", opt=SIGNED_IN)
async def send(request: Asked, number: FromPath[str]) -> Response[Any]:
    desk, form = await opened(request, number), await form_of(request)
    try:
        texts = [form.text(name) for name in ("intro_en", "contact", "phone", "email")]
        draft = rules.checked_entry(*texts, agreed=bool(form.text("agreed", 10)))
        await services.send(desk.actor, desk.edition, desk.number, draft)
    except NotFound:
        raise
    except DomainError as refused:
        return await _show(request, desk, form, shown_errors(refused, desk.locale))
    answer = redirect(f"/portal/{desk.number}/catalogue")
    flash(answer, mark("Your entry is handed in. Until the deadline you can hand in another."))
    return answer


ROUTES: list[Any] = [catalogue, send]
