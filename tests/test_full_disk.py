"""A disk without room: a refusal of its own, nothing half kept, reading goes on, and all is well once there is room."""

import errno
import os
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from litestar import get

from core import db
from core.db.migrations import raw
from gateway.access import PUBLIC
from tests.expo import an_edition
from tests.firms import application, credit_code
from tests.gateway.small import small
from tests.portal.test_register import filled

pytestmark = pytest.mark.anyio


def _cap(connection: sqlite3.Connection, spare: int) -> None:
    pages = connection.execute("PRAGMA page_count").fetchone()["page_count"]
    connection.execute(f"PRAGMA max_page_count = {pages + spare}")


async def _never(_connection: Any, _spare: int) -> None: ...


@asynccontextmanager
async def no_room() -> AsyncIterator[None]:
    """SQLite may not grow; PostgreSQL's server answers as it does when a file can't be extended."""
    if db.engine().engine_type == "sqlite":
        cap = db.WriteJob(sqlite=_cap, postgres=_never)
        await db.run_job(cap, 0)
        yield
        await db.run_job(cap, 2**30)
        return
    await raw(
        "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION"
        " 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$"
    )
    await raw("CREATE TRIGGER no_room BEFORE INSERT ON exhibitor EXECUTE FUNCTION no_room()")
    try:
        yield
    finally:
        await raw("DROP FUNCTION no_room CASCADE")


async def refused(send: Callable[[int], Awaitable[httpx.Response]], *, done: int) -> tuple[int, httpx.Response]:
    """Sends until there is no room: free space inside a file takes a few more. Answers which was the first refused."""
    for n in range(1, 500):
        answer = await send(n)
        if answer.status_code != done:
            return n, answer
    raise AssertionError("it never got full")


async def test_a_full_disk_is_said_as_such_and_nothing_is_kept(client: httpx.AsyncClient) -> None:
    async def register(n: int, language: str = "en") -> httpx.Response:
        firm = application(n, intro="示例" * 200)
        return await client.post("/api/v1/exhibitors", json=firm, headers={"accept-language": language})

    await an_edition()
    async with no_room():
        n, said = await refused(register, done=201)
        assert (said.status_code, said.headers["content-type"]) == (503, "application/problem+json")
        assert (said.json()["code"], said.headers["retry-after"]) == ("storage_full", "60")
        assert said.json()["title"].startswith("There is no room left")
        assert (await register(n, "zh-CN")).json()["title"].startswith("存储空间已满")
        assert (await client.get("/api/v1/edition")).status_code == 200
        assert (await client.get("/")).status_code == 200
    assert [(await register(one)).status_code for one in (n, n + 1)] == [201, 201]


async def test_a_person_gets_a_page_that_says_so(client: httpx.AsyncClient) -> None:
    async def register(n: int) -> httpx.Response:
        form = await filled(client, credit_code=credit_code(n), intro="示例" * 200)
        return await client.post("/register", data=form)

    await an_edition()
    async with no_room():
        _, said = await refused(register, done=303)
    assert (said.status_code, said.headers["content-type"]) == (503, "text/html; charset=utf-8")
    assert "存储空间已满" in said.text


@get("/api/v1/upload", opt=PUBLIC)
async def upload() -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


async def test_a_file_that_found_no_room_is_told_the_same_way(database: None) -> None:
    async with small(upload) as client:
        answer = await client.get("/api/v1/upload")
        assert (answer.status_code, answer.json()["code"]) == (503, "storage_full")
