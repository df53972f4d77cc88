"""PostgreSQL beside the test's own database: whether it answers, and databases for processes under test."""

import asyncio
import contextlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

from tests.conftest import POSTGRES


async def answers() -> bool:
    with contextlib.suppress(OSError, TimeoutError, asyncpg.PostgresError):
        await (await asyncpg.connect(POSTGRES, timeout=5)).close()
        return True
    return False


async def on_server(statement: str) -> None:
    connection = await asyncpg.connect(POSTGRES)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@contextmanager
def own_database(what: str) -> Iterator[str]:
    """The address of an empty one, gone at the end whoever is still connected."""
    name = f"yinbo_{what}_{secrets.token_hex(4)}"
    asyncio.run(on_server(f'CREATE DATABASE "{name}"'))
    try:
        yield POSTGRES.rpartition("/")[0] + "/" + name
    finally:
        asyncio.run(on_server(f'DROP DATABASE "{name}" WITH (FORCE)'))
