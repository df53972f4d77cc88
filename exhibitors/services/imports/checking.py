"""What is in a file, without writing any of it."""

import asyncio
from collections.abc import Awaitable, Callable

from core.editions.queries import EditionInfo
from core.files.sheetshop import Book
from core.i18n import Locale, mark
from exhibitors.rules import sheets
from exhibitors.rules.applications import Application
from exhibitors.rules.imports import Judge, Known, Place, Report, contacts_of
from exhibitors.services.registration import checked
from exhibitors.tables import (
    Exhibitor,
)

_CHUNK = 100
#: Sheets without the headings of ours.
NO_HEADINGS = mark("No row of headings was found. It needs at least the name of the organisation and one other column.")
NO_ROWS = mark("There are headings, but no rows below them.")

Progress = Callable[[int, int], Awaitable[None]]


async def no_progress(_done: int, _total: int) -> None:
    return None


async def registered(edition: EditionInfo) -> tuple[Known, set[str]]:
    """And the numbers that are given out."""
    rows = await Exhibitor.select(
        Exhibitor.number,
        Exhibitor.credit_code,
        Exhibitor.name,
        Exhibitor.contact_mobile,
        Exhibitor.contact_email,
    ).where(Exhibitor.edition == edition.id)
    codes = frozenset(row["credit_code"] for row in rows if row["credit_code"])
    pairs = frozenset(
        pair for row in rows for pair in contacts_of(row["name"], row["contact_mobile"], row["contact_email"])
    )
    return Known(codes, pairs), {row["number"] for row in rows}


async def check(
    book: Book,
    edition: EditionInfo,
    locale: Locale,
    progress: Progress = no_progress,
    passing: frozenset[Place] = frozenset(),
) -> tuple[Report, list[Application]]:
    """What is in a file, and the new ones of it; nothing is written. ``passing``: rows whose credit code somebody has
    compared with the licence."""
    tables, passed_over = sheets.tables(book)
    known, _ = await registered(edition)
    judge = Judge(tables, known, lambda typed, slips: checked(typed, edition, locale, may_slip=slips), passing)
    report = judge.report
    report.passed_over = passed_over
    if not tables:
        report.fault = NO_HEADINGS
        return report, []
    words = sheets.Vocabulary(edition.categories, edition.fields)
    lines = (line for table in tables for line in sheets.lines(table, words, edition.privacy_version))
    total = sum(len(table.rows) for table in tables)

    def some() -> int:
        """A piece at a time in a thread, so that others are served meanwhile."""
        taken = [line for _, line in zip(range(_CHUNK), lines, strict=False)]
        judge.judge(taken)
        return len(taken)

    while await asyncio.to_thread(some):
        await progress(min(report.rows, total), total)
    if not report.rows:
        report.fault = NO_ROWS
    return report, judge.fresh


def sound(report: Report) -> bool:
    return not report.fault and not report.faulty
