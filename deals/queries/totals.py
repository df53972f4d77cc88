"""Totals, now and of any past moment. For walls and programs: what is public, and nothing else of a deal."""

import asyncio
import contextvars
import sqlite3
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

import msgspec

from core.db import ReadJob, engine, run_read
from core.editions.queries import EditionInfo
from deals.queries.deals import run
from deals.rules.ledger import Cell, Posting, microseconds
from deals.rules.totals import Totals, summed

_CELLS = "field, kind, day, region, side, undisclosed"
#: For whoever changes what stands beside the totals on the wall.
BEAT = (
    "INSERT INTO deal_pulse (edition, shard, beats) VALUES ({}, 0, 1)"
    " ON CONFLICT (edition, shard) DO UPDATE SET beats = deal_pulse.beats + 1"
)
_BEATS = "SELECT COALESCE(SUM(beats), 0) AS n FROM deal_pulse WHERE edition = {}"
_SUMMED = f"SELECT {_CELLS}, SUM(deals) AS deals, SUM(bare) AS bare, SUM(fen) AS fen FROM"
#: What counts now, by cell.
SUMS = f"{_SUMMED} deal_sum WHERE edition = {{}} GROUP BY {_CELLS}"
#: What counted at a moment (microseconds), by cell.
SUMS_AS_OF = f"{_SUMMED} deal_posting WHERE edition = {{}} AND at <= {{}} GROUP BY {_CELLS}"


def _beats_sqlite(connection: sqlite3.Connection, edition: int) -> int:
    found: int = connection.execute(_BEATS.format("?"), (edition,)).fetchone()["n"]
    return found


async def _beats_postgres(connection: Any, edition: int) -> int:
    return int(await connection.fetchval(_BEATS.format("$1"), edition))


_beats = ReadJob(_beats_sqlite, _beats_postgres, point=True)


class Read(msgspec.Struct, frozen=True):
    """``version`` grows with each change; equal ones say the same."""

    version: int
    totals: Totals


class _Kept(msgspec.Struct, frozen=True):
    edition: EditionInfo
    read: Read


#: By event loop, as a database connection would be.
_kept: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[int, _Kept]] = WeakKeyDictionary()


def _posting(row: dict[str, Any]) -> Posting:
    cell = Cell(row["field"], row["kind"], row["day"], row["region"], row["side"], bool(row["undisclosed"]))
    return Posting(cell, int(row["deals"]), int(row["bare"]), int(row["fen"]))


def of_sums(edition: EditionInfo, rows: Iterable[Any]) -> Totals:
    """``rows`` of :data:`SUMS` or :data:`SUMS_AS_OF`."""
    return summed(map(_posting, rows), [choice.code for choice in edition.fields])


class _Asking:
    """Many who ask at once share one look: whoever comes while one is under way waits for the next, so that nobody gets
    an answer from before the question."""

    def __init__(self) -> None:
        self.waiting: dict[int, asyncio.Future[int]] = {}
        self.looks: set[asyncio.Task[None]] = set()
        self.busy: set[int] = set()

    def ask(self, edition: int) -> asyncio.Future[int]:
        future = self.waiting.get(edition)
        if future is None:
            future = self.waiting[edition] = asyncio.get_running_loop().create_future()
            if edition not in self.busy:
                self.busy.add(edition)
                # A context of its own: the look must not stand in the transaction of whoever asked first.
                look = asyncio.create_task(self._look(edition), context=contextvars.Context())
                self.looks.add(look)
                look.add_done_callback(self.looks.discard)
        return future

    async def _look(self, edition: int) -> None:
        while (future := self.waiting.pop(edition, None)) is not None:
            try:
                found = await run_read(_beats, edition)
            except Exception as error:
                if not future.done():
                    future.set_exception(error)
            else:
                if not future.done():
                    future.set_result(found)
        self.busy.discard(edition)


_asking: WeakKeyDictionary[asyncio.AbstractEventLoop, _Asking] = WeakKeyDictionary()


async def version(edition: EditionInfo) -> int:
    """One look-up of a handful of rows, however many deals there are. On SQLite it takes no longer than asking."""
    if engine().engine_type == "sqlite" or engine().transaction_exists():
        return await run_read(_beats, edition.id)
    asking = _asking.setdefault(asyncio.get_running_loop(), _Asking())
    return await asyncio.shield(asking.ask(edition.id))


async def totals(edition: EditionInfo) -> Read:
    """As the database has them now. Asks only whether they changed since this process last added them up."""
    beats = await version(edition)
    kept = _kept.setdefault(asyncio.get_running_loop(), {})
    found = kept.get(edition.id)
    if found is not None and found.read.version == beats and found.edition is edition:
        return found.read
    # Written between the two looks: newer than ``beats`` says, and read anew the next time.
    read = Read(beats, of_sums(edition, await run(SUMS, edition.id)))
    if not engine().transaction_exists():
        if len(kept) > 20:
            kept.clear()
        kept[edition.id] = _Kept(edition, read)
    return read


async def totals_as_of(edition: EditionInfo, moment: datetime) -> Totals:
    """From the postings until that moment, with it."""
    return of_sums(edition, await run(SUMS_AS_OF, edition.id, microseconds(moment)))
