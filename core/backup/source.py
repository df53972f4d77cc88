"""Taking a backup while everything goes on.

SQLite: its online backup API copies the database as of one moment beside the file to be made, and the copy is read.
PostgreSQL: one REPEATABLE READ, READ ONLY transaction on a connection of its own, read through cursors.
"""

import importlib.metadata
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Literal

import asyncpg

from core import clock
from core.audit import heads
from core.backup.archive import Column, FileInfo, Manifest, Secrets, TableInfo, Writer, kind_of
from core.config import settings, whole_secret

#: Of the data folder.
KEPT = ("uploads",)
Progress = Callable[[str, int], None]


def sqlite_path() -> Path:
    return Path(settings().database.removeprefix("sqlite:///"))


def data_files() -> list[tuple[str, Path]]:
    """What belongs into a backup."""
    folder = settings().data_dir
    return [
        (path.relative_to(folder).as_posix(), path)
        for name in KEPT
        for path in sorted((folder / name).rglob("*"))
        if path.is_file()
    ]


def sqlite_tables(connection: sqlite3.Connection) -> list[TableInfo]:
    names = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
    ).fetchall()
    return [
        TableInfo(
            name,
            [Column(row[1], kind_of(row[2])) for row in connection.execute(f'PRAGMA table_info("{name}")')],
        )
        for (name,) in names
        if name != "migration"
    ]


async def postgres_tables(connection: Any) -> list[TableInfo]:
    rows = await connection.fetch(
        "SELECT t.table_name, c.column_name, c.data_type FROM information_schema.tables t"
        " JOIN information_schema.columns c USING (table_schema, table_name)"
        " WHERE t.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND t.table_name <> 'migration'"
        " ORDER BY t.table_name, c.ordinal_position"
    )
    found: dict[str, TableInfo] = {}
    for name, column, declared in rows:
        found.setdefault(name, TableInfo(name, [])).columns.append(Column(column, kind_of(declared)))
    return list(found.values())


def _manifest(database: Literal["sqlite", "postgres"], with_secrets: bool) -> Manifest:
    return Manifest(
        version=importlib.metadata.version("yinbo"),
        made_at=clock.now(),
        database=database,
        migrations={},
        tables=[],
        files=[],
        sequences={},
        head="",
        with_secrets=with_secrets,
    )


def _files(writer: Writer, progress: Progress) -> list[FileInfo]:
    kept: list[FileInfo] = []
    for name, path in data_files():
        progress(name, 0)
        kept.append(writer.file(name, path))
    return kept


def _migrations(rows: list[Any]) -> dict[str, list[str]]:
    out: dict[str, list[str]] = {}
    for app, name in rows:
        out.setdefault(app, []).append(name)
    return out


_MIGRATIONS = "SELECT app_name, name FROM migration ORDER BY id"
_HEAD = "SELECT position, hash FROM audit_head"


def _select(table: TableInfo) -> str:
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    return f'SELECT {columns} FROM "{table.name}" ORDER BY 1'  # noqa: S608


def _from_sqlite(writer: Writer, manifest: Manifest, near: Path, progress: Progress) -> None:
    with tempfile.TemporaryDirectory(prefix=".yinbo-backup-", dir=near) as folder:
        copy = Path(folder) / "copy.sqlite"
        uri = f"{sqlite_path().absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=30)) as live, closing(sqlite3.connect(copy)) as target:
            live.backup(target)
        with closing(sqlite3.connect(copy)) as connection:
            connection.execute("PRAGMA query_only = 1")
            manifest.migrations = _migrations(connection.execute(_MIGRATIONS).fetchall())
            if head := connection.execute(_HEAD).fetchone():
                manifest.head = f"{head[0]}:{head[1]}"
            for table in sqlite_tables(connection):
                progress(table.name, 0)
                with writer.table(table) as put:
                    for row in connection.execute(_select(table)):
                        put(row)
                manifest.tables.append(table)
                progress(table.name, table.rows)


async def _from_postgres(writer: Writer, manifest: Manifest, progress: Progress) -> None:
    connection = await asyncpg.connect(settings().database)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            manifest.migrations = _migrations(await connection.fetch(_MIGRATIONS))
            if head := await connection.fetchrow(_HEAD):
                manifest.head = f"{head[0]}:{head[1]}"
            for table in await postgres_tables(connection):
                progress(table.name, 0)
                with writer.table(table) as put:
                    async for row in connection.cursor(_select(table), prefetch=1000):
                        put(row)
                manifest.tables.append(table)
                progress(table.name, table.rows)
            for name, column, sequence in await connection.fetch(SEQUENCES):
                last = await connection.fetchrow(f"SELECT last_value, is_called FROM {sequence}")  # noqa: S608
                if last["is_called"]:
                    manifest.sequences[f"{name}.{column}"] = last["last_value"]
    finally:
        await connection.close()


#: Tables' columns with a sequence of their own.
# CASE: else the planner may ask for the sequences of the catalogue's own columns first, which is an error.
SEQUENCES = (
    "SELECT table_name, column_name, sequence FROM (SELECT table_name, column_name,"
    " CASE WHEN table_schema = 'public' AND table_name <> 'migration'"
    " THEN pg_get_serial_sequence(quote_ident(table_name), column_name) END AS sequence"
    " FROM information_schema.columns) AS columns WHERE sequence IS NOT NULL"
)


async def backup(path: Path, *, with_secrets: bool = False, progress: Progress = lambda _name, _rows: None) -> Manifest:
    """Writes the whole of this installation into one file, consistent while others write."""
    sqlite = settings().is_sqlite
    manifest = _manifest("sqlite" if sqlite else "postgres", with_secrets)
    # Before the rows: the chain of the backup must reach at least as far as the head that was kept.
    kept = heads.read()
    with Writer(path) as writer:
        if sqlite:
            _from_sqlite(writer, manifest, path.parent, progress)
        else:
            await _from_postgres(writer, manifest, progress)
        manifest.files = _files(writer, progress)  # after the rows: a row's file was written before it
        if kept is not None:
            manifest.files.append(writer.text(heads.head_file().name, f"{kept}\n"))
        if with_secrets:
            writer.secrets(Secrets(whole_secret()))
        writer.finish(manifest)
    return manifest
