"""Wakes the workers of this process when a job was enqueued; other processes look by themselves."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

_bells: set[asyncio.Event] = set()


def nudge() -> None:
    for bell in _bells:
        bell.set()


@contextmanager
def bell() -> Iterator[asyncio.Event]:
    """The event that :func:`nudge` sets; of the running loop."""
    event = asyncio.Event()
    _bells.add(event)
    try:
        yield event
    finally:
        _bells.discard(event)


async def rung(event: asyncio.Event, seconds: float) -> None:
    """Until it rings, at most so long."""
    try:
        # Not wait_for: before Python 3.12 it may swallow the cancelling that comes with an event.
        async with asyncio.timeout(max(0.0, seconds)):
            await event.wait()
    except TimeoutError:
        pass
    event.clear()
