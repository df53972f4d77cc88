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
#: All shards of a sum stay well within 64 bits together; one deal adds 10¹⁵ fen at most.
MOST_SUM = 10**18

_ENTRY = NewEntry.__struct_fields__
_REVISION = ("deal", "n", *HASHED, "people", "people_salt", "previous", "hash")
_CELL = ("field", "kind", "day", "region", "side", "undisclosed")
_SUMS = ("deals", "bare", "fen")


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


_MOVE = (
    'UPDATE deal SET status = {}, revision = {}, "content" = {}, author = {}, counted = {}'
    " WHERE id = {} AND revision = {} RETURNING id"
)
_ADD = (
    " ON CONFLICT (edition, field, kind, day, region, side, undisclosed, shard) DO UPDATE SET"
    " deals = deal_sum.deals + excluded.deals, bare = deal_sum.bare + excluded.bare, fen = deal_sum.fen + excluded.fen"
    " RETURNING fen"
)
_BEAT = " ON CONFLICT (edition, shard) DO UPDATE SET beats = deal_pulse.beats + 1"


def _names(columns: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


def _marks(columns: Sequence[str]) -> str:
    return ", ".join(["{}"] * len(columns))


_INTO_ENTRY = f"INSERT INTO audit_entry ({_names(_ENTRY)})"
_INTO_REVISION = f"INSERT INTO deal_revision ({_names((*_REVISION, 'entry'))})"
_INTO_POSTING = f"INSERT INTO deal_posting (revision, at, edition, {_names((*_CELL, *_SUMS))})"
_INTO_SUM = f"INSERT INTO deal_sum (edition, shard, {_names((*_CELL, *_SUMS))})"
_INTO_PULSE = "INSERT INTO deal_pulse (edition, shard, beats)"


def _move(w: Writing) -> tuple[Any, ...]:
    return (w.status, w.sealed.n, w.content, w.author, w.counted, w.deal, w.expected)


def _revision(w: Writing) -> tuple[Any, ...]:
    s = w.sealed
    return (w.deal, s.n, *msgspec.structs.astuple(s.row), s.people, s.people_salt, s.previous, s.hash)


def _cell(one: Posting) -> tuple[Any, ...]:
    return (*msgspec.structs.astuple(one.cell), one.deals, one.bare, one.fen)


def _within(sums: Sequence[Any]) -> None:
    if any(not isinstance(fen, int) or abs(fen) > MOST_SUM for fen in sums):
        raise LedgerFull


def _question(sql: str) -> str:
    return sql.replace("{}", "?")


def _on_sqlite(connection: sqlite3.Connection, w: Writing) -> bool:
    def run(sql: str, *values: Any) -> list[Any]:
        return connection.execute(_question(sql), values).fetchall()

    if w.expected and not run(_MOVE, *_move(w)):
        return False
    values = msgspec.structs.astuple(w.entry)
    entry: int = run(f"{_INTO_ENTRY} VALUES ({_marks(_ENTRY)}) RETURNING id", *values)[0]["id"]
    marks = f"({_marks(_REVISION)}, {{}})"
    revision: int = run(f"{_INTO_REVISION} VALUES {marks} RETURNING id", *_revision(w), entry)[0]["id"]
    row = f" VALUES ({{}}, {{}}, {{}}, {_marks((*_CELL, *_SUMS))})"
    for posting in w.postings:
        run(_INTO_POSTING + row, revision, w.sealed.row.at, w.edition, *_cell(posting))
    if w.postings:
        # Also when they come to nothing: the deals that count have changed.
        run(f"{_INTO_PULSE} VALUES ({{}}, {{}}, 1){_BEAT}", w.edition, w.deal % SHARDS)
    row = f" VALUES ({{}}, {{}}, {_marks((*_CELL, *_SUMS))}){_ADD}"
    for cell in w.cells:
        _within([found["fen"] for found in run(_INTO_SUM + row, w.edition, w.deal % SHARDS, *_cell(cell))])
    return True


_CELL_TYPES = ("text[]", "text[]", "text[]", "text[]", "text[]", "boolean[]", "int[]", "int[]", "bigint[]")


@cache
def _statement(moved: bool, posting: bool, adding: bool) -> str:
    """All of it as one statement: one way there and back, and the rows that others wait for are held least."""
    columns = _names((*_CELL, *_SUMS))
    unnested = f"unnest({', '.join(f'{{}}::{kind}' for kind in _CELL_TYPES)}) AS u({columns})"
    parts = [f"moved AS ({_MOVE})" if moved else "moved AS (SELECT {}::int AS id)"]
    parts.append(f"entry AS ({_INTO_ENTRY} SELECT {_marks(_ENTRY)} FROM moved RETURNING id)")  # noqa: S608
    parts.append(f"revision AS ({_INTO_REVISION} SELECT {_marks(_REVISION)}, entry.id FROM entry RETURNING id)")  # noqa: S608
    if posting:
        parts.append(f"posting AS ({_INTO_POSTING} SELECT revision.id, {{}}, {{}}, u.* FROM revision, {unnested})")  # noqa: S608
        parts.append(f"beat AS ({_INTO_PULSE} SELECT {{}}, {{}}, 1 FROM moved{_BEAT})")  # noqa: S608
    if adding:
        parts.append(f"cell AS ({_INTO_SUM} SELECT {{}}, {{}}, u.* FROM moved, {unnested}{_ADD})")  # noqa: S608
    most = "(SELECT array_agg(fen) FROM cell)" if adding else "NULL::bigint[]"
    sql = f"WITH {', '.join(parts)} SELECT (SELECT COUNT(*) FROM revision) AS written, {most} AS sums"  # noqa: S608
    return sql.format(*(f"${n + 1}" for n in range(sql.count("{}"))))


def _columns(rows: Sequence[Posting]) -> list[list[Any]]:
    return [list(column) for column in zip(*map(_cell, rows), strict=True)]


async def _on_postgres(connection: Any, w: Writing) -> bool:
    values: list[Any] = [*_move(w)] if w.expected else [w.deal]
    values += [*msgspec.structs.astuple(w.entry), *_revision(w)]
    if w.postings:
        values += [w.sealed.row.at, w.edition, *_columns(w.postings), w.edition, w.deal % SHARDS]
    if w.cells:
        values += [w.edition, w.deal % SHARDS, *_columns(w.cells)]
    done = await connection.fetchrow(_statement(bool(w.expected), bool(w.postings), bool(w.cells)), *values)
    if not done["written"]:
        return False
    _within(done["sums"] or ())
    return True


#: Inside a transaction. False: the deal stands elsewhere by now, and nothing was written. :raises LedgerFull:
WRITE = WriteJob(sqlite=_on_sqlite, postgres=_on_postgres)
