"""Who builds for an exhibitor, and which people and vehicles may come in for it (搭建商, 施工证, 车辆通行证)."""

from enum import StrEnum

from piccolo.columns import Date, ForeignKey, Integer, Serial, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from core.editions.tables import Edition
from exhibitors.tables.applications import Exhibitor
from exhibitors.tables.moves import MoveWindow


class PassKind(StrEnum):
    #: 施工证.
    worker = "worker"
    #: 车辆通行证.
    vehicle = "vehicle"


class PassState(StrEnum):
    submitted = "submitted"
    approved = "approved"
    #: Sent back.
    changes = "changes"
    withdrawn = "withdrawn"


class PassTerms(Table, tablename="pass_terms"):
    """How many passes an edition gives out, and until when they are applied for: one row, or none for the usual."""

    id: Serial
    edition = ForeignKey(Edition, on_delete=OnDelete.restrict, null=False)
    #: For each nine square metres begun.
    workers = Integer()
    #: For each exhibitor.
    vehicles = Integer()
    until = Date(default=None, null=True)


class Contractor(Table, tablename="contractor"):
    """The firm that builds a stand, one for each exhibitor (搭建商). Personal: ``person``, ``mobile``."""

    id: Serial
    exhibitor = ForeignKey(Exhibitor, on_delete=OnDelete.restrict, null=False)
    name = Varchar(length=200)
    person = Varchar(length=100)
    #: E.164.
    mobile = Varchar(length=20)
    changed_at = Timestamptz()


class WorkPass(Table, tablename="work_pass"):
    """A pass for one person or one vehicle. Personal: ``name``, ``mobile``, ``plate``, ``answer``, ``decided_name``."""

    id: Serial
    exhibitor = ForeignKey(Exhibitor, on_delete=OnDelete.restrict, null=False)
    kind = Varchar(length=10)
    state = Varchar(length=10)
    #: 1 up to the quota, None once withdrawn: the unique index keeps two at once from passing it.
    seat = Integer(default=None, null=True)
    #: Printed large, so that it can be read out at the gate.
    serial = Varchar(length=8)
    #: The worker, or who drives.
    name = Varchar(length=100)
    #: E.164.
    mobile = Varchar(length=20, default="")
    #: What a worker does (工种).
    trade = Varchar(length=60, default="")
    #: Of a vehicle.
    plate = Varchar(length=12, default="")
    #: When the vehicle drives up; None: at any time.
    slot = ForeignKey(MoveWindow, on_delete=OnDelete.restrict, null=True, default=None)
    asked_by = Varchar(length=60)
    asked_at = Timestamptz()
    answer = Text(default="")
    decided_by = Varchar(length=60, default="")
    decided_name = Varchar(length=100, default="")
    decided_at = Timestamptz(default=None, null=True)
