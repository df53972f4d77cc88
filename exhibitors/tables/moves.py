"""When exhibitors may drive up to build and to take down (布展/撤展)."""

from enum import StrEnum

from piccolo.columns import ForeignKey, Integer, Serial, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from core.editions.tables import Edition
from exhibitors.tables.applications import Exhibitor


class Way(StrEnum):
    #: 布展进场.
    arrival = "arrival"
    #: 撤展离场.
    departure = "departure"


class MoveWindow(Table, tablename="move_window"):
    id: Serial
    edition = ForeignKey(Edition, on_delete=OnDelete.restrict, null=False)
    way = Varchar(length=10)
    starts_at = Timestamptz()
    ends_at = Timestamptz()
    #: A hall's code; empty: for all.
    hall = Varchar(length=20, default="")
    #: How many exhibitors may come in it; None: any number.
    capacity = Integer(default=None, null=True)


class MovePlace(Table, tablename="move_place"):
    """An exhibitor's place in a window. Unique: (slot, seat), seats counting from 1 up to the capacity, so that no
    two hold the last one; and (exhibitor, way)."""

    id: Serial
    slot = ForeignKey(MoveWindow, on_delete=OnDelete.restrict, null=False)
    exhibitor = ForeignKey(Exhibitor, on_delete=OnDelete.restrict, null=False)
    way = Varchar(length=10)
    seat = Integer()
    chosen_at = Timestamptz()
    #: ``Actor.key``.
    chosen_by = Varchar(length=60)
