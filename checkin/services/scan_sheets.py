"""Spreadsheets of scans and conflicts, with the holders' names; each is written down in the trail."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime

from checkin.queries.attendance import Attended
from checkin.queries.scan_desk import Conflict, DeskScan
from core.accounts.roles import Actor
from core.audit import services as audit
from core.db import transaction
from core.editions.queries import EditionInfo
from core.files.sheets import Column, xlsx
from core.i18n import Locale, mark, translate

#: Rows of one spreadsheet; ``yinbo export scans`` writes all.
MOST = 20_000
SCANS = mark("Scans")
CONFLICTS = mark("Conflicts")
CAME = mark("Who came")
_SCAN = (
    (mark("Scanned"), 19),
    (mark("Arrived at the server"), 19),
    (mark("Checkpoint"), 14),
    (mark("Serial"), 12),
    (mark("Name"), 16),
    (mark("Organisation"), 28),
    (mark("Kind of badge"), 12),
    (mark("Direction"), 10),
    (mark("Verdict"), 10),
    (mark("Reason"), 16),
    (mark("How many people"), 8),
    (mark("Device"), 16),
    (mark("Clock wrong by, in seconds"), 14),
    (mark("Taken back"), 12),
)
_RULED = ((mark("Ruling"), 22), (mark("Note"), 40))
Names = Mapping[str, str]


def _at(when: datetime, edition: EditionInfo) -> datetime:
    return when.astimezone(edition.zone).replace(tzinfo=None, microsecond=0)


def _cells(one: DeskScan, edition: EditionInfo, words: Names, locale: Locale) -> list[object]:
    return [
        _at(one.scanned_at, edition),
        _at(one.arrived_at, edition),
        one.checkpoint,
        one.serial or None,
        one.holder or None,
        one.organisation or None,
        words.get(one.kind.value, one.kind.value) if one.kind else None,
        words[one.direction.value],
        words[one.verdict.value],
        words.get(one.reason.value, one.reason.value) if one.reason else None,
        one.people,
        one.by,
        round(one.skew_ms / 1000) or None,
        translate(locale, mark("yes")) if one.undone else None,
    ]


def _columns(headings: Sequence[tuple[str, int]], locale: Locale) -> list[Column]:
    return [Column(translate(locale, heading), width) for heading, width in headings]


async def _noted(actor: Actor, edition: EditionInfo, action: str, rows: int) -> None:
    async with transaction():
        await audit.record(actor, action, f"edition:{edition.slug}", after={"rows": rows})


async def scans(actor: Actor, edition: EditionInfo, found: Sequence[DeskScan], words: Names, locale: Locale) -> bytes:
    """``words``: kinds, directions, verdicts and reasons as the reader says them."""
    await _noted(actor, edition, "scans.exported", len(found))
    rows = [_cells(one, edition, words, locale) for one in found]
    return await asyncio.to_thread(xlsx, translate(locale, SCANS), _columns(_SCAN, locale), rows)


async def conflicts(
    actor: Actor, edition: EditionInfo, found: Sequence[Conflict], words: Names, locale: Locale
) -> bytes:
    """A row for the later one of each, what it collides with before it."""
    await _noted(actor, edition, "conflicts.exported", len(found))
    rows: list[list[object]] = []
    for conflict in found:
        if conflict.first is not None:
            rows.append([*_cells(conflict.first, edition, words, locale), None, None])
        later = conflict.later
        ruling = words.get(later.ruling.value, later.ruling.value) if later.ruling else None
        rows.append([*_cells(later, edition, words, locale), ruling, later.ruling_note or None])
    return await asyncio.to_thread(xlsx, translate(locale, CONFLICTS), _columns((*_SCAN, *_RULED), locale), rows)


_CAME = (
    (mark("First scanned"), 19),
    (mark("Serial"), 12),
    (mark("Kind of badge"), 12),
    (mark("Name"), 16),
    (mark("Organisation"), 28),
    (mark("How many people"), 8),
)


async def came(actor: Actor, edition: EditionInfo, found: Sequence[Attended], words: Names, locale: Locale) -> bytes:
    """Without addresses and numbers: those stand with the badges."""
    await _noted(actor, edition, "attendance.exported", len(found))
    rows = [
        [
            _at(one.first_at, edition),
            one.serial,
            words.get(one.kind.value, one.kind.value),
            one.holder,
            one.organisation or None,
            one.people,
        ]
        for one in found
    ]
    return await asyncio.to_thread(xlsx, translate(locale, CAME), _columns(_CAME, locale), rows)
