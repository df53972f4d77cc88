"""What is going on at the gates: a page, a screen for the hall, and cards on the desk's first page."""

from datetime import date
from typing import Any

from litestar import Request, Response, get

from admin.gate import chart, names
from admin.home import Asked, Card, card
from checkin.queries import live as queries
from core.accounts.roles import Role
from core.editions.queries import EditionInfo, require_current
from core.i18n import formats, mark, plural, translate
from gateway.access import allow
from gateway.locale import locale_of
from gateway.pages import page

HOME = "/admin/gate/live"


@card(Role.gate)
async def _now(asked: Asked) -> Card | None:
    """Arrived and refused today, once there are checkpoints."""
    edition, locale = asked.edition, asked.locale
    if edition is None or not await queries.has_checkpoints(edition):
        return None
    now = await queries.live(edition)
    note = translate(locale, mark("refused: %(refused)s"), refused=formats.number(now.refused))
    full = [f"{one.area.name(locale)} {one.percent} %" for one in now.full]
    quiet = len(now.quiet)
    if quiet:
        full.append(plural(locale, "%(n)s phone is silent", "%(n)s phones are silent", quiet))
    return Card(
        translate(locale, mark("Arrived today")),
        formats.number(now.admitted),
        " · ".join([note, *full]),
        HOME,
        attention=bool(full),
    )


def _day(asked: Any, edition: EditionInfo) -> date:
    try:
        return date.fromisoformat(asked.get("day", ""))
    except ValueError:
        return edition.today()


async def _values(request: Request[Any, Any, Any], edition: EditionInfo) -> dict[str, Any]:
    locale, day = locale_of(request), _day(request.query_params, edition)
    now = await queries.live(edition, day)
    slots = await queries.slots(edition, day, chart.SPAN)
    doors = next((one for one in edition.days if one.day == day), None)
    drawn = chart.drawn(slots, doors.opens if doors else 540, doors.closes if doors else 1020)
    return {
        "edition": edition,
        "now": now,
        "chart": drawn,
        "slots": slots,
        "kinds": names.kinds(locale),
        "reasons": names.reasons(locale),
        "today": day == edition.today(),
    }


@get(HOME, opt=allow(Role.gate))
async def live(request: Request[Any, Any, Any]) -> Response[Any]:
    """With ``part`` only what changes, for the script that keeps the page up to date."""
    edition = await require_current()
    q = request.query_params.get("q", "").strip()[:100]
    values = await _values(request, edition)
    if "part" in request.query_params:
        return page(request, "admin/gate/_live.html", **values)
    firms = await queries.arrivals(edition, q) if q else []
    return page(request, "admin/gate/live.html", **values, q=q, firms=firms, days=[one.day for one in edition.days])


@get("/admin/gate/screen", opt=allow(Role.gate))
async def screen(request: Request[Any, Any, Any]) -> Response[Any]:
    """Readable from afar; nothing of a person stands on it."""
    edition = await require_current()
    template = "admin/gate/_screen.html" if "part" in request.query_params else "admin/gate/screen.html"
    return page(request, template, edition=edition, now=await queries.live(edition))


@get("/admin/gate/evacuation", opt=allow(Role.gate))
async def evacuation(request: Request[Any, Any, Any]) -> Response[Any]:
    """How many are in which hall, for whoever has to empty it."""
    edition = await require_current()
    template = "admin/gate/_evacuation.html" if "part" in request.query_params else "admin/gate/evacuation.html"
    return page(request, template, edition=edition, now=await queries.live(edition))


ROUTES: list[Any] = [live, screen, evacuation]
