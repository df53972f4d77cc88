"""What the product is measured against: Litestar with nothing around it.

``YINBO_BENCH_SQLITE`` and ``YINBO_BENCH_POSTGRES`` name the databases.
"""

import asyncio
import os
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from queue import Empty, SimpleQueue
from typing import Any

import asyncpg
import msgspec
from litestar import Litestar, get, post


class Note(msgspec.Struct):
    code: str
    amount: int


class Scan(msgspec.Struct):
    code: str
    checkpoint: str
    nonce: str


Work = Callable[[sqlite3.Connection], Any]

NOTE_TABLE = "CREATE TABLE IF NOT EXISTS bare_note (id INTEGER PRIMARY KEY, code TEXT, amount INTEGER);"
#: The look-up, the insert and the update of a scan, and nothing more.
SCAN_TABLES = """
CREATE TABLE IF NOT EXISTS bare_badge (id INTEGER PRIMARY KEY, code TEXT UNIQUE, kind TEXT, status TEXT, holder TEXT);
CREATE TABLE IF NOT EXISTS bare_presence (area TEXT, badge INTEGER, first_at TEXT, inside INTEGER,
  PRIMARY KEY (area, badge));
CREATE TABLE IF NOT EXISTS bare_scan (id INTEGER PRIMARY KEY, nonce TEXT UNIQUE, checkpoint TEXT, badge INTEGER,
  at TEXT, verdict TEXT);
"""
BADGE = "SELECT id, holder FROM bare_badge WHERE code = ? AND status = 'active'"
CLAIM = (
    "INSERT INTO bare_presence (area, badge, first_at, inside) VALUES (?, ?, ?, 1)"
    " ON CONFLICT (area, badge) DO UPDATE SET inside = 1 WHERE inside = 0 RETURNING badge"
)
KEEP = "INSERT INTO bare_scan (nonce, checkpoint, badge, at, verdict) VALUES (?, ?, ?, ?, ?)"
ONE_STATEMENT = """
WITH b AS (SELECT id, holder FROM bare_badge WHERE code = $1 AND status = 'active'), claim AS (
  INSERT INTO bare_presence AS p (area, badge, first_at, inside) SELECT $2, b.id, $3, 1 FROM b
  ON CONFLICT (area, badge) DO UPDATE SET inside = 1 WHERE p.inside = 0 RETURNING badge
), made AS (
  INSERT INTO bare_scan (nonce, checkpoint, badge, at, verdict)
  SELECT $4, $2, badge, $3, 'admitted' FROM claim RETURNING id
)
SELECT b.holder FROM b, made
"""
INSERT = "INSERT INTO bare_note (code, amount) VALUES ({}, {}) RETURNING id"


class Writer:
    """One thread; whatever has queued up goes into one durable commit."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.queue: SimpleQueue[tuple[asyncio.Future[Any], Work] | None] = SimpleQueue()
        self.loop = asyncio.get_running_loop()
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript(NOTE_TABLE + SCAN_TABLES)
        self.thread = threading.Thread(target=self.main)
        self.thread.start()

    def main(self) -> None:
        connection = sqlite3.connect(self.path, isolation_level=None, timeout=10)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
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
            done = [(future, work(connection)) for future, work in group]
            connection.execute("COMMIT")
            self.loop.call_soon_threadsafe(self.answer, done)
        connection.close()

    @staticmethod
    def answer(done: list[tuple["asyncio.Future[Any]", Any]]) -> None:
        for future, made in done:
            if not future.done():
                future.set_result(made)

    async def run(self, work: Work) -> Any:
        future: asyncio.Future[Any] = self.loop.create_future()
        self.queue.put((future, work))
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
        await pool.execute(SCAN_TABLES.replace("id INTEGER", "id SERIAL"))
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
    def work(connection: sqlite3.Connection) -> Any:
        return connection.execute(INSERT.format("?", "?"), (data.code, data.amount)).fetchone()[0]

    return {"id": await writer.run(work)}


@post("/scan/sqlite")
async def scan_sqlite(data: Scan) -> dict[str, str]:
    at = datetime.now(UTC).isoformat()

    def work(connection: sqlite3.Connection) -> tuple[str, str]:
        badge = connection.execute(BADGE, (data.code,)).fetchone()
        if badge is None:
            return "refused", ""
        claimed = connection.execute(CLAIM, (data.checkpoint, badge[0], at)).fetchone()
        verdict = "refused" if claimed is None else "admitted"
        connection.execute(KEEP, (data.nonce, data.checkpoint, badge[0], at, verdict))
        return verdict, badge[1]

    verdict, holder = await writer.run(work)
    return {"nonce": data.nonce, "verdict": verdict, "holder": holder}


@post("/scan/postgres")
async def scan_postgres(data: Scan) -> dict[str, str]:
    holder = await pool.fetchval(ONE_STATEMENT, data.code, data.checkpoint, datetime.now(UTC).isoformat(), data.nonce)
    return {"nonce": data.nonce, "verdict": "refused" if holder is None else "admitted", "holder": holder or ""}


@post("/postgres")
async def postgres(data: Note) -> dict[str, int]:
    return {"id": await pool.fetchval(INSERT.format("$1", "$2"), data.code, data.amount)}


def create_app() -> Litestar:
    return Litestar([static, sqlite, postgres, scan_sqlite, scan_postgres], lifespan=[lifespan], openapi_config=None)
