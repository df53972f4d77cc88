"""What was signed in all, for viewers, and the sheet for the press."""

from datetime import datetime
from typing import Any

from litestar import Request, Response, get
from litestar.params import FromQuery

from core import clock, money
from core.accounts.roles import Role
from core.editions.queries import EditionInfo, require_current
from core.errors import NotFound
from core.i18n import Locale, mark, translate
from deals.queries import sheets
from deals.queries import totals as queries
from deals.rules.totals import Line, Totals
from gateway import deals as words
from gateway.access import actor_of, allow
from gateway.locale import locale_of
from gateway.pages import page

VIEWER = allow(Role.viewer)
NOWHERE = mark("not said")


def _named(lines: tuple[Line, ...], names: dict[str, str], other: str = "") -> list[tuple[str, Line]]:
    return [(names.get(line.key) or line.key or other, line) for line in lines]


def _percent(line: Line) -> str:
    return f"{round(line.share * 10_000) / 100:.2f}%"


def shown(found: Totals, edition: EditionInfo, locale: Locale) -> dict[str, Any]:
    """For a template."""
    fields = {choice.code: choice.name(locale) for choice in edition.all_fields}
    nowhere = translate(locale, NOWHERE)
    return {
        "found": found,
        "display": money.display(locale, found.fen),
        "grouped": money.grouped,
        "in_units": lambda fen: money.display(locale, fen),
        "percent": _percent,
        "by_field": _named(found.by_field, fields),
        "by_kind": _named(found.by_kind, words.words(locale, words.KINDS)),
        "by_day": _named(found.by_day, {}),
        "by_region": _named(found.by_region, {}, nowhere),
        "by_side": _named(found.by_side, words.words(locale, words.SIDES)),
    }


def moment_of(typed: str, edition: EditionInfo) -> datetime | None:
    """None where nothing was asked for. :raises NotFound: it is no moment."""
    if not typed.strip():
        return None
    try:
        found = datetime.fromisoformat(typed.strip().replace(" ", "+"))
    except ValueError:
        raise NotFound from None
    return found if found.tzinfo else found.replace(tzinfo=edition.zone)


@get("/admin/totals", opt=VIEWER)
async def totals(request: Request[Any, Any, Any], as_of: FromQuery[str] = "") -> Response[Any]:
    edition, locale = await require_current(), locale_of(request)
    moment = moment_of(as_of, edition)
    found = (await queries.totals(edition)).totals if moment is None else await queries.totals_as_of(edition, moment)
    return page(
        request,
        "admin/totals.html",
        edition=edition,
        at=moment or clock.now(),
        past=moment is not None,
        as_of=as_of,
        signing=Role.signing in actor_of(request).roles,
        **shown(found, edition, locale),
    )


@get("/admin/totals/sheet", opt=VIEWER)
async def sheet(request: Request[Any, Any, Any], as_of: FromQuery[str] = "") -> Response[Any]:
    """One printed page: what may be told, and the fingerprint of the ledger that it was told from."""
    edition, locale = await require_current(), locale_of(request)
    moment = moment_of(as_of, edition) or clock.now()
    made = await sheets.press(edition, moment)
    return page(
        request,
        "admin/press.html",
        edition=edition,
        at=moment,
        made=made,
        kinds=words.words(locale, words.KINDS),
        **shown(made.totals, edition, locale),
    )


ROUTES: list[Any] = [totals, sheet]
