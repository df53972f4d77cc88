"""Reads of deals. All of it is for signing clerks: nobody else may know of an amount that is not confirmed."""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from piccolo.querystring import QueryString

from core.accounts.tables import Account, ApiToken
from core.db import ReadJob, engine, run_read
from core.editions.queries import EditionInfo
from core.errors import NotFound
from core.files import queries as files
from core.files.queries import FileInfo
from core.search import contains
from core.text import search_key
from deals.rules import ledger
from deals.rules.figures import Figures, Known, People, key_of
from deals.rules.ledger import HASHED, Row
from deals.tables import DealFile, DealKind, DealStatus, DealStep
from exhibitors.tables import Exhibitor


async def run(sql: str, *values: Any) -> list[dict[str, Any]]:
    """``{}`` for each value."""
    rows: list[dict[str, Any]] = await engine().run_querystring(QueryString(sql, *values))
    return rows


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A deal as it stands, with the figures written last and those that count."""

    id: int
    number: str
    status: DealStatus
    revision: int
    content: int
    author: str
    counted: int | None
    made_at: datetime
    #: Of the latest revision.
    hash: str
    at: int
    row: Row
    people_text: str | None
    counted_row: Row | None

    @property
    def pending(self) -> bool:
        """Whether figures wait for a second person."""
        return self.status is not DealStatus.void and self.content != self.counted

    @property
    def figures(self) -> Figures:
        return ledger.figures_of(self.row)

    @property
    def people(self) -> People:
        return ledger.people_of(self.people_text)

    @property
    def counted_figures(self) -> Figures | None:
        return None if self.counted_row is None else ledger.figures_of(self.counted_row)


_DEAL = ("id", "number", "status", "revision", "content", "author", "counted", "made_at")
_STANDING = ", ".join(
    [
        *(f'd."{name}" AS "{name}"' for name in _DEAL),
        *(f'c."{name}" AS "c_{name}"' for name in (*HASHED, "people")),
        *(f'k."{name}" AS "k_{name}"' for name in HASHED),
        'l."hash" AS "l_hash"',
        'l."at" AS "l_at"',
    ]
)
_FROM = (
    ' FROM deal d JOIN deal_revision c ON c.deal = d.id AND c.n = d."content"'
    " JOIN deal_revision l ON l.deal = d.id AND l.n = d.revision"
    " LEFT JOIN deal_revision k ON k.deal = d.id AND k.n = d.counted"
)


def _when(value: Any) -> datetime:
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    found: datetime = value if value.tzinfo else value.replace(tzinfo=UTC)
    return found


def _row(row: dict[str, Any], prefix: str) -> Row:
    values = {name: row[f"{prefix}{name}"] for name in HASHED}
    return Row(**{**values, "undisclosed": bool(values["undisclosed"])})


def _standing(row: dict[str, Any]) -> Standing:
    own = {name: row[name] for name in _DEAL}
    return Standing(
        **{**own, "status": DealStatus(row["status"]), "made_at": _when(row["made_at"])},
        hash=row["l_hash"],
        at=row["l_at"],
        row=_row(row, "c_"),
        people_text=row["c_people"],
        counted_row=_row(row, "k_") if row["counted"] else None,
    )


_ONE = f"SELECT {_STANDING}{_FROM} WHERE d.edition = {{}} AND d.number = {{}}"


def _one_sqlite(connection: sqlite3.Connection, edition: int, number: str) -> dict[str, Any] | None:
    row: dict[str, Any] | None = connection.execute(_ONE.format("?", "?"), (edition, number)).fetchone()
    return row


async def _one_postgres(connection: Any, edition: int, number: str) -> dict[str, Any] | None:
    row = await connection.fetchrow(_ONE.format("$1", "$2"), edition, number)
    return None if row is None else dict(row)


_one = ReadJob(_one_sqlite, _one_postgres, point=True)


async def standing(edition: EditionInfo, number: str) -> Standing:
    """:raises NotFound:"""
    row = await run_read(_one, edition.id, number[:40])
    if row is None:
        raise NotFound
    return _standing(row)


class Filter(msgspec.Struct, frozen=True):
    """``q``: part of a party's name, or a number. ``waiting``: for a second person."""

    status: DealStatus | None = None
    kind: DealKind | None = None
    q: str = ""
    waiting: bool = False


def _where(edition: EditionInfo, wanted: Filter) -> tuple[str, list[Any]]:
    values: list[Any] = [edition.id]
    sql = " WHERE d.edition = {}"
    if wanted.status is not None:
        sql, values = sql + " AND d.status = {}", [*values, wanted.status.value]
    if wanted.waiting:
        sql += " AND d.status <> 'void' AND (d.counted IS NULL OR d.counted <> d.\"content\")"
    if wanted.kind is not None:
        sql, values = sql + " AND c.kind = {}", [*values, wanted.kind.value]
    if asked := key_of(wanted.q):
        escaped = asked.replace("!", "!!").replace("%", "!%").replace("_", "!_")
        sql += (
            ' AND (d.number = {} OR EXISTS (SELECT 1 FROM deal_party p WHERE p.deal = d.id AND p.n = d."content"'
            " AND p.\"key\" LIKE {} ESCAPE '!'))"
        )
        values += [wanted.q.strip().upper()[:20], f"%{escaped}%"]
    return sql, values


