"""What the product is measured against: Litestar with nothing around it.

``YINBO_BENCH_SQLITE`` and ``YINBO_BENCH_POSTGRES`` name the databases.
"""

import asyncio
import os
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from queue import Empty, SimpleQueue
from typing import Any

import asyncpg
import msgspec
from litestar import Litestar, get, post


class Note(msgspec.Struct):
    code: str
    amount: int


INSERT = "INSERT INTO bare_note (code, amount) VALUES ({}, {}) RETURNING id"


class Writer:
    """One thread; whatever has queued up goes into one durable commit."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.queue: SimpleQueue[tuple[asyncio.Future[int], Note] | None] = SimpleQueue()
        self.loop = asyncio.get_running_loop()
        self.thread = threading.Thread(target=self.main)
        self.thread.start()

    def main(self) -> None:
        connection = sqlite3.connect(self.path, isolation_level=None, timeout=10)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("CREATE TABLE IF NOT EXISTS bare_note (id INTEGER PRIMARY KEY, code TEXT, amount INTEGER)")
        statement = INSERT.format("?", "?")
        stop = False
        while not stop and (item := self.queue.get()) is not None:
            group = [item]
            while len(group) < 256:
                try:
                    more = self.queue.get_nowait()
                except Empty:
                    break
                if more is None:
                    stop = True
                    break
                group.append(more)
            connection.execute("BEGIN IMMEDIATE")
            done = [
                (future, connection.execute(statement, (note.code, note.amount)).fetchone()[0])
                for future, note in group
            ]
            connection.execute("COMMIT")
            self.loop.call_soon_threadsafe(self.answer, done)
        connection.close()

    @staticmethod
    def answer(done: list[tuple["asyncio.Future[int]", int]]) -> None:
        for future, made in done:
            if not future.done():
                future.set_result(made)

    async def insert(self, note: Note) -> int:
        future: asyncio.Future[int] = self.loop.create_future()
        self.queue.put((future, note))
        return await future


writer: Writer
pool: Any = None


@asynccontextmanager
async def lifespan(_app: Litestar) -> AsyncIterator[None]:
    global writer, pool
    writer = Writer(os.environ["YINBO_BENCH_SQLITE"])
    address = os.environ.get("YINBO_BENCH_POSTGRES")
    if address:
        pool = await asyncpg.create_pool(address, min_size=10, max_size=10)
        await pool.execute("CREATE TABLE IF NOT EXISTS bare_note (id SERIAL PRIMARY KEY, code TEXT, amount BIGINT)")
    yield
    writer.queue.put(None)
    await asyncio.to_thread(writer.thread.join)
    if pool is not None:
        await pool.close()


@get("/static")
async def static() -> dict[str, str]:
    return {"status": "ok"}


@post("/sqlite")
async def sqlite(data: Note) -> dict[str, int]:
    return {"id": await writer.insert(data)}


@post("/postgres")
async def postgres(data: Note) -> dict[str, int]:
    return {"id": await pool.fetchval(INSERT.format("$1", "$2"), data.code, data.amount)}


def create_app() -> Litestar:
    return Litestar([static, sqlite, postgres], lifespan=[lifespan], openapi_config=None)
