"""The list of badges with its filters, and the form for a new one."""

from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.response import Redirect

from admin.badges import asked
from admin.badges.asked import HOME
from admin.gate import names
from checkin.queries import badges as queries
from checkin.rules.badges import BadgeIn
from checkin.services import badges as services
from checkin.tables import BadgeKind
from core.accounts.roles import Role
from core.editions.queries import require_current
from core.errors import InvalidInput
from core.i18n import mark
from gateway.access import actor_of, allow
from gateway.days import day_choices
from gateway.forms import Form, form_of, shown_at_fields
from gateway.lists import after_of, listing
from gateway.locale import locale_of
from gateway.pages import flash, page

PAGE = 50


@get(HOME, opt=allow(Role.organizer))
async def badges(request: Request[Any, Any, Any]) -> Response[Any]:
    edition, locale = await require_current(), locale_of(request)
    only = asked.filter_of(request.query_params)
    values = asked.values_of(only)
    after = after_of(request, request.query_params.get("cursor"))
    found = await queries.badges(edition, only, before=int(after[0]) if after else None, limit=PAGE + 1)
    total = await queries.count_badges(edition, only)
    piece = listing(request, found, PAGE, total, key=lambda badge: (badge.id,))
    return page(
        request,
        "admin/badges/list.html",
        edition=edition,
        badges=piece.items,
        total=total,
        values=values,
        next_url=f"{HOME}?{urlencode({**values, 'cursor': piece.next})}" if piece.next else "",
        kinds=names.kinds(locale),
        states=asked.states(locale),
        printed=asked.answers(locale, "printed"),
        arrived=asked.answers(locale, "arrived"),
        layouts=asked.layouts(locale),
    )


async def _form(
    request: Request[Any, Any, Any], typed: Form | None = None, errors: dict[str, str] | None = None
) -> Response[Any]:
    edition, locale = await require_current(), locale_of(request)
    return page(
        request,
        "admin/badges/new.html",
        status_code=422 if errors else 200,
        edition=edition,
        kinds=list(names.kinds(locale).items()),
        days=day_choices(edition, locale),
        typed=typed or {"kind": BadgeKind.crew.value},
        ticked=typed.many.get("days", []) if typed else [],
        errors=errors or {},
    )


@get(HOME + "/new", opt=allow(Role.organizer))
async def new(request: Request[Any, Any, Any]) -> Response[Any]:
    return await _form(request)


def _typed(form: Form) -> BadgeIn:
    """What is no number is a size that no group has."""
    members = [name for name in form.text("members").splitlines() if name.strip()]
    return BadgeIn(
        form.text("kind"),
        form.text("holder"),
        form.text("organisation"),
        form.many.get("days", []),
        form.text("title"),
        form.text("mobile"),
        form.text("email"),
        (form.number("size") or 0) if form.text("size").strip() else None,
        members,
        form.text("note"),
    )


@post(HOME, opt=allow(Role.organizer))
async def issue(request: Request[Any, Any, Any]) -> Response[Any]:
    edition = await require_current()
    form = await form_of(request)
    try:
        made = await services.issue(actor_of(request), edition, _typed(form))
    except InvalidInput as refused:
        return await _form(request, form, shown_at_fields(refused, locale_of(request)))
    answer = Redirect(f"{HOME}/{made.serial}", status_code=303)
    flash(answer, mark("Badge %(serial)s is issued."), serial=made.serial)
    return answer


ROUTES: list[Any] = [badges, new, issue]
