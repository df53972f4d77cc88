"""Runs jobs and periodic chores inside a process that serves, or alone as ``yinbo worker``.

**One runner.** A job is claimed by a conditional update that only one can win, and held by a lease that is renewed
while it runs. Who stops renewing (kill -9, a machine gone) loses it when the lease ends; whoever claims it then goes on
at its checkpoint. Every write of the earlier runner fails from then on, for each claim has a name of its own.
"""

import asyncio
import contextlib
import logging
import os
import random
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

import msgspec

from core import clock
from core.db import Busy, transaction
from core.jobs import waking
from core.jobs.context import JobCancelled, JobContext, JobFailed
from core.jobs.registry import KINDS, RHYTHMS
from core.jobs.tables import Job, JobState, Periodic
from core.waking import rung

log = logging.getLogger("yinbo.jobs")


class Pace(msgspec.Struct, frozen=True):
    """Seconds, but for ``at_once``."""

    #: Jobs that run beside each other in one process.
    at_once: int = 2
    lease: float = 30.0
    #: Between two looks for what other processes wrote.
    idle: float = 2.0
    #: After a failed try; four times as long after each further one, with jitter.
    pause: float = 10.0
    longest_pause: float = 3600.0
    #: What running jobs are given to end when the process stops; then they go back with their checkpoint.
    stop: float = 5.0


def due(now: datetime) -> Any:
    """Waiting and due, or left behind by a runner whose lease has ended."""
    return ((Job.state == JobState.queued.value) & (Job.run_at <= now)) | (
        (Job.state == JobState.running.value) & (Job.lease_until < now)
    )


async def claim(name: str, most: int, lease: timedelta) -> list[dict[str, Any]]:
    """Up to ``most`` jobs that from now on are this caller's alone."""
    claimed: list[dict[str, Any]] = []
    if not KINDS:
        return claimed
    now = clock.now()
    kinds = Job.kind.is_in(list(KINDS))
    found = await Job.select(Job.id).where(due(now), kinds).order_by(Job.run_at).order_by(Job.id).limit(most)
    for row in found:
        async with transaction():
            claimed += (
                await Job.update(
                    {
                        Job.state: JobState.running.value,
                        Job.attempts: Job.attempts + 1,
                        Job.worker: f"{name}:{token_hex(4)}",
                        Job.lease_until: now + lease,
                        Job.started_at: now,
                    }
                )
                .where(Job.id == row["id"], due(now))
                .returning(*Job.all_columns())
            )
    return claimed


class Worker:
    def __init__(self, pace: Pace) -> None:
        self.pace = pace
        self.name = f"{socket.gethostname()[:30]}:{os.getpid()}:{token_hex(3)}"
        self._lease = timedelta(seconds=pace.lease)
        self._running: set[asyncio.Task[None]] = set()

    async def run(self, bell: asyncio.Event) -> None:
        while True:
            free = self.pace.at_once - len(self._running)
            wait = self.pace.idle
            try:
                if free > 0:
                    for row in await claim(self.name, free, self._lease):
                        task = asyncio.create_task(self._one(row), name=f"job {row['id']}")
                        self._running.add(task)
                        task.add_done_callback(self._running.discard)
                        task.add_done_callback(lambda _: bell.set())
                    wait = min(wait, await self._until_next())
            except Busy:
                pass
            except Exception:
                log.exception("looking for jobs failed")
            await rung(bell, wait)

    async def _until_next(self) -> float:
        """Seconds to the next job that is not due yet; nothing is lost when it is not found."""
        if not KINDS or len(self._running) >= self.pace.at_once:
            return self.pace.idle
        now = clock.now()
        row = (
            await Job.select(Job.run_at)
            .where(Job.state == JobState.queued.value, Job.kind.is_in(list(KINDS)))
            .order_by(Job.run_at)
            .first()
        )
        return max(0.01, (row["run_at"] - now).total_seconds()) if row else self.pace.idle

    async def stop(self) -> None:
        running = set(self._running)
        if running:
            await asyncio.wait(running, timeout=self.pace.stop)
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running)

    async def _one(self, row: dict[str, Any]) -> None:
        context = JobContext(row, self._lease)
        kind = KINDS[context.kind]
        if context.attempt > kind.retries + 1:
            # Its runners vanished again and again: it may be what ends them.
            await self._settle(context, _failed("the process that ran it ended every time"))
            return

        async def handle() -> str:
            result = await kind.handler(context, msgspec.json.decode(row["payload"]))
            return msgspec.json.encode(result).decode()

        work = asyncio.create_task(handle(), name=f"job {context.id} {context.kind}")
        try:
            while not (await asyncio.wait({work}, timeout=self.pace.lease / 3))[0]:
                try:
                    await context.renew()
                except JobCancelled:
                    work.cancel()
                except Busy:
                    log.warning("the lease of job %s was not renewed: the database is busy", context.id)
        except asyncio.CancelledError:
            work.cancel()
            await asyncio.wait({work})
            if work.cancelled():
                await self._settle(context, _given_back())
                return
        await self._settle(context, self._outcome(context, work, kind.retries))

    def _outcome(self, context: JobContext, work: asyncio.Task[str], retries: int) -> dict[Any, Any] | None:
        if work.cancelled():
            return None
        error = work.exception()
        if isinstance(error, JobCancelled):
            return None
        if error is None:
            return {
                Job.state: JobState.done.value,
                Job.result: work.result(),
                Job.error: "",
                Job.lease_until: None,
                Job.finished_at: clock.now(),
            }
        said = (str(error) if isinstance(error, JobFailed) else f"{type(error).__name__}: {error}")[:2000]
        if isinstance(error, JobFailed) or context.attempt > retries:
            log.error("job %s (%s) failed for good", context.id, context.kind, exc_info=error)
            return _failed(said)
        log.warning("job %s (%s) failed and is tried again", context.id, context.kind, exc_info=error)
        pause = min(self.pace.pause * 4 ** (context.attempt - 1), self.pace.longest_pause)
        return {
            Job.state: JobState.queued.value,
            Job.run_at: clock.now() + timedelta(seconds=pause * random.uniform(0.8, 1.2)),  # noqa: S311
            Job.error: said,
            Job.lease_until: None,
        }

    async def _settle(self, context: JobContext, values: dict[Any, Any] | None) -> None:
        """If the database stays away, the lease ends and the job runs once more."""
        if values is None:
            return
        for pause in (0.2, 1.0, 3.0, 0.0):
            try:
                await context.write(values)
                return
            except JobCancelled:
                return
            except Busy:
                await asyncio.sleep(pause)
        log.error("what became of job %s could not be written", context.id)


