"""Badges in the desk: the list, and a crew badge by a short form."""

from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.response import Redirect

from checkin.queries import badges as queries
from checkin.rules.badges import BadgeIn
from checkin.services import badges as services
from checkin.tables import BadgeKind
from core.accounts.roles import Role
from core.editions.queries import require_current
from core.errors import InvalidInput
from core.i18n import Locale, mark, translate
from gateway.access import actor_of, allow
from gateway.forms import Form, form_of, shown_errors
from gateway.lists import after_of, listing
from gateway.locale import locale_of
from gateway.pages import flash, page

PAGE = 50
KINDS = {
    BadgeKind.crew: mark("Crew"),
    BadgeKind.exhibitor: mark("Exhibitor"),
    BadgeKind.visitor: mark("Visitor"),
    BadgeKind.guest: mark("Guest"),
    BadgeKind.speaker: mark("Speaker"),
    BadgeKind.press: mark("Press"),
    BadgeKind.group: mark("Group"),
}


def _kinds(locale: Locale) -> list[tuple[str, str]]:
    return [(kind.value, translate(locale, text)) for kind, text in KINDS.items()]


async def _show(request: Request[Any, Any, Any], typed: Form | None, errors: dict[str, str]) -> Response[Any]:
    edition = await require_current()
    after = after_of(request, request.query_params.get("cursor")) if typed is None else ()
    found = await queries.badges(edition, before=int(after[0]) if after else None, limit=PAGE + 1)
    total = await queries.count_badges(edition)
    piece = listing(request, found, PAGE, total, key=lambda badge: (badge.id,))
    kinds = _kinds(locale_of(request))
    return page(
        request,
        "admin/badges.html",
        status_code=422 if errors else 200,
        edition=edition,
        badges=piece.items,
        total=total,
        next_url=f"/admin/badges?{urlencode({'cursor': piece.next})}" if piece.next else "",
        kinds=kinds,
        kind_names=dict(kinds),
        typed=typed or {},
        errors=errors,
    )


@get("/admin/badges", opt=allow(Role.organizer))
async def badges(request: Request[Any, Any, Any]) -> Response[Any]:
    return await _show(request, None, {})


@post("/admin/badges", opt=allow(Role.organizer))
async def issue(request: Request[Any, Any, Any]) -> Response[Any]:
    edition = await require_current()
    form = await form_of(request)
    typed = BadgeIn(form.text("kind"), form.text("holder"), form.text("organisation"))
    try:
        made = await services.issue(actor_of(request), edition, typed)
    except InvalidInput as refused:
        return await _show(request, form, shown_errors(refused, locale_of(request)))
    answer = Redirect("/admin/badges", status_code=303)
    flash(answer, "Badge %(serial)s is issued.", serial=made.serial)
    return answer


ROUTES: list[Any] = [badges, issue]
