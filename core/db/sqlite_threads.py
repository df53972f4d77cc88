"""SQLite's threads: one that writes, a few that read.

The writer commits what has queued up in one durable transaction (``synchronous=FULL``): each unit stands in a
savepoint of its own, so that one failing undoes only itself, and is answered after the commit, so that an
acknowledged write survives power loss. Units run in the order in which they came.
"""

import asyncio
import contextlib
import fcntl
import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from piccolo.engine.sqlite import dict_factory

from core.db.errors import Busy, StorageFull, TransactionMisuse

log = logging.getLogger("yinbo.db")

#: Units in one commit, and seconds after which a commit is due although more wait: other processes write, too.
GROUP_UNITS = 256
GROUP_SECONDS = 0.05
#: Seconds to wait for another process's transaction.
BUSY_SECONDS = 10.0


def _as_text(moment: datetime) -> str:
    """As Piccolo writes it, without a detour for what is UTC already: a scan writes five of them."""
    if moment.tzinfo is not None and moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return moment.isoformat(" ")


sqlite3.register_adapter(datetime, _as_text)

Work = Callable[[sqlite3.Connection], Any]
Delivery = tuple["asyncio.Future[Any]", Any, BaseException | None]


def connect(path: str, *, readonly: bool) -> sqlite3.Connection:
    Path(path).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    connection = sqlite3.connect(
        path,
        detect_types=sqlite3.PARSE_DECLTYPES | sqlite3.PARSE_COLNAMES,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=512,
        timeout=BUSY_SECONDS if readonly else 0,
    )
    connection.row_factory = dict_factory
    if readonly:
        connection.execute("PRAGMA query_only = 1")
    else:
        _patiently(connection, "PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = 1")
    connection.execute("PRAGMA cache_size = -32768")
    return connection


def is_busy(error: sqlite3.OperationalError) -> bool:
    # What the driver itself refuses (text that is no UTF-8) has no code.
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


#: The second: no room for the journal's shared memory.
_FULL = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE)


def _refusal(error: BaseException) -> BaseException:
    """What whoever waits is told."""
    if isinstance(error, sqlite3.OperationalError) and getattr(error, "sqlite_errorcode", 0) in _FULL:
        told = StorageFull()
        told.__cause__ = error
        return told
    return error


