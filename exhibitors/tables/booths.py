"""Halls (展馆) with their booths (展位), and who holds which.

Lengths are decimetres from the hall's north-west corner, so that a booth of 2.5 × 3 m has whole numbers; areas are
square decimetres.
"""

from typing import Any

from piccolo.columns import BigInt, Boolean, ForeignKey, Integer, Serial, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from core.editions.tables import Edition
from exhibitors.tables.applications import Exhibitor


class Hall(Table, tablename="hall"):
    id: Serial
    edition = ForeignKey(Edition, on_delete=OnDelete.restrict, null=False)
    code = Varchar(length=20)
    name_zh = Varchar(length=100)
    name_en = Varchar(length=100, default="")
    position = Integer(default=0)
    width = Integer()
    height = Integer()
    #: Where visitors come in: a point on a wall.
    entrance_x = Integer(default=0)
    entrance_y = Integer(default=0)


class Booth(Table, tablename="booth"):
    """A rectangle of a hall: 标准展位 or 光地."""

    id: Serial
    edition = ForeignKey(Edition, on_delete=OnDelete.restrict, null=False)
    hall = ForeignKey(Hall, on_delete=OnDelete.restrict, null=False)
    #: Unique in the edition, as people say it: ``A-101``.
    code = Varchar(length=20)
    kind = Varchar(length=10)
    x = Integer()
    y = Integer()
    width = Integer()
    height = Integer()
    #: What is charged and answered; that of the rectangle, but where an organizer said otherwise.
    area = Integer()
    #: Sides that face an aisle, 0 to 4; two or more make a corner. Found anew whenever the plan changes.
    open_sides = Integer(default=0)
    #: An area of its own theme or price (展区), in the organizers' words.
    zone = Varchar(length=40, default="")
    #: Not to be given away (停用).
    blocked = Boolean(default=False)
    #: The booth that it was merged into (合并); it stands for itself again when that one is split.
    part_of: ForeignKey[Any] = ForeignKey("self", on_delete=OnDelete.restrict, null=True)
    changed_at = Timestamptz()


class BoothHolding(Table, tablename="booth_holding"):
    """Who holds a booth (展位分配). The unique index on ``booth`` forbids two; an exhibitor may hold several."""

    id: Serial
    booth = ForeignKey(Booth, on_delete=OnDelete.restrict, null=False)
    exhibitor = ForeignKey(Exhibitor, on_delete=OnDelete.restrict, null=False)
    given_at = Timestamptz()
    #: ``Actor.key``.
    given_by = Varchar(length=60)
    #: The end of its term (保留期限): then it falls free. None: held for good.
    until = Timestamptz(default=None, null=True)
    warned_at = Timestamptz(default=None, null=True)
    #: In fen, as the price table stood when it was given; None where nothing was charged.
    fee = BigInt(default=None, null=True)
