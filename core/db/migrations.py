"""Bringing the database to what this version of the program needs, once, whoever else starts at the same time.

Piccolo writes its own ``migration`` row outside the migration's transaction and takes no lock. Here all that is
pending stands in one transaction with its rows, under a lock held by the process that migrates.

PostgreSQL only: the lock is an advisory one, because it ends with its connection even after ``kill -9``;
CockroachDB has none and would migrate from one process (`yinbo migrate` before the servers start).
"""

import asyncio
import contextlib
import fcntl
import io
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.apps.migrations.commands.base import BaseMigrationManager
from piccolo.apps.migrations.commands.forwards import ForwardsMigrationManager
from piccolo.apps.migrations.tables import Migration
from piccolo.conf.apps import Finder
from piccolo.querystring import QueryString

from core.db.door import engine
from core.db.errors import Busy
from core.db.sqlite import SqliteDoor

#: "yinbo" in ASCII: the key of the advisory lock.
LOCK_KEY = 0x79696E626F


async def raw(sql: str) -> None:
    """One statement, inside the migration's transaction. Only what SQLite, PostgreSQL and CockroachDB share."""
    await engine().run_querystring(QueryString(sql))


def add_indexes(manager: MigrationManager, indexes: Mapping[str, str]) -> None:
    """By their names: ``INDEX ON badge (edition)``, ``UNIQUE INDEX ON …``. Backwards they go."""

    async def run() -> None:
        for name, what in indexes.items():
            await raw(f"CREATE {what.replace(' ON', f' {name} ON', 1)}")

    async def undo() -> None:
        for name in indexes:
            await raw(f"DROP INDEX {name}")

    manager.add_raw(run)
    manager.add_raw_backwards(undo)


class Pending(msgspec.Struct, frozen=True):
    """``missing``: what this program has and the database hasn't; ``unknown``: the other way round."""

    missing: tuple[str, ...]
    unknown: tuple[str, ...]


def _known() -> set[tuple[str, str]]:
    manager = BaseMigrationManager()
    found: set[tuple[str, str]] = set()
    for module in Finder().get_app_modules():
        config = module.APP_CONFIG
        modules = manager.get_migration_modules(config.resolved_migrations_folder_path)
        found |= {(config.app_name, key) for key in modules}
    return found


async def _has_history() -> bool:
    """Piccolo's own check looks into every schema, also one that a restore set aside."""
    if engine().engine_type == "sqlite":
        return await Migration.table_exists()
    rows = await engine().run_querystring(QueryString("SELECT to_regclass('migration') IS NOT NULL AS found"))
    return bool(rows[0]["found"])


async def pending() -> Pending:
    done: set[tuple[str, str]] = set()
    if await _has_history():
        rows = await Migration.select(Migration.app_name, Migration.name)
        done = {(row["app_name"], row["name"]) for row in rows}
    known = await asyncio.to_thread(_known)

    def names(keys: set[tuple[str, str]]) -> tuple[str, ...]:
        return tuple(f"{app} {key}" for app, key in sorted(keys))

    return Pending(missing=names(known - done), unknown=names(done - known))


_ready = False


async def readiness() -> str:
    """Empty when the database answers and its tables are right; else the reason, in English, for operators."""
    global _ready
    if _ready:
        try:
            await engine().run_querystring(QueryString("SELECT 1"))
        except Busy:
            return "the database does not answer"
        return ""
    try:
        state = await pending()
    except Busy:
        return "the database does not answer"
    if state.missing:
        return f"the database needs {len(state.missing)} migration(s): run `yinbo migrate`"
    if state.unknown:
        return "the database was migrated by a newer version of this program: start that version"
    _ready = True
    return ""


def forget_readiness() -> None:
    """For a database that changed under this process: a restore, a test."""
    global _ready
    _ready = False


@contextlib.contextmanager
def _file_lock(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@asynccontextmanager
async def _alone() -> AsyncIterator[None]:
    door = engine()
    if isinstance(door, SqliteDoor):
        lock = _file_lock(Path(door.path + ".migrating"))
        await asyncio.to_thread(lock.__enter__)
        try:
            yield
        finally:
            lock.__exit__(None, None, None)
        return
    connection = await door.get_new_connection()
    try:
        await connection.execute("SET lock_timeout = 0; SET statement_timeout = 0")
        await connection.execute(f"SELECT pg_advisory_lock({LOCK_KEY})")
        yield
    finally:
        await connection.close()


class MigrationFailed(RuntimeError):
    pass


async def migrate(upto: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Brings the database forward, all or nothing; answers what was missing.

    ``upto`` stops each app at that migration and leaves out the others: the schema of an older backup.

    :raises MigrationFailed: the database is newer than the program, or a step failed; nothing was changed.
    """
    async with _alone():
        state = await pending()
        if state.unknown:
            raise MigrationFailed("the database was migrated by a newer version of this program")
        if not state.missing:
            return ()
        async with engine().transaction():
            if engine().engine_type != "sqlite":
                await raw("SET LOCAL statement_timeout = 0")
            with contextlib.redirect_stdout(io.StringIO()):
                await Migration.create_table(if_not_exists=True)
                for app in Finder().get_sorted_app_names():
                    last = "all" if upto is None else upto.get(app)
                    if last is None:
                        continue
                    result = await ForwardsMigrationManager(app_name=app, migration_id=last).run()
                    if not result.success:
                        raise MigrationFailed(result.message or app)
    forget_readiness()
    return state.missing
