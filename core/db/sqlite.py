"""Piccolo's engine for SQLite over :mod:`core.db.sqlite_threads`."""

import asyncio
import re
import sqlite3
from contextvars import ContextVar
from typing import Any

from piccolo.engine.base import BaseBatch
from piccolo.engine.sqlite import SQLiteEngine, TransactionType
from piccolo.query.base import Query
from piccolo.querystring import QueryString

from core.db import counting
from core.db.errors import Busy
from core.db.jobs import P, R, ReadJob, WriteJob
from core.db.sqlite_threads import Job, Readers, Turn, Work, Writer, is_busy
from core.db.transactions import DoorTransaction, live

#: Seconds that a transaction may hold the writer, and that one waits for its turn.
HOLD_SECONDS = 10.0
WAIT_SECONDS = 30.0

_READS = re.compile(r"\s*(SELECT|PRAGMA|EXPLAIN|VALUES)\b", re.IGNORECASE)
_WRITES_INSIDE = re.compile(r"\b(INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)
_WITH = re.compile(r"\s*WITH\b", re.IGNORECASE)


def reads_only(query: str) -> bool:
    if _WITH.match(query):
        return _WRITES_INSIDE.search(query) is None
    return _READS.match(query) is not None


def _fetch(query: str, args: list[Any]) -> Work:
    def work(connection: sqlite3.Connection) -> list[Any]:
        cursor = connection.cursor()
        cursor.row_factory = None
        try:
            cursor.execute(query, args)
            rows = cursor.fetchall()
            if not rows:
                return []
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in rows]
        finally:
            cursor.close()

    return work


class SqliteTransaction(DoorTransaction):
    __slots__ = ("_seconds", "_turn")

    engine: "SqliteDoor"

    def __init__(
        self,
        engine: "SqliteDoor",
        current: ContextVar[Any],
        *,
        savepoint: bool = False,
        seconds: float | None = HOLD_SECONDS,
    ) -> None:
        super().__init__(engine, current, savepoint=savepoint)
        self._turn: Turn | None = None
        self._seconds = seconds

    async def work(self, work: Work) -> Any:
        """Runs ``work`` on the writer's thread inside this transaction."""
        self.check()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        turn = self._turn
        try:
            if turn is None:
                outcome: asyncio.Future[Any] = loop.create_future()
                turn = self._turn = Turn(outcome, self._seconds)
                turn.put(work, future)
                self.engine.writer.submit(turn)
                try:
                    async with asyncio.timeout(WAIT_SECONDS):
                        return await future
                except TimeoutError as error:
                    raise Busy from error
            turn.put(work, future)
            return await future
        except BaseException as error:
            self.doomed = self.doomed or error
            raise

    async def statement(self, query: str, args: list[Any]) -> list[Any]:
        counting.note(query)
        result: list[Any] = await self.work(_fetch(query, args))
        return result

    async def statements(self, several: list[tuple[str, list[Any]]]) -> None:
        """With one way to the writer's thread and back, which costs more than a small insert."""
        for query, _ in several:
            counting.note(query)

        def work(connection: sqlite3.Connection) -> None:
            for query, args in several:
                connection.execute(query, args).close()

        await self.work(work)

    async def _mark(self, name: str) -> None:
        await self.work(_fetch(f"SAVEPOINT {name}", []))

    async def _undo_to(self, name: str) -> None:
        self.doomed = None
        await self.work(_fetch(f"ROLLBACK TO {name}", []))

    async def _commit(self) -> None:
        turn = self._turn
        if turn is None:
            self._run_hooks()
            return
        # The hooks hang on the commit itself, not on this task, which may be cancelled while it waits.
        turn.outcome.add_done_callback(self._committed)
        turn.finish(commit=True)
        await asyncio.shield(turn.outcome)

    def _committed(self, outcome: "asyncio.Future[Any]") -> None:
        if not outcome.cancelled() and outcome.exception() is None:
            self._run_hooks()

    async def _rollback(self) -> None:
        if self._turn is not None:
            self._turn.outcome.add_done_callback(lambda outcome: outcome.cancelled() or outcome.exception())
            self._turn.finish(commit=False)


