"""Piccolo's engine for PostgreSQL: a pool that never leaks, limits on every statement, clear refusals."""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any

import asyncpg
from asyncpg import exceptions as pg
from piccolo.engine.postgres import PostgresEngine
from piccolo.querystring import QueryString

from core.db import counting
from core.db.errors import Busy, StorageFull
from core.db.jobs import P, R, ReadJob, WriteJob
from core.db.transactions import DoorTransaction, live

log = logging.getLogger("yinbo.db")

POOL_SIZE = 10
#: Seconds to wait for a connection of the pool, and to make a new one.
ACQUIRE_SECONDS = 10.0
CONNECT_SECONDS = 5.0
SERVER_SETTINGS = {
    "application_name": "yinbo",
    "timezone": "UTC",
    "statement_timeout": "30000",
    "lock_timeout": "10000",
    "idle_in_transaction_session_timeout": "30000",
}

#: What another try may mend; nothing of the transaction stays.
_PASSING = (
    pg.PostgresConnectionError,
    pg.AdminShutdownError,
    pg.CrashShutdownError,
    pg.CannotConnectNowError,
    pg.TooManyConnectionsError,
    pg.DeadlockDetectedError,
    pg.SerializationError,
    pg.LockNotAvailableError,
    pg.QueryCanceledError,
    pg.IdleInTransactionSessionTimeoutError,
    # What asyncpg says of a pooled connection whose end by the server has been read by half.
    pg.InternalClientError,
    OSError,
    TimeoutError,
)


