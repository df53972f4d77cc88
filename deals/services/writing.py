"""One revision with all that follows from it, in one way to the database: where the deal stands, the entry of the
trail, the revision, its postings, and the sums."""

import sqlite3
from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec

from core.audit.rules import NewEntry
from core.db import WriteJob
from deals.rules.ledger import HASHED, Posting, Sealed
from deals.services.errors import LedgerFull

#: How many rows share an edition's pulse.
SHARDS = 8
#: A sum is never let near the end of a column of 64 bits: one deal adds 10¹⁵ fen at most.
MOST_SUM = 9 * 10**18

_ENTRY = NewEntry.__struct_fields__
_REVISION = ("deal", "n", *HASHED, "people", "people_salt", "previous", "hash", "entry")
_CELL = ("edition", "field", "kind", "day", "region", "side", "undisclosed")
_SUMS = ("deals", "bare", "fen")
_POSTING = ("revision", "at", *_CELL, *_SUMS)


class Writing(msgspec.Struct, frozen=True, kw_only=True):
    """``expected``: the revision that the deal must stand at, 0 for one just made."""

    edition: int
    deal: int
    expected: int
    status: str
    content: int
    author: str
    counted: int | None
    sealed: Sealed
    entry: NewEntry
    postings: Sequence[Posting] = ()
    #: The postings by cell, in the order in which everybody locks them.
    cells: Sequence[Posting] = ()


def _insert(table: str, columns: Sequence[str], rows: int = 1) -> str:
    names = ", ".join(f'"{name}"' for name in columns)
    one = f"({', '.join(['{}'] * len(columns))})"
    return f"INSERT INTO {table} ({names}) VALUES {', '.join([one] * rows)}"  # noqa: S608


_MOVE = (
    'UPDATE deal SET status = {}, revision = {}, "content" = {}, author = {}, counted = {}'
    " WHERE id = {} AND revision = {} RETURNING id"
)
_ADD = (
    " ON CONFLICT (edition, field, kind, day, region, side, undisclosed) DO UPDATE SET deals = deal_sum.deals +"
    " excluded.deals, bare = deal_sum.bare + excluded.bare, fen = deal_sum.fen + excluded.fen RETURNING fen"
)
_BEAT = (
    "INSERT INTO deal_pulse (edition, shard, beats) VALUES ({}, {}, 1)"
    " ON CONFLICT (edition, shard) DO UPDATE SET beats = deal_pulse.beats + 1"
)


@cache
def _said(sql: str, dollars: bool) -> str:
    count = sql.count("{}")
    return sql.format(*([f"${n + 1}" for n in range(count)] if dollars else ["?"] * count))


def _move(w: Writing) -> tuple[Any, ...]:
    return (w.status, w.sealed.n, w.content, w.author, w.counted, w.deal, w.expected)


def _revision(w: Writing, entry: int) -> tuple[Any, ...]:
    s = w.sealed
    return (w.deal, s.n, *msgspec.structs.astuple(s.row), s.people, s.people_salt, s.previous, s.hash, entry)


def _cell(w: Writing, one: Posting) -> tuple[Any, ...]:
    return (w.edition, *msgspec.structs.astuple(one.cell), one.deals, one.bare, one.fen)


def _postings(w: Writing, revision: int) -> list[Any]:
    return [value for one in w.postings for value in (revision, w.sealed.row.at, *_cell(w, one))]


def _within(sums: Sequence[Any]) -> None:
    if any(not isinstance(row["fen"], int) or abs(row["fen"]) > MOST_SUM for row in sums):
        raise LedgerFull


def _on_sqlite(connection: sqlite3.Connection, w: Writing) -> bool:
    def run(sql: str, values: Sequence[Any]) -> list[Any]:
        return connection.execute(_said(sql, False), tuple(values)).fetchall()

    if w.expected and not run(_MOVE, _move(w)):
        return False
    entry: int = run(_insert("audit_entry", _ENTRY) + " RETURNING id", msgspec.structs.astuple(w.entry))[0]["id"]
    revision: int = run(_insert("deal_revision", _REVISION) + " RETURNING id", _revision(w, entry))[0]["id"]
    if w.postings:
        run(_insert("deal_posting", _POSTING, len(w.postings)), _postings(w, revision))
        # Also when they come to nothing: the deals that count have changed.
        run(_BEAT, (w.edition, w.deal % SHARDS))
    if w.cells:
        values = [value for one in w.cells for value in _cell(w, one)]
        _within(run(_insert("deal_sum", (*_CELL, *_SUMS), len(w.cells)) + _ADD, values))
    return True


async def _on_postgres(connection: Any, w: Writing) -> bool:
    def said(sql: str) -> str:
        return _said(sql, True)

    async with connection.transaction():
        if w.expected and not await connection.fetch(said(_MOVE), *_move(w)):
            return False
        entry = await connection.fetchval(
            said(_insert("audit_entry", _ENTRY) + " RETURNING id"), *msgspec.structs.astuple(w.entry)
        )
        revision = await connection.fetchval(
            said(_insert("deal_revision", _REVISION) + " RETURNING id"), *_revision(w, entry)
        )
        if w.postings:
            await connection.execute(said(_insert("deal_posting", _POSTING, len(w.postings))), *_postings(w, revision))
        if w.cells:
            values = [value for one in w.cells for value in _cell(w, one)]
            sql = _insert("deal_sum", (*_CELL, *_SUMS), len(w.cells)) + _ADD
            _within(await connection.fetch(said(sql), *values))
        if w.postings:
            # Last, since others wait for it.
            await connection.execute(said(_BEAT), w.edition, w.deal % SHARDS)
        return True


#: False: the deal stands elsewhere by now, and nothing was written. :raises LedgerFull:
WRITE = WriteJob(sqlite=_on_sqlite, postgres=_on_postgres)
