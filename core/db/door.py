"""One door to a write, whatever the database behind it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

from piccolo.engine import engine_finder
from piccolo.query.methods.insert import Insert

from core.config import Settings
from core.db.errors import TransactionMisuse
from core.db.jobs import P, R, ReadJob, WriteJob
from core.db.postgres import PostgresDoor
from core.db.sqlite import HOLD_SECONDS, SqliteDoor
from core.db.transactions import DoorTransaction, Hook, live

Door = SqliteDoor | PostgresDoor


def make_engine(settings: Settings) -> Door:
    url = settings.database
    if url.startswith("sqlite"):
        return SqliteDoor(url.removeprefix("sqlite:///"))
    return PostgresDoor(url)


@cache
def engine() -> Door:
    found = engine_finder()
    assert isinstance(found, SqliteDoor | PostgresDoor)
    return found


@asynccontextmanager
async def lifespan() -> AsyncIterator[None]:
    """Opens the pool; leaving it drains the writer and closes every connection."""
    door = engine()
    await door.start_connection_pool()
    try:
        yield
    finally:
        await door.close_connection_pool()


def transaction(*, savepoint: bool = False, seconds: float | None = HOLD_SECONDS) -> DoorTransaction:
    """Commits durably when the block ends; nothing of it stays if the block raises::

        async with transaction():
            await Booth.insert(Booth(code="A-101"))

    Nested use joins the outer one, and an error inside dooms the whole even when it is swallowed;
    ``savepoint=True`` undoes just the nested block. No network, no hashing, no rendering inside: on SQLite the
    others wait, and whoever holds the writer for ten seconds is rolled back. ``seconds=None`` holds it as long as it
    takes, where nobody waits: the demo is loaded before the first visitor comes.

    :raises Busy: 503, when the database is gone, locked or overloaded.
    """
    return engine().transaction(savepoint=savepoint, seconds=seconds)


def after_commit(hook: Hook) -> None:
    """Runs ``hook`` once the surrounding transaction is durable; never if it is rolled back."""
    open_here = live(engine().current_transaction)
    if open_here is None:
        raise TransactionMisuse("after_commit needs a transaction around it")
    open_here.hooks.append(hook)


async def insert_together(*inserts: Insert[Any]) -> None:
    """Inside a transaction: inserts whose ids nobody needs, in their order, with one way to the writer and back."""
    door = engine()
    open_here = live(door.current_transaction)
    if open_here is None:
        raise TransactionMisuse("insert_together needs a transaction around it")
    compiled = [one.compile_string(engine_type=door.engine_type) for made in inserts for one in made.querystrings]
    await open_here.statements(compiled)


async def run_job(job: WriteJob[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Prepared work inside the shared commit (SQLite) or as one statement (PostgreSQL); durable when it returns."""
    return await engine().run_job(job, *args, **kwargs)


async def run_read(job: ReadJob[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """A prepared read, without the way through the query builder."""
    return await engine().run_read(job, *args, **kwargs)