class _Refusing:
    """Turns what passes into :class:`Busy`. Without state, so one serves all."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        if error is None:
            return
        if isinstance(error, _PASSING):
            raise Busy from error
        if isinstance(error, pg.DiskFullError):
            raise StorageFull from error
        # A connection that the server ended has gone back to the pool by itself.
        ended = ("closed", "closing", "released back to the pool")
        if isinstance(error, pg.InterfaceError) and any(word in str(error) for word in ended):
            raise Busy from error


_refusing_clearly = _Refusing()


async def _nothing_to_reset(_connection: Any) -> None:
    """No session state outlives a transaction here, so the usual RESET ALL would be a trip for nothing."""


def _unwanted(task: "asyncio.Task[Any]") -> None:
    if not task.cancelled() and task.exception() is None:
        task.result().terminate()


async def _connect(*args: Any, **kwargs: Any) -> Any:
    """asyncpg leaves an error nobody asks for when whoever connects is cancelled half-way: finish, then throw away."""
    task = asyncio.create_task(asyncpg.connect(*args, **kwargs))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        task.add_done_callback(_unwanted)
        raise


def _late(waiter: "asyncio.Future[Any]") -> None:
    if not waiter.done():
        waiter.set_exception(TimeoutError())


class Turns:
    """The queue before a pool. asyncpg's own lets whoever comes last overtake those who wait: with 1,000 writers the
    slowest waited 200 times as long as the middle one. Here they go in order, and a connection goes from hand to hand
    without the way back through the pool."""

    __slots__ = ("_free", "_waiting", "pool")

    def __init__(self, pool: Any) -> None:
        self.pool = pool
        #: Never more than none while somebody waits.
        self._free = POOL_SIZE
        self._waiting: deque[asyncio.Future[Any]] = deque()

    async def take(self) -> Any:
        """:raises TimeoutError: after ``ACQUIRE_SECONDS``."""
        if self._free:
            self._free -= 1
            return await self._from_pool()
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[Any] = loop.create_future()
        self._waiting.append(waiter)
        timer = loop.call_later(ACQUIRE_SECONDS, _late, waiter)
        try:
            connection = await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                # It came in the same moment in which the one who waited left.
                await self.give_back(waiter.result(), clean=True)
            raise
        finally:
            timer.cancel()
        return await self._from_pool() if connection is None else connection

    async def _from_pool(self) -> Any:
        try:
            return await self.pool.acquire()
        except BaseException:
            self._pass_on()
            raise

    def _hand_over(self, connection: Any) -> bool:
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(connection)
                return True
        return False

    def _pass_on(self) -> None:
        if not self._hand_over(None):
            self._free += 1

    async def give_back(self, connection: Any, *, clean: bool = False) -> None:
        """``clean``: nothing failed on it, so the next one may have it as it is. None is a turn not used."""
        if connection is not None:
            if clean and not connection.is_closed() and self._hand_over(connection):
                return
            try:
                await self.pool.release(connection)
            finally:
                self._pass_on()
        else:
            self._pass_on()


async def give_back(turns: Turns | None, connection: Any, *, clean: bool = False) -> None:
    with contextlib.suppress(pg.InterfaceError, OSError, TimeoutError):
        if turns is None:
            await connection.close()
        else:
            await turns.give_back(connection, clean=clean)


class PostgresTransaction(DoorTransaction):
    __slots__ = ("_server", "_turns", "connection")

    engine: "PostgresDoor"

    def __init__(self, engine: "PostgresDoor", current: ContextVar[Any], *, savepoint: bool = False) -> None:
        super().__init__(engine, current, savepoint=savepoint)
        self.connection: Any = None
        self._turns: Any = None
        self._server: Any = None

    async def begun(self) -> Any:
        """The connection, taken and begun with the first statement."""
        self.check()
        if self.connection is None:
            self._turns, self.connection = await self.engine.take()
            connection = self.connection
            try:
                # asyncpg's own transaction, so that a job which opens one inside gets a savepoint.
                self._server = connection.transaction()
                with _refusing_clearly:
                    await self._server.start()
            except BaseException as error:
                self.doomed = error
                raise
        return self.connection

    async def statement(self, query: str, args: list[Any]) -> list[Any]:
        counting.note(query)
        connection = await self.begun()
        try:
            with _refusing_clearly:
                rows: list[Any] = await connection.fetch(query, *args)
                return rows
        except BaseException as error:
            self.doomed = self.doomed or error
            raise

    async def _mark(self, name: str) -> None:
        await self.statement(f"SAVEPOINT {name}", [])

    async def _undo_to(self, name: str) -> None:
        self.doomed = None
        await self.statement(f"ROLLBACK TO SAVEPOINT {name}", [])

    async def _commit(self) -> None:
        if self.connection is None:
            self._run_hooks()
        elif self.hooks:
            # Shielded: what follows the commit follows it, whoever stops waiting.
            await asyncio.shield(asyncio.create_task(self._end(commit=True)))
        else:
            await self._end(commit=True)

    async def _rollback(self) -> None:
        if self.connection is not None:
            await asyncio.shield(asyncio.create_task(self._end(commit=False)))

    async def _end(self, *, commit: bool) -> None:
        connection = self.connection
        clean = False
        try:
            with _refusing_clearly:
                await (self._server.commit() if commit else self._server.rollback())
        except BaseException as error:
            with contextlib.suppress(pg.InterfaceError):
                connection.terminate()
            if commit:
                raise
            # Nothing is lost: the server rolls back what its connection leaves open. Usual when a query is cancelled.
            log.info("a rollback failed, its connection was closed: %s", type(error).__name__)
        else:
            clean = True
            if commit:
                self._run_hooks()
        finally:
            await give_back(self._turns, connection, clean=clean)


class PostgresDoor(PostgresEngine):
    """Nothing is connected before the first query, so commands can be imported without a server."""

    def __init__(self, url: str) -> None:
        super().__init__(
            config={"dsn": url, "server_settings": SERVER_SETTINGS, "timeout": CONNECT_SECONDS},
        )
        self.turns: Turns | None = None

    async def check_version(self) -> None:
        """`yinbo doctor` says when the server is too old."""

    async def prep_database(self) -> None:
        """No extensions are needed."""

    async def start_connection_pool(self, **kwargs: Any) -> None:
        if self.pool is None:
            self.pool = await asyncpg.create_pool(
                **self.config, connect=_connect, min_size=0, max_size=POOL_SIZE, reset=_nothing_to_reset, **kwargs
            )
            self.turns = Turns(self.pool)

    async def close_connection_pool(self) -> None:
        pool, self.pool, self.turns = self.pool, None, None
        if pool is not None:
            try:
                async with asyncio.timeout(5):
                    await pool.close()
            except TimeoutError:
                pool.terminate()

    async def take(self) -> tuple[Turns | None, Any]:
        """A connection and where it came from; without a pool a new one, for commands and migrations."""
        turns = self.turns
        with _refusing_clearly:
            if turns is None:
                return None, await self.get_new_connection()
            return turns, await turns.take()

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[Any]:
        """A connection in autocommit."""
        turns, connection = await self.take()
        clean = False
        try:
            with _refusing_clearly:
                yield connection
            clean = True
        except Busy as busy:
            if isinstance(busy.__cause__, pg.InternalClientError):
                # It never gets ready again, and the pool would hand it out once more.
                with contextlib.suppress(pg.InterfaceError):
                    connection.terminate()
            raise
        finally:
            await give_back(turns, connection, clean=clean)

    async def _run(self, query: str, args: list[Any]) -> list[Any]:
        open_here = live(self.current_transaction)
        if open_here is not None:
            return await open_here.statement(query, args)
        counting.note(query)
        async with self.connected() as connection:
            rows: list[Any] = await connection.fetch(query, *args)
            return rows

    async def run_querystring(self, querystring: QueryString, in_pool: bool = True) -> list[Any]:
        query, args = querystring.compile_string(engine_type="postgres")
        return await self._run(query, args)

    async def run_ddl(self, ddl: str, in_pool: bool = True) -> list[Any]:
        return await self._run(ddl, [])

    def transaction(  # type: ignore[override]  # the same calls, another class
        self, allow_nested: bool = True, *, savepoint: bool = False, seconds: float | None = None
    ) -> PostgresTransaction:
        return PostgresTransaction(self, self.current_transaction, savepoint=savepoint)

    async def run_job(self, job: WriteJob[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        counting.note(job.sqlite.__name__)
        open_here = live(self.current_transaction)
        if isinstance(open_here, PostgresTransaction):
            connection = await open_here.begun()
            try:
                with _refusing_clearly:
                    return await job.postgres(connection, *args, **kwargs)
            except BaseException as error:
                open_here.doomed = open_here.doomed or error
                raise
        async with self.connected() as connection:
            return await job.postgres(connection, *args, **kwargs)

    async def run_read(self, job: ReadJob[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        return await self.run_job(job, *args, **kwargs)  # type: ignore[arg-type]  # alike but for the promise
