"""A backup of the first version's schema, one row in each of its tables, restored by today's program."""

import json
import sqlite3
import zipfile
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from core import db
from core.accounts.roles import SYSTEM
from core.audit import services
from core.audit.tables import AuditEntry
from core.backup import backup, restore
from core.backup.archive import TO_POSTGRES, TO_SQLITE, Kind, TableInfo
from core.backup.restore import _PARENTS
from core.backup.source import postgres_tables, sqlite_path, sqlite_tables
from core.config import settings
from core.db import transaction
from core.db.migrations import forget_readiness, migrate, pending
from core.editions.tables import Edition
from exhibitors.tables import Exhibitor
from tests.seals import seal_everything

pytestmark = pytest.mark.anyio

#: The last migration of each app in the first version.
FIRST = {
    "accounts": "2026-11-23T23:00:00:000000",
    "audit": "2026-11-23T15:00:00:000000",
    "checkin": "2026-11-23T14:59:00:000000",
    "editions": "2026-11-23T14:27:00:000000",
    "exhibitors": "2026-11-23T14:59:00:000000",
    "idempotency": "2026-11-23T14:38:37:035169",
    "jobs": "2026-11-23T23:00:00:000000",
    "mail": "2026-11-23T23:00:00:000000",
}
VALUES: dict[Kind, Any] = {
    "int": 1,
    "boolean": True,
    "text": "一",
    "timestamptz": "2026-09-15T01:00:00+00:00",
    "date": "2026-09-15",
    "time": "09:00:00",
    "bytes": "AAE=",
}


async def empty() -> None:
    """Neither tables nor rows."""
    if settings().is_sqlite:
        for path in sqlite_path().parent.glob("yinbo.sqlite*"):
            path.unlink()
    else:
        connection = await asyncpg.connect(settings().database)
        try:
            await connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        finally:
            await connection.close()
    (settings().data_dir / "ledger-head").unlink(missing_ok=True)
    forget_readiness()


async def fill() -> None:
    """The audit trail by itself; one row, which refers to the first one, in each of the other tables."""
    async with db.lifespan():
        async with transaction():
            await services.record(SYSTEM, "thing.done", "thing:1", after={"n": 1}, personal={"who": "林一"})
        await seal_everything()
    if settings().is_sqlite:
        with closing(sqlite3.connect(sqlite_path())) as connection:
            for table in sqlite_tables(connection):
                if not table.name.startswith("audit"):
                    row = [TO_SQLITE[column.kind](VALUES[column.kind]) for column in table.columns]
                    connection.execute(f"INSERT INTO {table.name} VALUES ({', '.join('?' * len(row))})", row)
            connection.commit()
        return
    server = await asyncpg.connect(settings().database)
    try:
        tables = [table for table in await postgres_tables(server) if not table.name.startswith("audit")]
        parents = [(child.strip('"'), parent.strip('"')) for child, parent in await server.fetch(_PARENTS)]
        while tables:
            waiting = {table.name for table in tables}
            first = next(
                table
                for table in tables
                if not any(child == table.name and parent in waiting - {child} for child, parent in parents)
            )
            tables.remove(first)
            row = [TO_POSTGRES[column.kind](VALUES[column.kind]) for column in first.columns]
            await server.copy_records_to_table(first.name, records=[row])
    finally:
        await server.close()


async def stored(tables: list[TableInfo]) -> dict[str, list[tuple[Any, ...]]]:
    """What stands in these columns of these tables, as the database's own driver gives it."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    server = None if settings().is_sqlite else await asyncpg.connect(settings().database)
    try:
        for table in tables:
            names = ", ".join(f'"{column.name}"' for column in table.columns)
            query = f'SELECT {names} FROM "{table.name}" ORDER BY 1'
            if server is None:
                with closing(sqlite3.connect(sqlite_path())) as connection:
                    found[table.name] = connection.execute(query).fetchall()
            else:
                found[table.name] = [tuple(row) for row in await server.fetch(query)]
    finally:
        if server is not None:
            await server.close()
    return found


@pytest.fixture
async def of_the_first_version(database: None, tmp_path: Path) -> AsyncIterator[Path]:
    await empty()
    async with db.lifespan():
        await migrate(FIRST)
    await fill()
    yield tmp_path / "first.zip"
    await empty()
    async with db.lifespan():
        await migrate()


@pytest.mark.parametrize("beside", [False, True], ids=["into nothing", "beside tables of today"])
async def test_an_older_backup_comes_back_whole_and_is_brought_forward(
    of_the_first_version: Path, beside: bool
) -> None:
    path = of_the_first_version
    manifest = await backup(path)
    with zipfile.ZipFile(path) as read:
        said = json.loads(read.read("manifest.json"))
    assert {app: names[-1] for app, names in said["migrations"].items()} == FIRST
    before = await stored(manifest.tables)
    assert all(rows for name, rows in before.items() if name not in ("audit_pending", "audit_anchor", "audit_setting"))
    await empty()
    if beside:
        async with db.lifespan():
            await migrate()
    assert await restore(path) == ([], "")
    assert await stored(manifest.tables) == before
    async with db.lifespan():
        state = await pending()
        assert (state.missing, state.unknown) == ((), ())
        # Whatever came later has what it is by itself.
        assert await Edition.count() == await Exhibitor.count() == 1
        assert await Exhibitor.select().first() is not None
        last = max(row["id"] for row in await AuditEntry.select(AuditEntry.id))
        async with transaction():
            assert await services.record(SYSTEM, "thing.done", "thing:2") > last
        await seal_everything()