def _failed(said: str) -> dict[Any, Any]:
    return {
        Job.state: JobState.failed.value,
        Job.error: said,
        Job.lease_until: None,
        Job.finished_at: clock.now(),
    }


def _given_back() -> dict[Any, Any]:
    """The process stops: this was no failed try."""
    return {
        Job.state: JobState.queued.value,
        Job.run_at: clock.now(),
        Job.attempts: Job.attempts - 1,
        Job.lease_until: None,
    }


async def begin_chore(name: str, every: timedelta) -> bool:
    """Whether it is this caller's turn; of several at once one is told so."""
    now = clock.now()
    async with transaction():
        fresh = (
            await Periodic.insert(Periodic(name=name, last_at=now))
            .on_conflict(target=Periodic.name, action="DO NOTHING")
            .returning(Periodic.id)
        )
        if fresh:
            return True
        return bool(
            await Periodic.update({Periodic.last_at: now})
            .where(Periodic.name == name, Periodic.last_at <= now - every)
            .returning(Periodic.id)
        )


async def run_chores() -> float:
    """Runs what is due; answers the seconds until something may be due again."""
    last = {row["name"]: row["last_at"] for row in await Periodic.select(Periodic.name, Periodic.last_at)}
    wait = 60.0
    for rhythm in list(RHYTHMS.values()):
        now = clock.now()
        before = last.get(rhythm.name)
        if before is not None and before + rhythm.every > now:
            wait = min(wait, (before + rhythm.every - now).total_seconds())
            continue
        wait = min(wait, rhythm.every.total_seconds())
        if not await begin_chore(rhythm.name, rhythm.every):
            continue
        try:
            await rhythm.chore()
        except Exception:
            log.exception("periodic work %s failed", rhythm.name)
    return wait


async def _chores() -> None:
    while True:
        try:
            wait = await run_chores()
        except Busy:
            wait = 5.0
        except Exception:
            log.exception("looking for periodic work failed")
            wait = 60.0
        await asyncio.sleep(max(0.05, wait))


@asynccontextmanager
async def worker(pace: Pace | None = None, *, chores: bool = True) -> AsyncIterator[Worker]:
    """For the app's lifespan. On leaving, running jobs get :attr:`Pace.stop` seconds, then go back to the queue."""
    made = Worker(pace or Pace())
    with waking.bell() as bell:
        tasks = [asyncio.create_task(made.run(bell), name="jobs")]
        if chores:
            tasks.append(asyncio.create_task(_chores(), name="periodic work"))
        try:
            yield made
        finally:
            for task in tasks:
                task.cancel()
            for task in tasks:
                with contextlib.suppress(asyncio.CancelledError):
                    await task
            await made.stop()
