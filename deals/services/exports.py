"""The ledger as a spreadsheet to take along. Amounts are text, to the fen: a spreadsheet counts in floats."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import date
from typing import Any

from core import money
from core.accounts.roles import Actor
from core.audit import services as audit
from core.db import transaction
from core.editions.queries import EditionInfo
from core.files.sheets import TEXT, Column, xlsx
from core.i18n import Locale, mark, translate
from deals.queries import deals as queries
from deals.queries.deals import Filter, Standing

TITLE = mark("Deals")
PAGE = 500


async def _every(edition: EditionInfo) -> AsyncIterator[Standing]:
    before: int | None = None
    while found := await queries.deals(edition, Filter(), before=before, limit=PAGE):
        for one in found:
            yield one
        before = found[-1].id


def _columns(edition: EditionInfo, locale: Locale) -> list[Column]:
    def column(text: str, width: int = 16, format: str = TEXT) -> Column:
        return Column(translate(locale, text), width, format)

    return [
        column(mark("Number"), 10),
        column(mark("State"), 10),
        column(mark("Waits for a second person"), 10),
        column(mark("Kind")),
        column(mark("Signed on"), 12, "yyyy-mm-dd"),
        column(mark("Parties"), 60),
        column(mark("Currency"), 8),
        column(mark("Amount"), 24),
        column(mark("Rate"), 10),
        column(mark("In yuan"), 24),
        *(Column(choice.name(locale), 24, TEXT) for choice in edition.all_fields),
        column(mark("District")),
        column(mark("Place of signing"), 24),
        column(mark("Term"), 24),
        column(mark("Undisclosed"), 8),
        column(mark("Signatories"), 30),
        column(mark("Witnesses"), 30),
        column(mark("Remarks"), 40),
        column(mark("Hash of the latest revision"), 66),
    ]


def _row(one: Standing, edition: EditionInfo, names: Mapping[str, str], yes: str) -> list[Any]:
    figures = one.figures
    split = {part.field: part.fen for part in figures.split}

    def plain(value: int | None) -> str:
        return "" if value is None else money.plain(value)

    return [
        one.number,
        names[one.status.value],
        yes if one.pending else "",
        names[figures.kind.value],
        date.fromisoformat(figures.signed_on),
        " / ".join(f"{one.name}（{one.exhibitor}）" if one.exhibitor else one.name for one in figures.parties),
        figures.currency,
        plain(figures.amount),
        figures.rate or "",
        plain(figures.fen),
        *(plain(split.get(choice.code)) for choice in edition.all_fields),
        figures.region,
        figures.place,
        figures.term,
        yes if figures.undisclosed else "",
        " / ".join(one.people.signatories),
        " / ".join(one.people.witnesses),
        one.people.remarks,
        one.hash,
    ]


async def export(actor: Actor, edition: EditionInfo, locale: Locale, names: Mapping[str, str]) -> bytes:
    """Every deal with the figures written last, the latest first. It stands in the audit trail."""
    yes = translate(locale, mark("yes"))
    rows = [_row(one, edition, names, yes) async for one in _every(edition)]
    async with transaction():
        await audit.record(actor, "deals.exported", f"edition:{edition.slug}", after={"rows": len(rows)})
    return await asyncio.to_thread(xlsx, translate(locale, TITLE), _columns(edition, locale), rows)
