"""A file in one go, for the command line."""

import asyncio
import hashlib
from collections.abc import Collection
from typing import IO

from core.accounts.roles import Actor
from core.db import engine
from core.editions.queries import EditionInfo
from core.files.rules import SentFile, clean_name
from core.files.sheets import read_sheets
from core.i18n import Locale
from exhibitors.rules.imports import Place, Report
from exhibitors.services.imports.checking import Progress, check, no_progress, sound
from exhibitors.services.imports.storing import HOLD, Raced, store


async def take(
    actor: Actor,
    edition: EditionInfo,
    sent: SentFile,
    locale: Locale,
    *,
    dry: bool = False,
    progress: Progress = no_progress,
    rows: Collection[int] = (),
) -> tuple[Report, int]:
    """From the file to the rows in one go, for the command line. Stores nothing if anything is wrong,
    but for wrong check digits in those ``rows`` of whatever sheet.

    :raises Unfit: it is no spreadsheet that is taken.
    """
    book = await read_sheets(sent)
    digest = await asyncio.to_thread(_digest, sent.content)
    passing = frozenset(Place(sheet.name, row) for sheet in book.sheets for row in rows)
    while True:
        report, fresh = await check(book, edition, locale, progress, passing)
        if dry or not fresh or not sound(report):
            return report, 0
        try:
            async with engine().transaction(seconds=HOLD):
                name = clean_name(sent.name, "xlsx")
                return report, await store(actor, edition, fresh, name=name, sha256=digest)
        except Raced:
            continue


def _digest(content: IO[bytes] | None) -> str:
    assert content is not None
    content.seek(0)
    return hashlib.file_digest(content, "sha256").hexdigest()  # type: ignore[arg-type]