def _patiently(connection: sqlite3.Connection, statement: str) -> None:
    """Short naps instead of SQLite's own long ones: whoever waits here holds up the next in the queue."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute(statement)
            return
        except sqlite3.OperationalError as error:
            if not is_busy(error):
                raise
            if time.monotonic() > deadline:
                raise Busy from error
        time.sleep(0.002)


def _deliver(deliveries: list[Delivery]) -> None:
    for future, result, error in deliveries:
        if future.done():
            continue
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(_refusal(error))


def send(deliveries: list[Delivery]) -> None:
    """Hands results to their loops, one wake-up a loop."""
    by_loop: dict[asyncio.AbstractEventLoop, list[Delivery]] = {}
    for delivery in deliveries:
        by_loop.setdefault(delivery[0].get_loop(), []).append(delivery)
    for loop, own in by_loop.items():
        with contextlib.suppress(RuntimeError):  # its loop has ended: nobody waits any more
            loop.call_soon_threadsafe(_deliver, own)


class Unit:
    """A piece of writing that stands or falls as a whole. ``outcome`` is answered after the commit."""

    def __init__(self, outcome: "asyncio.Future[Any]") -> None:
        self.outcome = outcome
        self.result: Any = None
        self.error: BaseException | None = None

    def run(self, connection: sqlite3.Connection) -> None:
        raise NotImplementedError

    def end(self, error: BaseException | None) -> Delivery:
        return (self.outcome, self.result, error or self.error)


class Job(Unit):
    """A plain function."""

    def __init__(self, work: Work, outcome: "asyncio.Future[Any]") -> None:
        super().__init__(outcome)
        self.work = work

    def run(self, connection: sqlite3.Connection) -> None:
        connection.execute("SAVEPOINT unit")
        try:
            self.result = self.work(connection)
        except BaseException as error:
            self.error = error
            if connection.in_transaction:
                connection.execute("ROLLBACK TO unit")
        if connection.in_transaction:
            connection.execute("RELEASE unit")


class Turn(Unit):
    """An interactive transaction: statements come one by one from an event loop while the others wait."""

    def __init__(self, outcome: "asyncio.Future[Any]", seconds: float | None) -> None:
        super().__init__(outcome)
        self._seconds = seconds
        self._inbox: SimpleQueue[tuple[Work, asyncio.Future[Any]] | bool] = SimpleQueue()
        self._closing = threading.Lock()
        self._closed = False

    def put(self, work: Work, future: "asyncio.Future[Any]") -> None:
        with self._closing:
            if not self._closed:
                self._inbox.put((work, future))
                return
        future.set_exception(self._too_long())

    def finish(self, *, commit: bool) -> None:
        with self._closing:
            if not self._closed:
                self._inbox.put(commit)

    def _too_long(self) -> BaseException:
        return _refusal(self.error) if self.error else TransactionMisuse("this transaction is over")

    def run(self, connection: sqlite3.Connection) -> None:
        connection.execute("SAVEPOINT unit")
        deadline = None if self._seconds is None else time.monotonic() + self._seconds
        commit = False
        while True:
            try:
                left = None if deadline is None else max(0.0, deadline - time.monotonic())
                message = self._inbox.get(timeout=left)
            except Empty:
                self.error = TransactionMisuse(f"a transaction held the writer for more than {self._seconds} s")
                break
            if isinstance(message, bool):
                commit = message
                break
            work, future = message
            try:
                result = work(connection)
            except BaseException as error:
                send([(future, None, error)])
                if not connection.in_transaction:
                    self.error = error
                    break
            else:
                send([(future, result, None)])
        if connection.in_transaction:
            if not commit:
                connection.execute("ROLLBACK TO unit")
            connection.execute("RELEASE unit")
        self._close()

    def _close(self) -> None:
        with self._closing:
            self._closed = True
        late: list[Delivery] = []
        with contextlib.suppress(Empty):
            while True:
                message = self._inbox.get_nowait()
                if not isinstance(message, bool):
                    late.append((message[1], None, self._too_long()))
        send(late)

    def end(self, error: BaseException | None) -> Delivery:
        if error is not None and not self._closed:
            self.error = error
            self._close()
        return super().end(error)


class _Turnstile:
    """A file that whoever wants to write locks until its transaction has begun.

    SQLite's write lock is not fair: a process that commits and begins again at once starves the others, who nap
    between tries. Here the one that waits holds the turnstile, and the busy one queues up behind it.
    """

    def __init__(self, path: str) -> None:
        self._file = os.open(path + ".turn", os.O_RDWR | os.O_CREAT, 0o600)

    def __enter__(self) -> None:
        deadline = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError as error:
                if time.monotonic() > deadline:
                    raise Busy from error
            time.sleep(0.001)

    def __exit__(self, *_: object) -> None:
        fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        os.close(self._file)


class Writer:
    """The thread that writes. It starts with the first unit and ends when :meth:`close` has drained it."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._queue: SimpleQueue[Unit | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def submit(self, unit: Unit) -> None:
        if self._thread is None:
            with self._starting:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._main, name="yinbo-writer", daemon=True)
                    self._thread.start()
        self._queue.put(unit)

    def waiting(self) -> int:
        return self._queue.qsize()

    def close(self) -> None:
        """Ends after all that was submitted before; blocks."""
        with self._starting:
            thread, self._thread = self._thread, None
            if thread is not None:
                self._queue.put(None)
                thread.join()

    def _main(self) -> None:
        connection: sqlite3.Connection | None = None
        turnstile: _Turnstile | None = None
        try:
            while (unit := self._queue.get()) is not None:
                try:
                    if turnstile is None:
                        turnstile = _Turnstile(self.path)
                    if connection is None:
                        connection = connect(self.path, readonly=False)
                    with turnstile:
                        _patiently(connection, "BEGIN IMMEDIATE")
                except BaseException as error:
                    # All that queued up meanwhile has waited as long: one after another would take for ever.
                    refused, stop = self._queued()
                    send([one.end(error) for one in (unit, *refused)])
                else:
                    sound, stop = self._group(connection, unit)
                    if not sound:
                        connection.close()
                        connection = None
                if stop:
                    return
        finally:
            if connection is not None:
                connection.close()
            if turnstile is not None:
                turnstile.close()

    def _queued(self) -> tuple[list[Unit], bool]:
        units: list[Unit] = []
        for _ in range(self._queue.qsize()):
            unit = self._queue.get()
            if unit is None:
                return units, True
            units.append(unit)
        return units, False

    def _group(self, connection: sqlite3.Connection, first: Unit) -> tuple[bool, bool]:
        """Runs ``first`` and what has queued up, and commits; answers whether that went well and whether to stop."""
        started = time.monotonic()
        units: list[Unit] = []
        lost: BaseException | None = None
        stop = False
        unit: Unit | None = first
        while unit is not None:
            units.append(unit)
            try:
                unit.run(connection)
            except BaseException as error:
                lost = error
            if lost is None and not connection.in_transaction:
                # A full disk or the like made SQLite roll back all at once.
                lost = unit.error or sqlite3.OperationalError("the transaction was rolled back")
            if lost is not None or len(units) >= GROUP_UNITS or time.monotonic() - started > GROUP_SECONDS:
                break
            try:
                unit = self._queue.get_nowait()
            except Empty:
                break
            stop = unit is None
        if lost is None:
            try:
                connection.execute("COMMIT")
            except BaseException as error:
                lost = error
        if lost is not None and not isinstance(_refusal(lost), StorageFull):  # that is told to all who wait
            log.error("a shared commit failed", exc_info=lost)
            # A new connection: this one's state is anybody's guess, and closing it rolls back.
        send([unit.end(lost) for unit in units])
        return lost is None, stop


