"""PostgreSQL's pool: whatever goes wrong, every connection comes back."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from core import db
from core.db import Busy, postgres, transaction
from core.db.postgres import PostgresDoor
from tests.conftest import BACKEND, POSTGRES
from tests.core.notes import Note, codes, noted, write

pytestmark = [pytest.mark.anyio, pytest.mark.skipif(BACKEND != "postgres", reason="about PostgreSQL")]

PATIENCE = 20.0


@pytest.fixture(autouse=True)
async def _notes(opened: None) -> AsyncIterator[None]:
    async with noted():
        yield


def door() -> PostgresDoor:
    found = db.engine()
    assert isinstance(found, PostgresDoor)
    return found


async def _all_are_free() -> bool:
    """As many as the pool may have can be taken at once."""
    turns: Any = door().turns
    async with asyncio.timeout(PATIENCE):
        taken = [await turns.take() for _ in range(postgres.POOL_SIZE)]
    for connection in taken:
        assert not connection.is_in_transaction()
        await turns.give_back(connection)
    return True


async def _end_backend(pid: int) -> None:
    connection = await asyncpg.connect(POSTGRES)
    try:
        await connection.execute("SELECT pg_terminate_backend($1, 5000)", pid)
    finally:
        await connection.close()


async def _pid() -> int:
    pid: int = (await door().run_ddl("SELECT pg_backend_pid() AS pid"))[0]["pid"]
    return pid


async def test_errors_and_departures_leave_the_pool_whole() -> None:
    async def fails(number: int) -> None:
        async with transaction():
            await Note.insert(Note(code="same"))
            await Note.insert(Note(code="same"))

    async def hangs(number: int) -> None:
        async with transaction():
            await door().run_ddl("SELECT pg_sleep(30)")

    tasks = [asyncio.create_task((fails, hangs)[number % 2](number)) for number in range(30)]
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED, timeout=PATIENCE)
    assert done
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert await _all_are_free()
    assert await codes() == []


async def test_a_lost_connection_is_a_503_and_the_next_one_works() -> None:
    for _ in range(postgres.POOL_SIZE + 2):
        with pytest.raises(Busy):
            async with transaction():
                await Note.insert(Note(code="lost"))
                await _end_backend(await _pid())
                await Note.insert(Note(code="more"))
    assert await _all_are_free()
    await write("next")
    assert await codes() == ["next"]


async def test_connections_lost_while_idle_are_replaced_or_refused_clearly() -> None:
    await asyncio.gather(*(write(f"{number}") for number in range(20)))
    connection = await asyncpg.connect(POSTGRES)
    try:
        await connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = $1 AND application_name = 'yinbo'",
            (await door().run_ddl("SELECT current_database() AS name"))[0]["name"],
        )
    finally:
        await connection.close()
    results = await asyncio.gather(*(Note.count().run() for _ in range(20)), return_exceptions=True)
    assert {type(result) for result in results} <= {int, Busy}
    assert await _all_are_free()
    assert await Note.count() == 20


async def test_a_used_up_pool_refuses_instead_of_hanging(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "ACQUIRE_SECONDS", 0.2)
    turns: Any = door().turns
    taken = [await turns.take() for _ in range(postgres.POOL_SIZE)]
    try:
        with pytest.raises(Busy):
            await write("a")
        with pytest.raises(Busy):
            await codes()
    finally:
        for connection in taken:
            await turns.give_back(connection)
    await write("b")
    assert await codes() == ["b"]


async def test_whoever_waits_for_a_connection_is_not_overtaken() -> None:
    turns: Any = door().turns
    taken = [await turns.take() for _ in range(postgres.POOL_SIZE)]
    served: list[str] = []

    async def wants(name: str) -> None:
        connection = await turns.take()
        served.append(name)
        await turns.give_back(connection)

    first = asyncio.create_task(wants("first"))
    await asyncio.sleep(0)
    await turns.give_back(taken.pop())
    await asyncio.gather(wants("second"), first)
    assert served == ["first", "second"]
    for connection in taken:
        await turns.give_back(connection)


async def test_a_connection_handed_to_somebody_who_just_left_goes_on_to_the_next() -> None:
    turns: Any = door().turns
    taken = [await turns.take() for _ in range(postgres.POOL_SIZE)]
    leaves, stays = (asyncio.create_task(turns.take()) for _ in range(2))
    await asyncio.sleep(0)
    mine = taken.pop()
    await turns.give_back(mine, clean=True)
    leaves.cancel()
    assert await stays is mine
    with pytest.raises(asyncio.CancelledError):
        await leaves
    for connection in (*taken, mine):
        await turns.give_back(connection, clean=True)
    assert await _all_are_free()


async def test_a_row_locked_for_too_long_is_a_503() -> None:
    await write("row")
    locked, enough = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with transaction():
            await Note.update({Note.amount: 1}).where(Note.code == "row")
            locked.set()
            await enough.wait()

    task = asyncio.create_task(hold())
    await locked.wait()
    with pytest.raises(Busy):
        async with transaction():
            await door().run_ddl("SET LOCAL lock_timeout = 100")
            await Note.update({Note.amount: 2}).where(Note.code == "row")
    enough.set()
    await task
    assert await Note.select(Note.amount).output(as_list=True) == [1]


async def test_of_two_that_wait_for_each_other_one_is_told_to_try_again() -> None:
    await write("a")
    await write("b")
    both = asyncio.Barrier(2)

    async def cross(first: str, second: str) -> None:
        async with transaction():
            await Note.update({Note.amount: 1}).where(Note.code == first)
            await both.wait()
            await Note.update({Note.amount: 2}).where(Note.code == second)

    results = await asyncio.gather(cross("a", "b"), cross("b", "a"), return_exceptions=True)
    assert {type(result) for result in results} == {type(None), Busy}


async def test_every_connection_has_its_limits() -> None:
    names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "timezone")
    values = [(await door().run_ddl(f"SELECT current_setting('{name}') AS value"))[0]["value"] for name in names]
    assert values == ["30s", "10s", "30s", "UTC"]


async def test_a_transaction_without_statements_takes_no_connection() -> None:
    turns: Any = door().turns
    taken = [await turns.take() for _ in range(postgres.POOL_SIZE)]
    try:
        async with asyncio.timeout(1), transaction():
            pass
    finally:
        for connection in taken:
            await turns.give_back(connection)


async def test_a_server_that_is_not_there_is_a_503() -> None:
    away = PostgresDoor("postgresql://postgres@127.0.0.1:1/none")
    with pytest.raises(Busy):
        await away.run_ddl("SELECT 1")


async def test_parameters_of_the_address_are_honoured() -> None:
    away = PostgresDoor(POSTGRES + ("&" if "?" in POSTGRES else "?") + "sslmode=require")
    try:
        rows = await away.run_ddl("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
    except Busy:
        return  # this server has no TLS, and the program does not go on without
    assert rows[0]["ssl"] is True
