"""Values that stand on nearly every page: read at most once in so many seconds, however many ask at the same moment."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from contextvars import Context
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from core.db import engine

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

#: Seconds, and values of one event loop, of :class:`FreshBy`.
FRESH_FOR = 1.0
HOLDS = 10_000


def _looked_at(task: "asyncio.Task[Any]") -> None:
    """Whoever waited may have gone away."""
    if not task.cancelled():
        task.exception()


class _Own(Generic[K, V]):
    """Of one event loop, as a database connection would be."""

    def __init__(self) -> None:
        #: Value, and when its reading began.
        self.kept: dict[K, tuple[V, float]] = {}
        self.reading: dict[K, asyncio.Task[V]] = {}


class FreshBy(Generic[K, V]):
    """By a key, up to so many ``seconds`` old: of those who come when the time is over the first has the value read,
    for all; where half of it is over it is read beside them, and nobody waits while somebody asks all the time.

    A change of this process shows at once, by :meth:`forget` after its commit; one of another process within that
    time. Inside a transaction it is read for that one alone, unless it is known: what a transaction sees may never come
    to be.
    """

    def __init__(self, seconds: float = FRESH_FOR, now: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._now = now
        self._of: WeakKeyDictionary[asyncio.AbstractEventLoop, _Own[K, V]] = WeakKeyDictionary()
        self._times_forgotten = 0

    def forget(self) -> None:
        """For :func:`core.db.after_commit`: whoever asks from now on has it read anew, also while it is being read."""
        self._times_forgotten += 1
        self._of.clear()

    async def get(self, key: K, read: Callable[[], Awaitable[V]]) -> V:
        own = self._of.get(loop := asyncio.get_running_loop())
        if own is None:
            own = self._of[loop] = _Own()
        found = own.kept.get(key)
        if found is not None and (age := self._now() - found[1]) < self._seconds:
            if age > self._seconds / 2 and key not in own.reading:
                # In a context of its own: it belongs to no transaction and to nobody's request.
                self._begin(loop, own, key, read, Context())
            return found[0]
        if engine().transaction_exists():
            return await read()
        reading = own.reading.get(key)
        if reading is None:
            reading = self._begin(loop, own, key, read, None)
        # Who stops waiting does not stop it for the others.
        return await asyncio.shield(reading)

    def kept(self, key: K) -> V | None:
        """As it was last read, however long ago; None where nothing was read since :meth:`forget`."""
        own = self._of.get(asyncio.get_running_loop())
        found = None if own is None else own.kept.get(key)
        return None if found is None else found[0]

    def _begin(
        self,
        loop: asyncio.AbstractEventLoop,
        own: _Own[K, V],
        key: K,
        read: Callable[[], Awaitable[V]],
        context: Context | None,
    ) -> "asyncio.Task[V]":
        task = own.reading[key] = loop.create_task(self._read(own, key, read), context=context)
        task.add_done_callback(_looked_at)
        return task

    async def _read(self, own: _Own[K, V], key: K, read: Callable[[], Awaitable[V]]) -> V:
        began, forgotten = self._now(), self._times_forgotten
        try:
            value = await read()
        finally:
            if own.reading.get(key) is asyncio.current_task():
                del own.reading[key]
        if forgotten == self._times_forgotten:
            if len(own.kept) >= HOLDS:
                own.kept.clear()
            own.kept[key] = (value, began)
        return value


class Fresh(Generic[T]):
    """The same of one value that is always read alike."""

    def __init__(
        self,
        read: Callable[[], Awaitable[T]],
        seconds: float = FRESH_FOR,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read = read
        self._by: FreshBy[None, T] = FreshBy(seconds, now)

    async def get(self) -> T:
        return await self._by.get(None, self._read)

    def kept(self) -> T | None:
        """As :meth:`FreshBy.kept`."""
        return self._by.kept(None)

    def forget(self) -> None:
        """As :meth:`FreshBy.forget`."""
        self._by.forget()
