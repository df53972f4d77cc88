"""Where badges are scanned (检票点), and the areas behind them (区域)."""

from enum import StrEnum

from piccolo.columns import Boolean, ForeignKey, Integer, Serial, Text, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from core.editions.tables import Edition


class Reentry(StrEnum):
    """How often a badge enters an area: once at all, once a day, as often as it likes."""

    once = "once"
    daily = "daily"
    free = "free"


class Area(Table, tablename="area"):
    """What is behind one or more checkpoints: rules count per area. Unique: (edition, code)."""

    id: Serial
    edition = ForeignKey(Edition, on_delete=OnDelete.restrict, null=False)
    code = Varchar(length=40)
    name_zh = Varchar(length=200)
    name_en = Varchar(length=200)
    #: How many may be inside at once; None: any number.
    capacity = Integer(default=None, null=True)
    #: Codes, with a space between, of the areas that whoever enters this one has left.
    leaves = Text(default="")
    #: The own area of a checkpoint that names none.
    hidden = Boolean(default=False)


class Checkpoint(Table, tablename="checkpoint"):
    """Unique: (edition, code)."""

    id: Serial
    edition = ForeignKey(Edition, on_delete=OnDelete.restrict, null=False)
    #: Upper case.
    code = Varchar(length=40)
    name_zh = Varchar(length=200)
    name_en = Varchar(length=200)
    area = ForeignKey(Area, on_delete=OnDelete.restrict, null=False)
    #: Kinds of badges admitted, with a space between; empty: all.
    kinds = Text(default="")
    #: ISO dates with a space between, any dates; empty: every day.
    days = Text(default="")
    #: Minutes after local midnight, 0 to 1440; None: no limit.
    opens = Integer(default=None, null=True)
    closes = Integer(default=None, null=True)
    reentry = Varchar(length=5, default=Reentry.once.value)
    #: Whoever leaves is scanned, too.
    exits = Boolean(default=False)
    active = Boolean(default=True)
    #: The verdict stands on the screen until the crew confirms it.
    hold = Boolean(default=False)
    position = Integer(default=0)
