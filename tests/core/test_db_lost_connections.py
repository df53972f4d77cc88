"""The server ends its connections (a restart, an administrator): for a moment that is busy, and never a failure."""

import asyncio
import os
import subprocess
import sys

import pytest

from core.accounts.tables import Account
from core.config import settings
from core.db import Busy, transaction

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(os.environ.get("YINBO_TEST_DATABASE") != "postgres", reason="PostgreSQL only"),
]

END_ALL = """
import asyncio, asyncpg, sys
async def main():
    connection = await asyncpg.connect(sys.argv[1])
    await connection.fetch("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                           "WHERE datname = current_database() AND pid <> pg_backend_pid()")
    await connection.close()
asyncio.run(main())
"""


async def read() -> str:
    try:
        await Account.count()
    except Busy:
        return "busy"
    return "fine"


async def write() -> str:
    try:
        async with transaction():
            await Account.update({Account.name: Account.name}).where(Account.id == 0)
    except Busy:
        return "busy"
    return "fine"


@pytest.mark.usefixtures("opened")
async def test_connections_that_the_server_ended_in_the_pool_are_busy_once_and_then_replaced() -> None:
    for _ in range(3):
        await asyncio.gather(*(read() for _ in range(10)))
        # The loop shall stand still meanwhile: then the ends are first read together with the next statements.
        subprocess.run([sys.executable, "-c", END_ALL, settings().database_url], check=True)  # noqa: ASYNC221
        for _ in range(3):
            assert {*await asyncio.gather(*(read() for _ in range(5)), *(write() for _ in range(5)))} <= {
                "busy",
                "fine",
            }
        assert await read() == "fine"
