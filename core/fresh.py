"""Values that stand on nearly every page: read at most once in so many seconds, however many ask at the same moment."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from core.db import engine, written

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

#: Seconds, and values of one event loop, of :class:`FreshBy`.
FRESH_FOR = 1.0
HOLDS = 10_000


class Fresh(Generic[T]):
    """Of those who come when the time is over the first one has the value read, for all. Kept by event loop, as the
    database connections behind it are. Inside a transaction it is read for that one alone, unless it is known: what a
    transaction sees may never come to be."""

    def __init__(self, read: Callable[[], Awaitable[T]], seconds: float) -> None:
        self._read = read
        self._seconds = seconds
        self._kept: WeakKeyDictionary[asyncio.AbstractEventLoop, tuple[float, asyncio.Future[T]]] = WeakKeyDictionary()

    async def get(self) -> T:
        loop = asyncio.get_running_loop()
        kept = self._kept.get(loop)
        if kept is not None and time.monotonic() < kept[0]:
            future = kept[1]
            if future.done() and not future.cancelled() and future.exception() is None:
                return future.result()
        else:
            if engine().transaction_exists():
                return await self._read()
            future = asyncio.ensure_future(self._read())
            self._kept[loop] = (time.monotonic() + self._seconds, future)
        try:
            # Who stops waiting does not stop it for the others.
            return await asyncio.shield(future)
        except BaseException:
            if future.done() and (entry := self._kept.get(loop)) is not None and entry[1] is future:
                del self._kept[loop]
            raise

    def kept(self) -> T | None:
        """As it was last read, however long ago; None where nothing was read since :meth:`forget`."""
        entry = self._kept.get(asyncio.get_running_loop())
        if entry is None or not entry[1].done() or entry[1].cancelled() or entry[1].exception() is not None:
            return None
        return entry[1].result()

    def forget(self) -> None:
        """Whoever asks from now on has it read anew, also while a reading is under way."""
        self._kept.clear()


def _looked_at(task: "asyncio.Task[Any]") -> None:
    """Whoever waited may have gone away."""
    if not task.cancelled():
        task.exception()


class _Own(Generic[K, V]):
    """Of one event loop, as a database connection would be."""

    def __init__(self) -> None:
        #: Value, until when, and how much had been written here when it was read.
        self.kept: dict[K, tuple[V, float, int]] = {}
        #: With how much had been written when it began.
        self.reading: dict[K, tuple[asyncio.Task[V], int]] = {}


class FreshBy(Generic[K, V]):
    """The same by a key, up to a second old. A change of this process shows at once, by :meth:`forget` after its
    commit, or, with ``until_written``, after any commit of this process; one of another process within that second.
    """

    def __init__(self, *, until_written: bool = False) -> None:
        self._until_written = until_written
        self._of: WeakKeyDictionary[asyncio.AbstractEventLoop, _Own[K, V]] = WeakKeyDictionary()
        self._times_forgotten = 0

    def forget(self) -> None:
        """For :func:`core.db.after_commit`. What is being read just now is not kept."""
        self._times_forgotten += 1
        self._of.clear()

    async def get(self, key: K, read: Callable[[], Awaitable[V]]) -> V:
        own = self._of.get(loop := asyncio.get_running_loop())
        if own is None:
            own = self._of[loop] = _Own()
        found = own.kept.get(key)
        if found is not None and time.monotonic() < found[1] and (not self._until_written or found[2] == written()):
            return found[0]
        if engine().transaction_exists():  # what it sees may never come to be
            return await read()
        reading = own.reading.get(key)
        if reading is None or (self._until_written and reading[1] != written()):
            reading = own.reading[key] = (loop.create_task(self._read(own, key, read)), written())
            reading[0].add_done_callback(_looked_at)
        return await asyncio.shield(reading[0])

    async def _read(self, own: _Own[K, V], key: K, read: Callable[[], Awaitable[V]]) -> V:
        began, before, forgotten = time.monotonic(), written(), self._times_forgotten
        try:
            value = await read()
        finally:
            if (reading := own.reading.get(key)) is not None and reading[0] is asyncio.current_task():
                del own.reading[key]
        if forgotten == self._times_forgotten:
            if len(own.kept) >= HOLDS:
                own.kept.clear()
            own.kept[key] = (value, began + FRESH_FOR, before)
        return value
