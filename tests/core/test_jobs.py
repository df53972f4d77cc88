"""Jobs: each runs once at a time, goes on where it was after a crash, and ends when it is told to."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core import clock
from core.accounts.roles import CLI
from core.audit.tables import AuditEntry
from core.db import transaction
from core.jobs import JobCancelled, JobContext, JobFailed, enqueue_job, every, job, registry, services
from core.jobs.tables import Job, JobState
from core.jobs.worker import Pace, Worker, begin_chore, claim, run_chores, worker

pytestmark = pytest.mark.anyio
QUICK = Pace(idle=0.05, pause=0.01, stop=0.05, lease=5)


@pytest.fixture(autouse=True)
def own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test registers its own kinds."""
    monkeypatch.setattr(registry, "KINDS", {})
    monkeypatch.setattr(registry, "RHYTHMS", {})
    monkeypatch.setattr("core.jobs.worker.KINDS", registry.KINDS)
    monkeypatch.setattr("core.jobs.worker.RHYTHMS", registry.RHYTHMS)


async def until(holds: Callable[[], Awaitable[bool]], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not await holds():
            await asyncio.sleep(0.01)


async def row(number: int) -> dict[str, Any]:
    found = await Job.select().where(Job.id == number).first()
    assert found is not None
    return found


async def ended(number: int) -> dict[str, Any]:
    async def holds() -> bool:
        return (await row(number))["state"] in services.ENDED

    await until(holds)
    return await row(number)


async def enqueued(kind: str, payload: dict[str, Any] | None = None, **more: Any) -> int:
    async with transaction():
        return await enqueue_job(kind, payload or {}, **more)


@asynccontextmanager
async def working(pace: Pace = QUICK) -> AsyncIterator[Worker]:
    async with worker(pace, chores=False) as made:
        yield made


async def test_a_job_runs_with_its_payload_and_keeps_its_result(opened: None) -> None:
    @job("sum")
    async def add(ctx: JobContext, payload: dict[str, Any]) -> object:
        await ctx.progress(2, 2)
        return {"sum": sum(payload["numbers"]), "by": ctx.created_by}

    async with working():
        number = await enqueued("sum", {"numbers": [1, 2]}, actor=CLI)
        found = await ended(number)
    assert (found["state"], found["result"]) == ("done", '{"sum":3,"by":"cli"}')
    assert (found["progress"], found["total"], found["attempts"], found["lease_until"]) == (2, 2, 1, None)


async def test_a_job_of_a_transaction_that_is_rolled_back_never_was(opened: None) -> None:
    async def refused() -> None:
        async with transaction():
            await enqueue_job("sum", {})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await refused()
    assert await Job.count() == 0


async def test_two_workers_never_run_the_same_job(opened: None) -> None:
    ran: list[int] = []

    @job("count")
    async def count(ctx: JobContext, payload: dict[str, Any]) -> None:
        ran.append(payload["n"])
        await asyncio.sleep(0)

    async with working(), working(), working():
        numbers = [await enqueued("count", {"n": n}) for n in range(30)]
        for number in numbers:
            assert (await ended(number))["state"] == "done"
    assert sorted(ran) == list(range(30))


async def test_of_many_claims_at_once_one_gets_the_job(opened: None) -> None:
    @job("alone")
    async def alone(ctx: JobContext, payload: dict[str, Any]) -> None: ...

    await enqueued("alone")
    claims = await asyncio.gather(*(claim(f"w{n}", 1, timedelta(seconds=9)) for n in range(8)))
    assert sum(len(claimed) for claimed in claims) == 1


async def test_no_more_than_so_many_run_at_once(opened: None) -> None:
    running, most = 0, 0
    go = asyncio.Event()

    @job("wait")
    async def wait(ctx: JobContext, payload: dict[str, Any]) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        if running == 2:
            go.set()
        await go.wait()
        await asyncio.sleep(0.01)
        running -= 1

    async with working():
        numbers = [await enqueued("wait") for _ in range(6)]
        for number in numbers:
            await ended(number)
    assert most == 2


async def test_a_key_enqueues_once_and_answers_the_first_number(opened: None) -> None:
    first = await enqueued("once", key="monday")
    assert await enqueued("once", key="monday") == first
    assert await Job.count() == 1


async def test_a_job_for_later_waits(opened: None) -> None:
    @job("later")
    async def later(ctx: JobContext, payload: dict[str, Any]) -> None: ...

    async with working():
        number = await enqueued("later", run_at=clock.now() + timedelta(hours=1))
        await ended(await enqueued("later"))
        assert (await row(number))["state"] == "queued"
        with clock.moved(timedelta(hours=2)):
            assert (await ended(number))["state"] == "done"


async def test_a_failing_job_is_tried_again_and_then_kept_with_its_error(opened: None) -> None:
    tries = []

    @job("fails", retries=2)
    async def fails(ctx: JobContext, payload: dict[str, Any]) -> None:
        tries.append(ctx.attempt)
        raise ValueError("the sheet is empty")

    async with working():
        found = await ended(await enqueued("fails"))
    assert tries == [1, 2, 3]
    assert (found["state"], found["error"]) == ("failed", "ValueError: the sheet is empty")


async def test_a_job_that_says_so_fails_at_once(opened: None) -> None:
    @job("hopeless")
    async def hopeless(ctx: JobContext, payload: dict[str, Any]) -> None:
        raise JobFailed("This is no sheet.")

    async with working():
        found = await ended(await enqueued("hopeless"))
    assert (found["state"], found["error"], found["attempts"]) == ("failed", "This is no sheet.", 1)


async def test_a_failed_job_goes_on_when_it_is_retried(opened: None) -> None:
    healthy = False

    @job("mended", retries=0)
    async def mended(ctx: JobContext, payload: dict[str, Any]) -> str:
        if not healthy:
            ctx.state["reached"] = 5
            await ctx.save()
            raise ValueError
        return str(ctx.state["reached"])

    async with working():
        number = await enqueued("mended")
        await ended(number)
        healthy = True
        await services.retry(CLI, number)
        found = await ended(number)
    assert (found["state"], found["result"]) == ("done", '"5"')
    with pytest.raises(services.NotNow):
        await services.retry(CLI, number)
    assert [e["action"] for e in await AuditEntry.select(AuditEntry.action)] == ["job.retried"]


async def test_a_cancelled_job_stops_at_its_next_step(opened: None) -> None:
    started, stopped = asyncio.Event(), asyncio.Event()

    @job("endless")
    async def endless(ctx: JobContext, payload: dict[str, Any]) -> None:
        started.set()
        try:
            while True:
                await asyncio.sleep(0.01)
                await ctx.save()
        except JobCancelled:
            stopped.set()
            raise

    async with working():
        number = await enqueued("endless")
        async with asyncio.timeout(20):
            await started.wait()
            await services.cancel(CLI, number)
            await stopped.wait()
    assert (await row(number))["state"] == "cancelled"
    with pytest.raises(services.NotNow):
        await services.cancel(CLI, number)


async def test_a_cancelled_job_that_never_looks_is_ended_by_its_heartbeat(opened: None) -> None:
    started, stopped = asyncio.Event(), asyncio.Event()

    @job("deaf")
    async def deaf(ctx: JobContext, payload: dict[str, Any]) -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    async with working(Pace(idle=0.05, lease=0.3)):
        number = await enqueued("deaf")
        async with asyncio.timeout(20):
            await started.wait()
            await services.cancel(CLI, number)
            await stopped.wait()
    assert (await row(number))["state"] == "cancelled"


async def test_a_heartbeat_keeps_a_long_job_from_others(opened: None) -> None:
    go, runs = asyncio.Event(), []

    @job("long")
    async def long(ctx: JobContext, payload: dict[str, Any]) -> None:
        runs.append(ctx.attempt)
        await go.wait()

    pace = Pace(idle=0.02, lease=0.6)
    async with working(pace), working(pace):
        number = await enqueued("long")
        first = clock.now()

        async def renewed() -> bool:
            lease = (await row(number))["lease_until"]
            return lease is not None and lease > first + timedelta(seconds=1.2)

        await until(renewed)
        go.set()
        await ended(number)
    assert runs == [1]


async def test_who_lost_its_lease_can_write_nothing_more(opened: None) -> None:
    @job("slow")
    async def slow(ctx: JobContext, payload: dict[str, Any]) -> None: ...

    number = await enqueued("slow")
    lease = timedelta(seconds=9)
    first = JobContext((await claim("first", 1, lease))[0], lease)
    with clock.moved(timedelta(seconds=10)):
        second = JobContext((await claim("second", 1, lease))[0], lease)
        assert (second.id, second.attempt) == (number, 2)

        async def step_of_the_first() -> None:
            async with transaction():
                await enqueued("a step of the first")
                await first.save()

        with pytest.raises(JobCancelled):
            await step_of_the_first()
        await second.save()
    assert await Job.count() == 1


async def test_a_stopping_process_gives_its_job_back_with_its_checkpoint(opened: None) -> None:
    saved = asyncio.Event()
    seen: list[Any] = []

    @job("resumes")
    async def resumes(ctx: JobContext, payload: dict[str, Any]) -> None:
        seen.append((ctx.attempt, ctx.state.get("reached", 0)))
        if not ctx.state:
            ctx.state["reached"] = 7
            await ctx.save()
            saved.set()
            await asyncio.Event().wait()

    async with asyncio.timeout(20):
        async with working():
            number = await enqueued("resumes")
            await saved.wait()
        assert (await row(number))["state"] == "queued"
        async with working():
            assert (await ended(number))["state"] == "done"
    assert seen == [(1, 0), (1, 7)]


async def test_a_job_that_ends_its_process_every_time_fails_at_last(opened: None) -> None:
    @job("poison", retries=1)
    async def poison(ctx: JobContext, payload: dict[str, Any]) -> None:
        raise AssertionError("not reached")

    number = await enqueued("poison")
    lease = timedelta(seconds=1)
    await claim("gone", 1, lease)
    with clock.moved(timedelta(seconds=2)):
        await claim("gone too", 1, lease)
    with clock.moved(timedelta(seconds=4)):
        async with working():
            found = await ended(number)
    assert (found["state"], found["error"]) == ("failed", "the process that ran it ended every time")


async def test_a_kind_that_this_process_does_not_know_is_left_to_others(opened: None) -> None:
    @job("known")
    async def known(ctx: JobContext, payload: dict[str, Any]) -> None: ...

    number = await enqueued("unknown")
    async with working():
        await ended(await enqueued("known"))
    assert (await row(number))["state"] == "queued"


async def test_periodic_work_runs_in_one_process_at_a_time(opened: None) -> None:
    turns = await asyncio.gather(*(begin_chore("purge", timedelta(hours=1)) for _ in range(8)))
    assert sum(turns) == 1
    with clock.moved(timedelta(minutes=59)):
        assert not await begin_chore("purge", timedelta(hours=1))
    with clock.moved(timedelta(minutes=61)):
        turns = await asyncio.gather(*(begin_chore("purge", timedelta(hours=1)) for _ in range(8)))
        assert sum(turns) == 1


async def test_a_chore_that_fails_harms_no_other(opened: None) -> None:
    ran: list[str] = []

    @every(seconds=100, name="bad")
    async def bad() -> None:
        raise ValueError

    @every(seconds=50, name="good")
    async def good() -> None:
        ran.append("good")

    assert await run_chores() == 50
    assert 40 < await run_chores() <= 50
    assert ran == ["good"]


async def test_finished_jobs_are_forgotten_after_a_month(opened: None) -> None:
    @job("done")
    async def done(ctx: JobContext, payload: dict[str, Any]) -> None: ...

    async with working():
        await ended(await enqueued("done"))
    waiting = await enqueued("later")
    await services.purge()
    assert await Job.count() == 2
    with clock.moved(timedelta(days=31)):
        await services.purge()
    assert [r["id"] for r in await Job.select(Job.id)] == [waiting]


#: A job of 40 steps; each writes a row in one transaction with its checkpoint, then waits to be killed or goes on.
PROGRAM = """
import asyncio, os, sys
from core import db
from core.db import transaction
from core.jobs import enqueue_job, job
from core.jobs.worker import Pace, worker

@job("steps", retries=10)
async def steps(ctx, payload):
    for n in range(ctx.state.get("next", 0), 40):
        async with transaction():
            await enqueue_job("step", {"n": n})
            ctx.state["next"] = n + 1
            await ctx.save()
        print(n, flush=True)

async def main():
    async with db.lifespan(), worker(Pace(idle=0.05, lease=0.3), chores=False):
        await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.mark.slow
async def test_a_killed_process_loses_no_step_and_repeats_none(opened: None, tmp_path: Path) -> None:
    script = tmp_path / "worker.py"
    script.write_text(PROGRAM)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}

    def start() -> subprocess.Popen[str]:
        return subprocess.Popen([sys.executable, str(script)], env=environment, stdout=subprocess.PIPE, text=True)

    number = await enqueued("steps")
    for kills in range(4):
        with start() as process:
            assert process.stdout
            for line in iter(process.stdout.readline, ""):
                if kills < 3 and int(line) >= 10 * (kills + 1):
                    process.send_signal(signal.SIGKILL)
                    break
                if int(line) == 39:
                    await ended(number)
                    process.terminate()
                    break
    assert (await row(number))["state"] == JobState.done.value
    made = [r["payload"] for r in await Job.select(Job.payload).where(Job.kind == "step").order_by(Job.id)]
    assert made == [f'{{"n":{n}}}' for n in range(40)]