class _Batch(BaseBatch):
    """Rows in portions, on a connection of their own."""

    def __init__(self, engine: "SqliteDoor", query: Query[Any, Any], size: int) -> None:
        self._engine = engine
        self._query = query
        self._size = size
        self._connection: sqlite3.Connection | None = None
        self._cursor: sqlite3.Cursor | None = None

    async def __aenter__(self, *args: Any, **kwargs: Any) -> "_Batch":
        from core.db.sqlite_threads import connect

        query, args_ = self._query.querystrings[0].compile_string(engine_type="sqlite")
        self._connection = await asyncio.to_thread(connect, self._engine.path, readonly=True)
        self._cursor = await asyncio.to_thread(self._connection.execute, query, args_)
        return self

    async def __aexit__(self, *args: Any, **kwargs: Any) -> None:
        if self._connection is not None:
            self._connection.close()

    def __aiter__(self) -> "_Batch":
        return self

    async def __anext__(self) -> list[dict[str, Any]]:
        rows = await self.next()
        if not rows:
            raise StopAsyncIteration
        return rows

    async def next(self) -> list[dict[str, Any]]:
        assert self._cursor is not None
        rows = await asyncio.to_thread(self._cursor.fetchmany, self._size)
        done: list[dict[str, Any]] = await self._query._process_results(rows)
        return done


class SqliteDoor(SQLiteEngine):
    """Selects go to the readers, all else to the writer; outside a transaction a statement is one of its own."""

    __slots__ = ("readers", "writer")

    def __init__(self, path: str) -> None:
        super().__init__(path=path)
        self.writer = Writer(path)
        self.readers = Readers(path)

    async def check_version(self) -> None:
        """The driver is inside the process: `yinbo doctor` says when it is too old."""

    async def close(self) -> None:
        """Drains the writer and closes every file; the next query opens them again."""
        self.readers.leave()
        await asyncio.to_thread(self.writer.close)
        await asyncio.to_thread(self.readers.close)

    async def start_connection_pool(self) -> None:
        """Threads start by themselves."""

    async def close_connection_pool(self) -> None:
        await self.close()

    async def batch(self, query: Query[Any, Any], batch_size: int = 100, node: str | None = None) -> Any:
        return _Batch(self, query, batch_size)

    async def _run(self, query: str, args: list[Any]) -> list[Any]:
        open_here = live(self.current_transaction)
        if open_here is not None:
            return await open_here.statement(query, args)
        counting.note(query)
        future: asyncio.Future[list[Any]] = asyncio.get_running_loop().create_future()
        if reads_only(query):
            self.readers.submit(_fetch(query, args), future)
        else:
            self.writer.submit(Job(_fetch(query, args), future))
        return await future

    async def run_querystring(self, querystring: QueryString, in_pool: bool = False) -> list[Any]:
        query, args = querystring.compile_string(engine_type="sqlite")
        return await self._run(query, args)

    async def run_ddl(self, ddl: str, in_pool: bool = False) -> list[Any]:
        return await self._run(ddl, [])

    def transaction(  # type: ignore[override]  # the same calls, another class
        self,
        transaction_type: TransactionType = TransactionType.immediate,
        allow_nested: bool = True,
        *,
        savepoint: bool = False,
        seconds: float | None = None,
    ) -> SqliteTransaction:
        """Always IMMEDIATE and on the one writer; Piccolo's own tools may hold it as long as they like."""
        return SqliteTransaction(self, self.current_transaction, savepoint=savepoint, seconds=seconds)

    async def run_job(self, job: WriteJob[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        def work(connection: sqlite3.Connection) -> R:
            return job.sqlite(connection, *args, **kwargs)

        counting.note(job.sqlite.__name__)
        open_here = live(self.current_transaction)
        if isinstance(open_here, SqliteTransaction):
            inside: R = await open_here.work(work)
            return inside
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self.writer.submit(Job(work, future))
        return await future

    async def run_read(self, job: ReadJob[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        def work(connection: sqlite3.Connection) -> R:
            return job.sqlite(connection, *args, **kwargs)

        counting.note(job.sqlite.__name__)
        open_here = live(self.current_transaction)
        if isinstance(open_here, SqliteTransaction):
            inside: R = await open_here.work(work)
            return inside
        if job.point:
            try:
                return work(self.readers.here())
            except sqlite3.OperationalError as error:
                if not is_busy(error):
                    raise
                # A thread may wait for it; the event loop may not.
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self.readers.submit(work, future)
        return await future
