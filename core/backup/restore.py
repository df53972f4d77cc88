"""Restoring into an empty place. What stood there is set aside first and comes back if anything fails."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg
from piccolo.apps.migrations.commands.base import BaseMigrationManager
from piccolo.conf.apps import Finder

from core import clock, db
from core.audit.verify import Finding, Walk
from core.backup.archive import TO_POSTGRES, TO_SQLITE, Reader, Refused, TableInfo
from core.backup.source import SEQUENCES, Progress, postgres_tables, sqlite_path, sqlite_tables
from core.config import bring_back, settings, whole_secret
from core.db.migrations import forget_readiness, migrate

#: Filled by triggers while others are restored, so they come last and start empty.
LAST = ("audit_pending",)


def _known_migrations() -> dict[str, list[str]]:
    manager, out = BaseMigrationManager(), {}
    for app in Finder().get_sorted_app_names():
        modules = manager.get_migration_modules(manager.get_app_config(app).resolved_migrations_folder_path)
        out[app] = manager.get_migration_ids(modules)
    return out


def _refuse_newer(reader: Reader) -> None:
    known = _known_migrations()
    for app, names in reader.manifest.migrations.items():
        newer = [name for name in names if name not in known.get(app, [])]
        if newer:
            raise Refused(
                f"the backup is of a newer version ({reader.manifest.version}):"
                f" migration {newer[0]} of {app} is unknown here"
            )


async def _migrate_as(reader: Reader) -> None:
    """To the schema that the backup was taken of."""
    forget_readiness()
    async with db.lifespan():
        await migrate({app: max(names) for app, names in reader.manifest.migrations.items() if names})


def _sorted(reader: Reader, parents: dict[str, set[str]]) -> list[TableInfo]:
    """Parents before children."""
    waiting = {table.name: table for table in reader.manifest.tables if table.name not in LAST}
    out: list[TableInfo] = []
    while waiting:
        free = [name for name in waiting if not (parents.get(name, set()) - {name}) & waiting.keys()]
        if not free:
            raise Refused(f"tables refer to each other in a circle: {', '.join(sorted(waiting))}")
        out += [waiting.pop(name) for name in free]
    return out + [table for table in reader.manifest.tables if table.name in LAST]


def _columns(table: TableInfo, here: dict[str, TableInfo]) -> list[Any]:
    target = here.get(table.name)
    if target is None:
        raise Refused(f"the table {table.name} is unknown here")
    kinds = {column.name: column.kind for column in target.columns}
    unknown = [column.name for column in table.columns if column.name not in kinds]
    if unknown:
        raise Refused(f"the column {table.name}.{unknown[0]} is unknown here")
    return [kinds[column.name] for column in table.columns]


def _sqlite_is_empty() -> bool:
    path = sqlite_path()
    if not path.exists() or not path.stat().st_size:
        return True
    with closing(sqlite3.connect(path, timeout=30)) as connection:
        return not any(
            connection.execute(f'SELECT 1 FROM "{table.name}" LIMIT 1').fetchone()  # noqa: S608
            for table in sqlite_tables(connection)
        )


def _into_sqlite(reader: Reader, progress: Progress) -> None:
    with closing(sqlite3.connect(sqlite_path(), isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = 0")
        connection.execute("BEGIN IMMEDIATE")
        here = {table.name: table for table in sqlite_tables(connection)}
        for table in _sorted(reader, {}):
            converters = [TO_SQLITE[kind] for kind in _columns(table, here)]
            names = ", ".join(f'"{column.name}"' for column in table.columns)
            marks = ", ".join("?" * len(table.columns))
            connection.execute(f'DELETE FROM "{table.name}"')  # noqa: S608
            connection.executemany(
                f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})',  # noqa: S608
                (
                    [None if v is None else convert(v) for convert, v in zip(converters, row, strict=True)]
                    for row in reader.rows(table)
                ),
            )
            _count(table, connection.execute(f'SELECT COUNT(*) FROM "{table.name}"').fetchone()[0])  # noqa: S608
            progress(table.name, table.rows)
        if broken := connection.execute("PRAGMA foreign_key_check").fetchone():
            raise Refused(f"a row of {broken[0]} refers to one that is not in the backup")
        connection.execute("COMMIT")


def _count(table: TableInfo, counted: int) -> None:
    if counted != table.rows:
        raise Refused(f"{table.name} has {counted} rows after restoring, the backup says {table.rows}")


_PARENTS = (
    "SELECT c.conrelid::regclass::text, c.confrelid::regclass::text FROM pg_constraint c"
    " JOIN pg_namespace n ON n.oid = c.connamespace WHERE c.contype = 'f' AND n.nspname = 'public'"
)


async def _into_postgres(reader: Reader, progress: Progress) -> None:
    connection = await asyncpg.connect(settings().database)
    try:
        async with connection.transaction():
            here = {table.name: table for table in await postgres_tables(connection)}
            parents: dict[str, set[str]] = {}
            for child, parent in await connection.fetch(_PARENTS):
                parents.setdefault(child.strip('"'), set()).add(parent.strip('"'))
            for table in _sorted(reader, parents):
                converters = [TO_POSTGRES[kind] for kind in _columns(table, here)]
                if table.name in LAST:
                    await connection.execute(f'DELETE FROM "{table.name}"')  # noqa: S608
                await connection.copy_records_to_table(
                    table.name,
                    columns=[column.name for column in table.columns],
                    records=_records(reader, table, converters),
                )
                _count(table, await connection.fetchval(f'SELECT COUNT(*) FROM "{table.name}"'))  # noqa: S608
                progress(table.name, table.rows)
            for name, column, sequence in await connection.fetch(SEQUENCES):
                top = await connection.fetchval(f'SELECT MAX("{column}") FROM "{name}"') or 0  # noqa: S608
                top = max(top, reader.manifest.sequences.get(f"{name}.{column}", 0))
                if top:
                    await connection.execute("SELECT setval($1::text::regclass, $2)", sequence, top)
    finally:
        await connection.close()


def _records(reader: Reader, table: TableInfo, converters: list[Any]) -> Iterator[tuple[Any, ...]]:
    for row in reader.rows(table):
        yield tuple(None if v is None else convert(v) for convert, v in zip(converters, row, strict=True))


class Aside:
    """What stood here before, kept under another name: a file beside SQLite's, a schema in PostgreSQL."""

    def __init__(self, now: datetime) -> None:
        self.name = f"before_restore_{now:%Y%m%d_%H%M%S}"
        self.empty = True
        self._path = sqlite_path()

    async def look(self) -> None:
        if settings().is_sqlite:
            self.empty = _sqlite_is_empty()
            return
        connection = await asyncpg.connect(settings().database)
        try:
            for table in await postgres_tables(connection):
                if await connection.fetchval(f'SELECT 1 FROM "{table.name}" LIMIT 1'):  # noqa: S608
                    self.empty = False
        finally:
            await connection.close()

    def _files(self) -> list[Path]:
        return [self._path.with_name(self._path.name + end) for end in ("", "-wal", "-shm")]

    def _aside(self, path: Path) -> Path:
        return path.with_name(f"{self.name}.{path.name}")

    async def _run(self, *statements: str) -> None:
        connection = await asyncpg.connect(settings().database)
        try:
            async with connection.transaction():
                for statement in statements:
                    await connection.execute(statement)
        finally:
            await connection.close()

    async def put(self) -> None:
        if settings().is_sqlite:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            for path in self._files():
                if path.exists():
                    path.rename(self._aside(path))
            return
        await self._run(f"ALTER SCHEMA public RENAME TO {self.name}", "CREATE SCHEMA public")

    async def back(self) -> None:
        if settings().is_sqlite:
            for path in self._files():
                path.unlink(missing_ok=True)
                if self._aside(path).exists():
                    self._aside(path).rename(path)
            return
        await self._run("DROP SCHEMA public CASCADE", f"ALTER SCHEMA {self.name} RENAME TO public")

    async def forget(self) -> None:
        if settings().is_sqlite:
            for path in self._files():
                self._aside(path).unlink(missing_ok=True)
            return
        await self._run(f"DROP SCHEMA {self.name} CASCADE")


async def restore(
    path: Path, *, force: bool = False, progress: Progress = lambda _name, _rows: None
) -> tuple[list[Finding], str]:
    """Answers what the ledger's check found, and where the old data were set aside (empty: there were none).

    The server must not run meanwhile. An older schema is restored as it was and then migrated.
    """
    with Reader(path) as reader:
        reader.check()
        _refuse_newer(reader)
        aside = Aside(clock.now())
        await aside.look()
        if not aside.empty and not force:
            raise Refused("there are data here already; --force sets them aside and restores")
        await aside.put()
        try:
            await _migrate_as(reader)
            if settings().is_sqlite:
                _into_sqlite(reader, progress)
            else:
                await _into_postgres(reader, progress)
            async with db.lifespan():
                await migrate()
        except BaseException:
            await aside.back()
            raise
        if aside.empty:
            await aside.forget()
        for file in reader.manifest.files:
            reader.extract(file, settings().data_dir)
        if reader.manifest.with_secrets and reader.secrets().secret_key != whole_secret():
            bring_back(reader.secrets().secret_key, aside.name)
    async with db.lifespan():
        findings = [finding async for finding in Walk().findings()]
    return findings, "" if aside.empty else aside.name
