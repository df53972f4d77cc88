"""Applications in the desk: the list and one of them."""

from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get
from litestar.params import FromPath

from core.accounts.roles import Role
from core.editions.queries import EditionInfo, require_current
from core.i18n import Locale, mark, translate
from exhibitors.queries import applications as queries
from exhibitors.rules.applications import countries
from exhibitors.tables import Status
from gateway.access import allow
from gateway.lists import after_of, listing
from gateway.locale import locale_of
from gateway.pages import page

PAGE = 50
STATES = {
    Status.draft: mark("Draft"),
    Status.submitted: mark("Submitted"),
    Status.changes_requested: mark("Changes requested"),
    Status.waitlisted: mark("On the waiting list"),
    Status.approved: mark("Approved"),
    Status.booth_assigned: mark("Booth assigned"),
    Status.confirmed: mark("Confirmed"),
    Status.rejected: mark("Rejected"),
    Status.withdrawn: mark("Withdrawn"),
}


def states(locale: Locale) -> dict[str, str]:
    return {state.value: translate(locale, text) for state, text in STATES.items()}


def names(edition: EditionInfo, locale: Locale) -> dict[str, str]:
    """Codes of categories and fields, which never look alike, with their names."""
    return {choice.code: choice.name(locale) for choice in (*edition.all_categories, *edition.all_fields)}


@get("/admin/exhibitors", opt=allow(Role.reviewer))
async def exhibitors(request: Request[Any, Any, Any]) -> Response[Any]:
    edition, locale, asked = await require_current(), locale_of(request), request.query_params
    status, q, category = (asked.get(name, "").strip() for name in ("status", "q", "category"))
    wanted = queries.Filter(Status(status) if status in Status.__members__ else None, None, category or None, q or None)
    after = after_of(request, asked.get("cursor"))
    lines = await queries.exhibitors(edition, wanted, before=int(after[0]) if after else None, limit=PAGE + 1)
    total = await queries.count_exhibitors(edition, wanted)
    piece = listing(request, lines, PAGE, total, key=lambda line: (line.id,))
    kept = {**{name: asked.get(name, "") for name in ("status", "q", "category")}, "cursor": piece.next}
    return page(
        request,
        "admin/exhibitors.html",
        edition=edition,
        lines=piece.items,
        total=total,
        next_url=f"/admin/exhibitors?{urlencode({k: v for k, v in kept.items() if v})}" if piece.next else "",
        states=states(locale),
        names=names(edition, locale),
        categories=[(choice.code, choice.name(locale)) for choice in edition.categories],
        status=status,
        q=q,
        category=category,
    )


@get("/admin/exhibitors/{number:str}", opt=allow(Role.reviewer))
async def exhibitor(request: Request[Any, Any, Any], number: FromPath[str]) -> Response[Any]:
    edition, locale = await require_current(), locale_of(request)
    one, known = await queries.exhibitor_numbered(edition, number), names(edition, locale)
    return page(
        request,
        "admin/exhibitor.html",
        edition=edition,
        one=one,
        states=states(locale),
        shown_categories=" · ".join(known[code] for code in one.categories),
        shown_fields=" · ".join(known[code] for code in one.fields),
        countries=countries(locale),
    )


ROUTES: list[Any] = [exhibitors, exhibitor]
