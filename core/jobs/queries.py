"""What the desk shows of jobs."""

from datetime import datetime

import msgspec
from piccolo.query.functions.aggregate import Count

from core.jobs.tables import Job, JobState, Periodic

#: The periodic work whose note is a sign of life of whoever runs jobs, mail and seals.
ALIVE = "sign of life"


class JobLine(msgspec.Struct, frozen=True):
    id: int
    kind: str
    state: JobState
    progress: int
    total: int
    attempts: int
    error: str
    run_at: datetime
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def can_be_cancelled(self) -> bool:
        return self.state in (JobState.queued, JobState.running)

    @property
    def can_be_retried(self) -> bool:
        return self.state in (JobState.failed, JobState.cancelled)


_LINE = [getattr(Job, name) for name in JobLine.__struct_fields__]


async def jobs(state: JobState | None, *, before: int | None, limit: int) -> list[JobLine]:
    """The newest first."""
    query = Job.select(*_LINE).order_by(Job.id, ascending=False).limit(limit)
    if state is not None:
        query = query.where(Job.state == state.value)
    if before is not None:
        query = query.where(Job.id < before)
    return [msgspec.convert(row, JobLine) for row in await query]


async def one_job(number: int) -> JobLine | None:
    """``None`` once it is forgotten."""
    row = await Job.select(*_LINE).where(Job.id == number).first()
    return None if row is None else msgspec.convert(row, JobLine)


class JobResult(msgspec.Struct, frozen=True):
    id: int
    state: JobState
    error: str
    #: JSON, empty until it is done.
    result: str
    finished_at: datetime | None


async def last_job(kind: str, payload: dict[str, object], *, done: bool = False) -> JobResult | None:
    """The latest of this kind that is asked the same, while it is remembered."""
    asked = [msgspec.json.encode(payload).decode()]
    where = (Job.kind == kind) & Job.payload.is_in(asked)
    if done:
        where &= Job.state == JobState.done.value
    columns = [getattr(Job, name) for name in JobResult.__struct_fields__]
    row = await Job.select(*columns).where(where).order_by(Job.id, ascending=False).first()
    return None if row is None else msgspec.convert(row, JobResult)


async def counts() -> dict[JobState, int]:
    rows = await Job.select(Job.state, Count()).group_by(Job.state)
    return {state: sum(row["count"] for row in rows if row["state"] == state.value) for state in JobState}


async def last_alive() -> datetime | None:
    row = await Periodic.select(Periodic.last_at).where(Periodic.name == ALIVE).first()
    found: datetime | None = row["last_at"] if row else None
    return found


async def overdue(since: datetime) -> int:
    """Jobs that might have begun before then and have not."""
    return int(await Job.count().where(Job.state == JobState.queued.value, Job.run_at < since))
