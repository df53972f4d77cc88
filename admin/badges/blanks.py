"""A stock of blank badges: signed and printed beforehand, bound to a walk-in by scanning."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect

from admin.badges.asked import HOME
from admin.gate import names
from checkin.queries.badges import Filter, count_badges
from checkin.services import badges as badge_services
from checkin.services import changes
from checkin.tables import BadgeKind, BadgeStatus
from core import db
from core.accounts.roles import Role
from core.editions.queries import require_current
from core.errors import InvalidInput
from core.i18n import mark
from gateway.access import actor_of, allow
from gateway.days import day_choices
from gateway.forms import Form, form_of, shown_at_fields
from gateway.locale import locale_of
from gateway.pages import flash, page

AT = HOME + "/blanks"


async def _show(
    request: Request[Any, Any, Any], form: Form | None = None, errors: dict[str, str] | None = None
) -> Response[Any]:
    edition, locale = await require_current(), locale_of(request)
    return page(
        request,
        "admin/badges/blanks.html",
        status_code=422 if errors else 200,
        edition=edition,
        stock=await count_badges(edition, Filter(status=BadgeStatus.blank)),
        kinds=[one for one in names.kinds(locale).items() if one[0] != BadgeKind.group.value],
        days=day_choices(edition, locale),
        typed=form or {"kind": BadgeKind.visitor.value, "count": "40"},
        ticked=form.many.get("days", []) if form else [],
        errors=errors or {},
    )


@get(AT, opt=allow(Role.organizer))
async def blanks(request: Request[Any, Any, Any]) -> Response[Any]:
    return await _show(request)


@post(AT, opt=allow(Role.organizer))
async def make(request: Request[Any, Any, Any]) -> Response[Any]:
    edition, form = await require_current(), await form_of(request)
    number = form.number("count") or 0
    try:
        drafts = changes.checked_blanks(form.text("kind"), number, form.many.get("days", []))
    except InvalidInput as refused:
        return await _show(request, form, shown_at_fields(refused, locale_of(request)))
    signed = await badge_services.sign(edition, drafts)
    async with db.transaction():
        await changes.store_blanks(actor_of(request), edition, signed)
    answer = Redirect(f"{HOME}?status=blank&printed=no", status_code=303)
    flash(answer, mark("%(n)s blank badges are made. Print them below."), n=number)
    return answer


ROUTES: list[Any] = [blanks, make]
