"""Writing jobs and, from the desk, taking them back or trying them again."""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from core import clock
from core.accounts.roles import SYSTEM, Actor
from core.audit.services import record
from core.db import after_commit, transaction
from core.errors import DomainError
from core.i18n import mark
from core.jobs import waking
from core.jobs.tables import Job, JobState

#: How long finished jobs stay readable.
KEPT_FOR = timedelta(days=30)
OPEN = (JobState.queued.value, JobState.running.value)
ENDED = (JobState.done.value, JobState.failed.value, JobState.cancelled.value)


class NotNow(DomainError):
    code = "wrong_status"
    message = mark("This job is no longer in the state that it was shown in.")


async def enqueue_job(
    kind: str,
    payload: dict[str, Any],
    *,
    run_at: datetime | None = None,
    key: str | None = None,
    actor: Actor = SYSTEM,
) -> int:
    """Inside the transaction of what causes it; answers the job's id. With a ``key`` that was used before, nothing
    happens and the id is the earlier one's."""
    now = clock.now()
    row = Job(
        kind=kind,
        payload=msgspec.json.encode(payload).decode(),
        state=JobState.queued.value,
        run_at=run_at or now,
        key=key,
        created_by=actor.key,
        created_at=now,
    )
    async with transaction():
        inserting = Job.insert(row)
        if key is not None:
            inserting = inserting.on_conflict(target=Job.key, action="DO NOTHING")
        made = await inserting.returning(Job.id)
        if not made:
            made = await Job.select(Job.id).where(Job.key == key)
        after_commit(waking.nudge)
    number: int = made[0]["id"]
    return number


async def cancel(actor: Actor, number: int) -> None:
    """A running one notices at its next step and stops there.

    :raises NotNow: it has ended.
    """
    now = clock.now()
    async with transaction():
        gone = (
            await Job.update({Job.state: JobState.cancelled.value, Job.finished_at: now, Job.lease_until: None})
            .where(Job.id == number, Job.state.is_in(list(OPEN)))
            .returning(Job.kind)
        )
        if not gone:
            raise NotNow
        await record(actor, "job.cancelled", f"job:{number}", after={"kind": gone[0]["kind"]})


async def retry(actor: Actor, number: int) -> None:
    """Begins again at its last checkpoint, with all tries before it.

    :raises NotNow: it neither failed nor was cancelled.
    """
    async with transaction():
        again = (
            await Job.update(
                {
                    Job.state: JobState.queued.value,
                    Job.run_at: clock.now(),
                    Job.attempts: 0,
                    Job.error: "",
                    Job.finished_at: None,
                }
            )
            .where(Job.id == number, Job.state.is_in([JobState.failed.value, JobState.cancelled.value]))
            .returning(Job.kind)
        )
        if not again:
            raise NotNow
        await record(actor, "job.retried", f"job:{number}", after={"kind": again[0]["kind"]})
        after_commit(waking.nudge)


async def purge() -> None:
    async with transaction():
        await Job.delete().where(Job.state.is_in(list(ENDED)), Job.finished_at < clock.now() - KEPT_FOR)
