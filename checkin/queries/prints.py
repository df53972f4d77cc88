"""Reads of what was printed."""

from datetime import datetime

import msgspec

from checkin.printing.layouts import Layout
from checkin.queries.badges import Filter
from checkin.tables import BadgePrint, PrintRun
from core.accounts.queries import names_of
from core.editions.queries import EditionInfo
from core.errors import NotFound
from core.jobs.tables import Job, JobState

SHOWN = 30


class RunLine(msgspec.Struct, frozen=True):
    id: int
    layout: Layout
    only: Filter
    total: int
    file: int | None
    made_by: str
    made_at: datetime
    done_at: datetime | None
    #: None once the job is forgotten.
    state: JobState | None
    progress: int

    @property
    def at_work(self) -> bool:
        return self.done_at is None and self.state in (JobState.queued, JobState.running)


async def runs(edition: EditionInfo) -> list[RunLine]:
    """The newest first."""
    rows = (
        await PrintRun.select()
        .where(PrintRun.edition == edition.id)
        .order_by(PrintRun.id, ascending=False)
        .limit(SHOWN)
    )
    numbers = [row["job"] for row in rows if row["job"] is not None]
    found = await Job.select(Job.id, Job.state, Job.progress).where(Job.id.is_in(numbers)) if numbers else []
    jobs = {row["id"]: row for row in found}
    names = await names_of({row["made_by"] for row in rows})
    lines = []
    for row in rows:
        at = jobs.get(row["job"])
        lines.append(
            RunLine(
                row["id"],
                Layout(row["layout"]),
                msgspec.json.decode(row["wanted"], type=Filter),
                row["total"],
                row["file"],
                names.get(row["made_by"], row["made_by"]),
                row["made_at"],
                row["done_at"],
                JobState(at["state"]) if at else None,
                at["progress"] if at else 0,
            )
        )
    return lines


async def file_of_run(edition: EditionInfo, run: int) -> int:
    """:raises NotFound: not made yet, or thrown away."""
    row = await PrintRun.select(PrintRun.file).where(PrintRun.id == run, PrintRun.edition == edition.id).first()
    if row is None or row["file"] is None:
        raise NotFound
    return int(row["file"])


class PrintLine(msgspec.Struct, frozen=True):
    at: datetime
    by: str
    layout: Layout
    #: Of the code that the badge has now.
    current: bool


async def prints_of(badge: int, uid: int | None) -> list[PrintLine]:
    """The newest first."""
    rows = await BadgePrint.select().where(BadgePrint.badge == badge).order_by(BadgePrint.id, ascending=False).limit(50)
    names = await names_of({row["actor"] for row in rows})
    return [
        PrintLine(row["at"], names.get(row["actor"], row["actor"]), Layout(row["layout"]), row["uid"] == uid)
        for row in rows
    ]
