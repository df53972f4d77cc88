"""What a handler is given: its progress, its memory across restarts, and the word that it was cancelled."""

import time
from datetime import timedelta
from typing import Any

import msgspec

from core import clock
from core.db import transaction
from core.jobs.tables import Job, JobState

#: Seconds between two writes of the progress.
EVERY = 0.5


class JobCancelled(Exception):
    """Somebody cancelled this job, or its lease ran out and another worker has it: stop, nothing more counts."""


class JobFailed(Exception):
    """Raised by a handler when trying again would not help; its text is shown to people."""


class JobContext:
    def __init__(self, row: dict[str, Any], lease: timedelta) -> None:
        self.id: int = row["id"]
        self.kind: str = row["kind"]
        #: 1 for the first try.
        self.attempt: int = row["attempts"]
        #: ``Actor.key`` of who enqueued it.
        self.created_by: str = row["created_by"]
        #: What :meth:`save` kept before a restart; JSON-able.
        self.state: dict[str, Any] = msgspec.json.decode(row["checkpoint"]) if row["checkpoint"] else {}
        self._worker: str = row["worker"]
        self._lease = lease
        self._done, self._total = int(row["progress"]), int(row["total"])
        self._written = 0.0

    def _mine(self) -> Any:
        return (Job.id == self.id) & (Job.worker == self._worker) & (Job.state == JobState.running.value)

    async def write(self, values: dict[Any, Any]) -> None:
        """:raises JobCancelled: it is no longer this worker's."""
        async with transaction():
            if not await Job.update(values).where(self._mine()).returning(Job.id):
                raise JobCancelled
        self._written = time.monotonic()

    async def renew(self) -> None:
        await self.write({Job.lease_until: clock.now() + self._lease})

    async def progress(self, done: int, total: int = 0) -> None:
        """Written every :data:`EVERY` seconds and at the end.

        :raises JobCancelled: as soon as a write finds out; inside a transaction that rolls it back.
        """
        self._done, self._total = done, total or self._total
        if done == self._total or time.monotonic() - self._written >= EVERY:
            await self.write({Job.progress: self._done, Job.total: self._total})

    async def save(self) -> None:
        """Keeps ``state`` (and the progress). Inside the transaction of a step the step counts once, or not at all.

        :raises JobCancelled: as :meth:`progress`.
        """
        await self.write(
            {
                Job.checkpoint: msgspec.json.encode(self.state).decode(),
                Job.progress: self._done,
                Job.total: self._total,
                Job.lease_until: clock.now() + self._lease,
            }
        )
