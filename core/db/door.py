"""A first door: one lock, IMMEDIATE transactions."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any
from urllib.parse import unquote, urlsplit

from piccolo.engine import engine_finder
from piccolo.engine.base import Engine
from piccolo.engine.postgres import PostgresEngine
from piccolo.engine.sqlite import SQLiteEngine, TransactionType

from core.config import Settings

_hooks: ContextVar[list[Callable[[], None]] | None] = ContextVar("after_commit", default=None)
_locks: dict[int, asyncio.Lock] = {}


def make_engine(settings: Settings) -> Engine[Any]:
    url = settings.database
    if settings.is_sqlite:
        path = url.removeprefix("sqlite:///")
        return SQLiteEngine(path=path)
    parts = urlsplit(url)
    return PostgresEngine(
        config={
            "host": parts.hostname or "127.0.0.1",
            "port": parts.port or 5432,
            "user": unquote(parts.username or "postgres"),
            "password": unquote(parts.password or ""),
            "database": parts.path.lstrip("/"),
        }
    )


def engine() -> Engine[Any]:
    found = engine_finder()
    assert found is not None
    return found


@asynccontextmanager
async def lifespan() -> AsyncIterator[None]:
    """Opens pools and threads; leaving it drains the writer."""
    db = engine()
    if isinstance(db, PostgresEngine):
        await db.start_connection_pool()
    try:
        yield
    finally:
        if isinstance(db, PostgresEngine):
            await db.close_connection_pool()


@asynccontextmanager
async def transaction() -> AsyncIterator[None]:
    """Commits durably when the block ends; nothing of it stays if the block raises.

    Nested use joins the outer transaction; an error inside dooms the whole. No network, no hashing, no
    rendering inside: others wait for the writer.
    """
    if _hooks.get() is not None:
        yield
        return
    db = engine()
    hooks: list[Callable[[], None]] = []
    token = _hooks.set(hooks)
    try:
        if isinstance(db, SQLiteEngine):
            lock = _locks.setdefault(id(asyncio.get_running_loop()), asyncio.Lock())
            async with lock, db.transaction(transaction_type=TransactionType.immediate):
                yield
        else:
            async with db.transaction():
                yield
    finally:
        _hooks.reset(token)
    for hook in hooks:
        hook()


def after_commit(hook: Callable[[], None]) -> None:
    """Runs ``hook`` once the surrounding transaction is durable; never if it is rolled back."""
    hooks = _hooks.get()
    if hooks is None:
        raise RuntimeError("after_commit needs a transaction around it")
    hooks.append(hook)