async def deals(edition: EditionInfo, wanted: Filter, *, before: int | None = None, limit: int = 50) -> list[Standing]:
    """The latest first; ``before`` is the id of the last one of the piece before."""
    sql, values = _where(edition, wanted)
    if before is not None:
        sql, values = sql + " AND d.id < {}", [*values, before]
    rows = await run(f"SELECT {_STANDING}{_FROM}{sql} ORDER BY d.id DESC LIMIT {{}}", *values, limit)
    return [_standing(row) for row in rows]


async def count_deals(edition: EditionInfo, wanted: Filter) -> int:
    sql, values = _where(edition, wanted)
    join = ' JOIN deal_revision c ON c.deal = d.id AND c.n = d."content"' if wanted.kind is not None else ""
    return int((await run(f"SELECT COUNT(*) AS n FROM deal d{join}{sql}", *values))[0]["n"])  # noqa: S608


async def counted(edition: EditionInfo, *, limit: int = 10_000) -> list[Standing]:
    """Those whose figures count, in the order of their numbers."""
    rows = await run(
        f"SELECT {_STANDING}{_FROM} WHERE d.edition = {{}} AND d.counted IS NOT NULL ORDER BY d.serial LIMIT {{}}",
        edition.id,
        limit,
    )
    return [_standing(row) for row in rows]


class Revision(msgspec.Struct, frozen=True, kw_only=True):
    n: int
    at: datetime
    actor: str
    #: Empty for somebody who is gone.
    name: str
    step: DealStep
    content: int
    reason: str
    figures: Figures
    people: People
    previous: str
    hash: str


async def names_of(keys: Sequence[str]) -> dict[str, str]:
    """``Actor.key`` to what people call them. Two queries."""

    def ids(kind: str) -> list[int]:
        return [int(key.partition(":")[2]) for key in set(keys) if key.startswith(f"{kind}:")]

    found: dict[str, str] = {}
    if accounts := ids("account"):
        rows = await Account.select(Account.id, Account.name).where(Account.id.is_in(accounts))
        found |= {f"account:{row['id']}": row["name"] for row in rows}
    if tokens := ids("token"):
        rows = await ApiToken.select(ApiToken.id, ApiToken.name).where(ApiToken.id.is_in(tokens))
        found |= {f"token:{row['id']}": row["name"] for row in rows}
    return found


async def revisions(edition: EditionInfo, number: str) -> list[Revision]:
    """In their order. :raises NotFound:"""
    columns = ", ".join(f'r."{name}"' for name in ("n", *HASHED, "people", "previous", "hash"))
    rows = await run(
        f"SELECT {columns} FROM deal_revision r JOIN deal d ON d.id = r.deal"  # noqa: S608
        " WHERE d.edition = {} AND d.number = {} ORDER BY r.n",
        edition.id,
        number,
    )
    if not rows:
        raise NotFound
    names = await names_of([row["actor"] for row in rows])
    return [
        Revision(
            n=row["n"],
            at=ledger.moment(row["at"]),
            actor=row["actor"],
            name=names.get(row["actor"], ""),
            step=DealStep(row["step"]),
            content=row["content"],
            reason=row["reason"],
            figures=ledger.figures_of(_row(row, "")),
            people=ledger.people_of(row["people"]),
            previous=row["previous"],
            hash=row["hash"],
        )
        for row in rows
    ]


class Evidence(msgspec.Struct, frozen=True):
    file: FileInfo
    sha256: str
    by: str
    at: datetime


async def evidence(deal: int) -> list[Evidence]:
    rows = await DealFile.select().where(DealFile.deal == deal).order_by(DealFile.id)
    found = await files.files([row["file"] for row in rows])
    names = await names_of([row["actor"] for row in rows])
    return [
        Evidence(found[row["file"]], row["sha256"], names.get(row["actor"], ""), row["at"])
        for row in rows
        if row["file"] in found
    ]


async def exhibitors_numbered(edition: EditionInfo, numbers: Sequence[str]) -> dict[str, Known]:
    if not numbers:
        return {}
    rows = await Exhibitor.select(Exhibitor.id, Exhibitor.number, Exhibitor.name, Exhibitor.name_en).where(
        Exhibitor.edition == edition.id, Exhibitor.number.is_in(list(dict.fromkeys(numbers)))
    )
    return {row["number"]: Known(**row) for row in rows}


async def exhibitors_like(edition: EditionInfo, typed: str, *, limit: int = 8) -> list[Known]:
    """By number, or by part of a name in either language."""
    asked = search_key(typed)[:60]
    if not asked:
        return []
    rows = (
        await Exhibitor.select(Exhibitor.id, Exhibitor.number, Exhibitor.name, Exhibitor.name_en)
        .where(
            Exhibitor.edition == edition.id,
            Exhibitor.status.not_in(["draft", "rejected", "withdrawn"]),
            contains(Exhibitor.search, asked),
        )
        .order_by(Exhibitor.name)
        .limit(limit)
    )
    return [Known(**row) for row in rows]
