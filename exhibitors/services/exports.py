"""Spreadsheets of exhibitors to take along. They hold contacts, so each is written down in the trail."""

import asyncio
from collections.abc import Mapping

import msgspec

from core.accounts.roles import Actor
from core.audit import services as audit
from core.db import transaction
from core.editions.queries import EditionInfo
from core.files.sheets import xlsx
from core.i18n import Locale, mark, translate
from exhibitors.queries import sheets
from exhibitors.queries.applications import Filter

TITLE = mark("Exhibitors")
NOTES = mark("Notes")


async def export(
    actor: Actor, edition: EditionInfo, wanted: Filter, locale: Locale, states: Mapping[str, str]
) -> bytes:
    """The .xlsx of what the filter lets through. It can be read in again."""
    found = await sheets.exported(edition, wanted, locale, states)
    async with transaction():
        await audit.record(
            actor,
            "exhibitors.exported",
            f"edition:{edition.slug}",
            after={"rows": len(found.rows), "filter": msgspec.to_builtins(wanted)},
        )
    return await asyncio.to_thread(xlsx, translate(locale, TITLE), found.columns, found.rows)


async def template(edition: EditionInfo, locale: Locale) -> bytes:
    columns, notes = sheets.template(edition, locale)
    title, beside = translate(locale, TITLE), translate(locale, NOTES)
    return await asyncio.to_thread(lambda: xlsx(title, columns, [], notes=notes, notes_title=beside))
