"""Work that is too slow for a request, from a table, so that a restart loses nothing.

::

    @job("exhibitors.import")
    async def import_sheet(ctx: JobContext, payload: dict[str, Any]) -> object: ...

    async with transaction():
        await enqueue_job("exhibitors.import", {"file": 7}, actor=actor)

A job runs **at least once**: after ``kill -9`` it is started again with what ``ctx.save()`` kept. What a step writes
in one transaction with ``ctx.save()`` is written once.
"""

from core.jobs.context import JobCancelled, JobContext, JobFailed
from core.jobs.registry import every, job
from core.jobs.services import enqueue_job

__all__ = ["JobCancelled", "JobContext", "JobFailed", "enqueue_job", "every", "job"]
