"""Values that stand on nearly every page: read at most once in so many seconds, however many ask at the same moment."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from core.db import engine

T = TypeVar("T")


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
