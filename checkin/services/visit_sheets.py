"""The spreadsheet of registrations. It holds people's contacts, so it is written down in the trail."""

import asyncio

from checkin.queries import visits as queries
from checkin.queries.visits import VisitLine
from core.accounts.roles import Actor
from core.audit import services as audit
from core.db import transaction
from core.editions.queries import EditionInfo
from core.files.sheets import TEXT, Column, xlsx
from core.i18n import Locale, formats, mark, translate

TITLE = mark("Registrations")
#: Rows of one spreadsheet.
MOST = 20_000
HELPERS = {"": "", "family": mark("Family"), "staff": mark("Staff")}
_COLUMNS = (
    (mark("Registered"), 17, "General"),
    (mark("Serial"), 12, TEXT),
    (mark("Name"), 16, "General"),
    (mark("Organisation"), 28, "General"),
    (mark("Mobile phone"), 18, TEXT),
    (mark("E-mail"), 28, "General"),
    (mark("How many people"), 8, "General"),
    (mark("Days"), 28, "General"),
    (mark("Arrival"), 9, "General"),
    (mark("Vehicle"), 16, "General"),
    (mark("Filled in by"), 16, "General"),
    (mark("State"), 12, "General"),
)


def _cells(line: VisitLine, edition: EditionInfo, locale: Locale) -> list[object]:
    badge, visit = line.badge, line.visit
    helper = translate(locale, HELPERS[visit.helper]) if visit.helper else ""
    return [
        visit.made_at.astimezone(edition.zone).replace(tzinfo=None, microsecond=0),
        badge.serial,
        badge.holder,
        badge.organisation or None,
        badge.mobile or None,
        badge.email or None,
        badge.size,
        " ".join(day.isoformat() for day in badge.days) or None,
        None if visit.arrives is None else formats.minutes(visit.arrives),
        visit.vehicle or None,
        " ".join(filter(None, (helper, visit.helper_name))) or None,
        translate(locale, mark("cancelled")) if visit.cancelled_at else None,
    ]


async def registrations(actor: Actor, edition: EditionInfo, q: str, locale: Locale) -> bytes:
    """The latest first, :data:`MOST` of them."""
    found = await queries.visits(edition, q, limit=MOST)
    async with transaction():
        await audit.record(actor, "visits.exported", f"edition:{edition.slug}", after={"rows": len(found)})
    columns = [Column(translate(locale, heading), width, shape) for heading, width, shape in _COLUMNS]
    rows = [_cells(line, edition, locale) for line in found]
    return await asyncio.to_thread(xlsx, translate(locale, TITLE), columns, rows)
