"""Jobs and when periodic work was last begun. ``payload``, ``checkpoint`` and ``result`` are JSON and hold ids, no
personal data; ``error`` is what a person of the desk may read."""

from enum import StrEnum

from piccolo.columns import Integer, Serial, Text, Timestamptz, Varchar
from piccolo.table import Table


class JobState(StrEnum):
    queued = "queued"
    #: Held by ``worker`` until ``lease_until``; after that by whoever takes it.
    running = "running"
    done = "done"
    failed = "failed"
    cancelled = "cancelled"


class Job(Table, tablename="job"):
    id: Serial
    kind = Varchar(length=60)
    payload = Text(default="{}")
    state = Varchar(length=10)
    progress = Integer(default=0)
    #: 0 while nobody knows.
    total = Integer(default=0)
    attempts = Integer(default=0)
    run_at = Timestamptz()
    lease_until = Timestamptz(default=None, null=True)
    #: Made anew with each claim, so that who lost one can write nothing more.
    worker = Varchar(length=80, default="")
    error = Text(default="")
    result = Text(default="")
    #: The same key is never enqueued twice.
    key = Varchar(length=200, unique=True, null=True, default=None)
    created_by = Varchar(length=80, default="")
    created_at = Timestamptz()
    started_at = Timestamptz(default=None, null=True)
    finished_at = Timestamptz(default=None, null=True)
    checkpoint = Text(default="")


class Periodic(Table, tablename="periodic"):
    id: Serial
    name = Varchar(length=60, unique=True)
    last_at = Timestamptz()
