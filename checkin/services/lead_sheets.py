"""Spreadsheets of leads. They hold people's contacts, so each is written down in the trail."""

import asyncio
from collections.abc import Sequence
from typing import Any

from checkin.queries import leads as queries
from checkin.queries.leads import LeadInfo
from core.accounts.roles import Actor
from core.audit import services as audit
from core.db import transaction
from core.editions.queries import EditionInfo
from core.files.sheets import TEXT, Column, xlsx
from core.i18n import Locale, mark, translate
from exhibitors.queries import desk

TITLE = mark("Leads")
#: Rows of one spreadsheet.
MOST = 20_000
FIRM = (("exhibitor", mark("Number"), 10), ("exhibitor_name", mark("Firm"), 30))
COLUMNS: tuple[tuple[str, str, int], ...] = (
    ("first_at", mark("First scanned"), 17),
    ("last_at", mark("Last scanned"), 17),
    ("holder", mark("Name"), 16),
    ("organisation", mark("Organisation"), 30),
    ("title", mark("Job title"), 16),
    ("mobile", mark("Mobile phone"), 18),
    ("email", mark("E-mail"), 28),
    ("rating", mark("Rating"), 8),
    ("tags", mark("Tags"), 20),
    ("note", mark("Note"), 40),
    ("state", mark("State"), 14),
)


def _sheet(found: Sequence[LeadInfo], wanted: Sequence[tuple[str, str, int]], zone: Any, locale: Locale) -> bytes:
    gone = translate(locale, mark("Consent taken back"))

    def cell(one: LeadInfo, name: str) -> object:
        match name:
            case "first_at" | "last_at":
                return getattr(one, name).astimezone(zone).replace(tzinfo=None, microsecond=0)
            case "tags":
                return " ".join(one.tags) or None
            case "state":
                return gone if one.withdrawn else None
            case _:
                return getattr(one, name) or None

    columns = [
        Column(translate(locale, heading), width, TEXT if name in ("mobile", "exhibitor") else "General")
        for name, heading, width in wanted
    ]
    rows = [[cell(one, name) for name, _, _ in wanted] for one in found]
    return xlsx(translate(locale, TITLE), columns, rows)


async def export(actor: Actor, edition: EditionInfo, number: str, locale: Locale) -> bytes:
    """The .xlsx of one exhibitor's own leads. :raises NotFound: a desk that is not this person's."""
    exhibitor = await desk.opened_by(actor, edition, number)
    found = await queries.leads(edition, exhibitor, limit=MOST)
    about = f"exhibitor:{edition.slug}/{number}"
    async with transaction():
        await audit.record(actor, "leads.exported", about, after={"rows": len(found)})
    return await asyncio.to_thread(_sheet, found, COLUMNS, edition.zone, locale)


async def export_all(actor: Actor, edition: EditionInfo, locale: Locale) -> bytes:
    """The .xlsx of every exhibitor's."""
    found = await queries.all_leads(edition)
    async with transaction():
        await audit.record(actor, "leads.exported", f"edition:{edition.slug}", after={"rows": len(found)})
    return await asyncio.to_thread(_sheet, found, (*FIRM, *COLUMNS), edition.zone, locale)
