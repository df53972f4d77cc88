"""The door to the database.

Reads are plain Piccolo queries. Every write goes through :func:`transaction`::

    async with transaction():
        await Booth.insert(Booth(code="A-101"))
        after_commit(lambda: publish("booth", "A-101"))
"""

from core.db.counting import count_queries
from core.db.door import after_commit, engine, insert_together, lifespan, make_engine, run_job, run_read, transaction
from core.db.errors import Busy, StorageFull, TransactionMisuse
from core.db.jobs import ReadJob, WriteJob
from core.db.reading import moment_in
from core.db.snapshots import Reading, in_one_snapshot
from core.db.transactions import written

__all__ = [
    "Busy",
    "ReadJob",
    "Reading",
    "StorageFull",
    "TransactionMisuse",
    "WriteJob",
    "after_commit",
    "count_queries",
    "engine",
    "in_one_snapshot",
    "insert_together",
    "lifespan",
    "make_engine",
    "moment_in",
    "run_job",
    "run_read",
    "transaction",
    "written",
]
