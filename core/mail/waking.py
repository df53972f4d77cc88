"""Wakes the sender of this process when a mail was enqueued; other processes look by themselves."""

import asyncio

_woken: asyncio.Event | None = None


def nudge() -> None:
    if _woken is not None:
        _woken.set()


def bell() -> asyncio.Event:
    """The event that :func:`nudge` sets, of the running loop."""
    global _woken
    _woken = asyncio.Event()
    return _woken
