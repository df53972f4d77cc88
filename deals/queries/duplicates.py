"""Deals that may be one."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from core.db import ReadJob, run_read
from core.editions.queries import EditionInfo
from deals.queries.deals import run
from deals.rules import duplicates as rules
from deals.rules import ledger
from deals.rules.figures import Known, Party, key_of
from deals.rules.ledger import Row

#: Of a party with more deals than this, only so many are compared.
COMPARED = 100
SHOWN = 200


class Suspect(msgspec.Struct, frozen=True):
    deal: int
    number: str
    why: str


async def suspects(edition: EditionInfo, deal: int, row: Row, exhibitors: Sequence[Known] = ()) -> list[Suspect]:
    """Deals that are not void, share two parties with this one, and look like it; those ruled to differ are left out.

    ``exhibitors``: the parties that are some. Two queries.
    """
    figures = ledger.figures_of(row)
    keys = [key_of(party.name) for party in figures.parties]
    ids = [one.id for one in exhibitors]
    marks = ", ".join(["{}"] * len(keys))
    same = f'p."key" IN ({marks})' + (f" OR p.exhibitor IN ({', '.join(['{}'] * len(ids))})" if ids else "")
    rows = await run(
        f'SELECT d.id, COUNT(*) AS shared FROM deal_party p JOIN deal d ON d.id = p.deal AND d."content" = p.n'  # noqa: S608
        f" WHERE d.edition = {{}} AND d.status <> 'void' AND d.id <> {{}} AND ({same})"
        " GROUP BY d.id HAVING COUNT(*) >= 2 ORDER BY d.id DESC LIMIT {}",
        edition.id,
        deal,
        *keys,
        *ids,
        COMPARED,
    )
    if not rows:
        return []
    found = [one["id"] for one in rows]
    others = await run(
        "SELECT d.id, d.number, c.kind, c.fen, c.parties FROM deal d"  # noqa: S608
        ' JOIN deal_revision c ON c.deal = d.id AND c.n = d."content"'
        f" WHERE d.id IN ({', '.join(['{}'] * len(found))}) AND NOT EXISTS (SELECT 1 FROM deal_suspicion s"
        " JOIN deal_ruling r ON r.suspicion = s.id WHERE (s.first = d.id AND s.second = {})"
        " OR (s.second = d.id AND s.first = {})) ORDER BY d.id",
        *found,
        deal,
        deal,
    )
    shared = {one["id"]: one["shared"] for one in rows}
    out = []
    for other in others:
        why = rules.suspected_of(figures.kind.value, figures.fen, other["kind"], other["fen"], shared[other["id"]])
        if why:
            out.append(Suspect(other["id"], other["number"], why))
    return out


class Glance(msgspec.Struct, frozen=True):
    """A deal beside another."""

    number: str
    status: str
    kind: str
    fen: int | None
    signed_on: str
    parties: tuple[Party, ...]


class Suspicion(msgspec.Struct, frozen=True):
    id: int
    why: str
    found_at: datetime
    first: Glance
    second: Glance


def _glance(row: dict[str, Any], side: str) -> Glance:
    parties = msgspec.json.decode(row[f"{side}_parties"], type=tuple[Party, ...])
    return Glance(
        row[f"{side}_number"],
        row[f"{side}_status"],
        row[f"{side}_kind"],
        row[f"{side}_fen"],
        row[f"{side}_signed_on"],
        parties,
    )


_SIDES = ", ".join(
    f'{side}."{name}" AS {side}_{name}'
    for side, names in (
        ("a", ("number", "status")),
        ("b", ("number", "status")),
    )
    for name in names
) + "".join(
    f', {rev}."{name}" AS {side}_{name}'
    for side, rev in (("a", "ra"), ("b", "rb"))
    for name in ("kind", "fen", "signed_on", "parties")
)
_OPEN = (
    " FROM deal_suspicion s JOIN deal a ON a.id = s.first JOIN deal b ON b.id = s.second"
    ' JOIN deal_revision ra ON ra.deal = a.id AND ra.n = a."content"'
    ' JOIN deal_revision rb ON rb.deal = b.id AND rb.n = b."content"'
    " LEFT JOIN deal_ruling r ON r.suspicion = s.id"
    " WHERE s.edition = {} AND r.id IS NULL AND a.status <> 'void' AND b.status <> 'void'"
)


_NOTED = "SELECT COUNT(*) AS n FROM deal_suspicion WHERE first = {0} OR second = {0}"


def _noted_sqlite(connection: sqlite3.Connection, deal: int) -> int:
    found: int = connection.execute(_NOTED.format("?1"), (deal,)).fetchone()["n"]
    return found


async def _noted_postgres(connection: Any, deal: int) -> int:
    return int(await connection.fetchval(_NOTED.format("$1"), deal))


_noted = ReadJob(_noted_sqlite, _noted_postgres, point=True)


async def noted(deal: int) -> int:
    """In how many suspicions it stands, ruled on or not: of nearly every deal, none."""
    return await run_read(_noted, deal)


async def open_suspicions(edition: EditionInfo, *, deal: int | None = None) -> list[Suspicion]:
    """Not ruled on yet, and neither of the two void; of one deal, or the oldest of all."""
    if deal is not None and not await noted(deal):
        return []
    only, values = ("", []) if deal is None else (" AND (s.first = {} OR s.second = {})", [deal, deal])
    rows = await run(
        f"SELECT s.id, s.why, s.found_at, {_SIDES}{_OPEN}{only} ORDER BY s.id LIMIT {SHOWN}",
        edition.id,
        *values,
    )
    return [Suspicion(row["id"], row["why"], row["found_at"], _glance(row, "a"), _glance(row, "b")) for row in rows]


async def count_open(edition: EditionInfo) -> int:
    return int((await run(f"SELECT COUNT(*) AS n{_OPEN}", edition.id))[0]["n"])
