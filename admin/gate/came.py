"""Who came, by area, day and kind of badge, and as a spreadsheet."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get

from admin.gate import names
from checkin.queries import attendance
from checkin.queries.attendance import Asked
from checkin.queries.checkpoints import stored_areas
from checkin.services import scan_sheets
from checkin.tables import BadgeKind
from core.accounts.roles import Role
from core.editions.queries import require_current
from core.i18n import formats
from gateway.access import actor_of, allow
from gateway.locale import locale_of
from gateway.pages import page
from gateway.sheets import spreadsheet

HOME = "/admin/gate/came"


def _asked(request: Request[Any, Any, Any]) -> Asked:
    """What cannot be is not asked for."""
    given = request.query_params
    try:
        day = date.fromisoformat(given.get("day", ""))
    except ValueError:
        day = None
    kinds = tuple(kind for kind in BadgeKind if kind.value in given.getall("kinds", []))
    return Asked(given.get("area", "")[:64], day, kinds)


@get(HOME, opt=allow(Role.organizer))
async def came(request: Request[Any, Any, Any]) -> Response[Any]:
    edition, locale, asked = await require_current(), locale_of(request), _asked(request)
    found = await attendance.counted(edition, asked)
    wanted = [("area", asked.area), ("day", asked.day.isoformat() if asked.day else "")]
    wanted += [("kinds", kind.value) for kind in asked.kinds]
    return page(
        request,
        "admin/gate/came.html",
        edition=edition,
        asked=asked,
        found=found,
        total=sum(found.values()),
        most=scan_sheets.MOST,
        query=urlencode([pair for pair in wanted if pair[1]]),
        areas=[(area.code, area.name(locale)) for area in await stored_areas(edition.id)],
        days=[(one.day.isoformat(), formats.full_day(locale, one.day)) for one in edition.days],
        kinds=names.kinds(locale),
    )


@get("/admin/gate/came.xlsx", opt=allow(Role.organizer))
async def sheet(request: Request[Any, Any, Any]) -> Response[bytes]:
    edition, locale = await require_current(), locale_of(request)
    found = await attendance.attended(edition, _asked(request), scan_sheets.MOST)
    made = await scan_sheets.came(actor_of(request), edition, found, names.words(locale), locale)
    return spreadsheet(made, "came")


ROUTES: list[Any] = [came, sheet]
