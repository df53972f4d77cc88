"""What can be run: handlers of jobs by their kind, and periodic work by its name."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import msgspec

from core.jobs.context import JobContext

Handler = Callable[[JobContext, dict[str, Any]], Awaitable[object]]
Chore = Callable[[], Awaitable[object]]


class Kind(msgspec.Struct, frozen=True):
    handler: Handler
    #: Further tries after the first one failed.
    retries: int


class Rhythm(msgspec.Struct, frozen=True):
    name: str
    every: timedelta
    chore: Chore


KINDS: dict[str, Kind] = {}
RHYTHMS: dict[str, Rhythm] = {}


def job(kind: str, *, retries: int = 3) -> Callable[[Handler], Handler]:
    """Runs jobs of this kind with the function; what it returns (JSON-able) is kept as the result."""

    def keep(handler: Handler) -> Handler:
        if kind in KINDS:
            raise ValueError(f"two handlers for jobs of kind {kind!r}")
        KINDS[kind] = Kind(handler, retries)
        return handler

    return keep


def every(*, seconds: float, name: str) -> Callable[[Chore], Chore]:
    """Runs the function about that often, in one process at a time however many there are. It must be short; what
    is long enqueues a job."""

    def keep(chore: Chore) -> Chore:
        if name in RHYTHMS:
            raise ValueError(f"two periodic chores of the name {name!r}")
        RHYTHMS[name] = Rhythm(name, timedelta(seconds=seconds), chore)
        return chore

    return keep
