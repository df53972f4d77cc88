"""Whether a raw booth may be built as drawn (特装审图)."""

from enum import StrEnum

from piccolo.columns import ForeignKey, Integer, Serial, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from exhibitors.tables.applications import Exhibitor


class DrawingState(StrEnum):
    submitted = "submitted"
    approved = "approved"
    changes = "changes"


class DrawingSubmission(Table, tablename="drawing_submission"):
    """The drawings that stood among an exhibitor's files at ``submitted_at``, handed in together. Personal: ``note``,
    ``answer``, ``decided_name``."""

    id: Serial
    exhibitor = ForeignKey(Exhibitor, on_delete=OnDelete.restrict, null=False)
    state = Varchar(length=10)
    #: 1 for the latest, else None: the unique index lets one exhibitor have one.
    current = Integer(default=None, null=True)
    note = Text(default="")
    #: ``Actor.key``.
    submitted_by = Varchar(length=60)
    submitted_at = Timestamptz()
    answer = Text(default="")
    decided_by = Varchar(length=60, default="")
    decided_name = Varchar(length=100, default="")
    decided_at = Timestamptz(default=None, null=True)