class Readers:
    """Threads that read, each with a connection of its own that cannot write."""

    def __init__(self, path: str, count: int = 4) -> None:
        self.path = path
        self.count = count
        self._queue: SimpleQueue[tuple[Work, asyncio.Future[Any]] | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._starting = threading.Lock()
        self._here = threading.local()

    def here(self) -> sqlite3.Connection:
        """A connection of the calling thread's own, which refuses at once what is locked."""
        connection: sqlite3.Connection | None = getattr(self._here, "connection", None)
        if connection is None:
            connection = self._here.connection = connect(self.path, readonly=True)
            connection.execute("PRAGMA busy_timeout = 0")
        return connection

    def submit(self, work: Work, future: "asyncio.Future[Any]") -> None:
        if not self._threads:
            with self._starting:
                while len(self._threads) < self.count:
                    thread = threading.Thread(target=self._main, name="yinbo-reader", daemon=True)
                    self._threads.append(thread)
                    thread.start()
        self._queue.put((work, future))

    def leave(self) -> None:
        """Closes the calling thread's own."""
        connection: sqlite3.Connection | None = self._here.__dict__.pop("connection", None)
        if connection is not None:
            connection.close()

    def close(self) -> None:
        with self._starting:
            threads, self._threads = self._threads, []
            for _ in threads:
                self._queue.put(None)
            for thread in threads:
                thread.join()

    def _main(self) -> None:
        connection: sqlite3.Connection | None = None
        try:
            while (item := self._queue.get()) is not None:
                work, future = item
                if future.cancelled():
                    continue
                try:
                    if connection is None:
                        connection = connect(self.path, readonly=True)
                    result = work(connection)
                except sqlite3.OperationalError as error:
                    refusal = Busy() if is_busy(error) else error
                    refusal.__cause__ = error if refusal is not error else error.__cause__
                    send([(future, None, refusal)])
                except BaseException as error:
                    send([(future, None, error)])
                else:
                    send([(future, result, None)])
        finally:
            if connection is not None:
                connection.close()
