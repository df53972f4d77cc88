"""Bells: who writes work down rings them, who works on it in this process waits for them. Other processes look by
themselves every few seconds."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class Bells:
    def __init__(self) -> None:
        self._hung: set[asyncio.Event] = set()

    def nudge(self) -> None:
        """Wakes all; for :func:`core.db.after_commit`."""
        for event in self._hung:
            event.set()

    @contextmanager
    def bell(self) -> Iterator[asyncio.Event]:
        """One that :meth:`nudge` rings; of the running loop."""
        event = asyncio.Event()
        self._hung.add(event)
        try:
            yield event
        finally:
            self._hung.discard(event)


async def rung(event: asyncio.Event, seconds: float) -> bool:
    """Waits until it rings, at most so long."""
    try:
        # Not wait_for: before Python 3.12 it may swallow the cancelling that comes with an event.
        async with asyncio.timeout(max(0.0, seconds)):
            await event.wait()
    except TimeoutError:
        return False
    event.clear()
    return True
