"""What a day of meetings is planned by: hours, tables, who is away; and the plans that were proposed."""

from enum import StrEnum

from piccolo.columns import BigInt, Boolean, Date, ForeignKey, Serial, SmallInt, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from core.editions.tables import Edition


class MeetingSetting(Table, tablename="meeting_setting"):
    """Minutes that a meeting lasts, between two, and to walk from a hall to another."""

    id: Serial
    edition = ForeignKey(Edition, on_delete=OnDelete.restrict, null=False, unique=True)
    minutes = SmallInt(default=20)
    gap = SmallInt(default=5)
    walk = SmallInt(default=10)


class MeetingHours(Table, tablename="meeting_hours"):
    """From when to when people meet; between two of a day is a break. Minutes of the day by the expo's clock."""

    id: Serial
    edition = ForeignKey(Edition, on_delete=OnDelete.restrict, null=False)
    day = Date()
    opens = SmallInt()
    closes = SmallInt()


class MeetingRoom(Table, tablename="meeting_room"):
    """Tables of a hall (洽谈桌): ``prefix`` and a number from 1."""

    id: Serial
    edition = ForeignKey(Edition, on_delete=OnDelete.restrict, null=False)
    hall = Varchar(length=60)
    prefix = Varchar(length=20)
    tables = SmallInt()


class MeetingAway(Table, tablename="meeting_away"):
    """When somebody cannot meet: an exhibitor, or the holder of a badge."""

    id: Serial
    edition = ForeignKey(Edition, on_delete=OnDelete.restrict, null=False)
    #: As :attr:`projects.tables.interests.Interest.who`.
    who = BigInt()
    starts_at = Timestamptz()
    ends_at = Timestamptz()


class PlanState(StrEnum):
    making = "making"
    #: Nothing of it counts before an organizer says so.
    ready = "ready"
    applying = "applying"
    applied = "applied"
    dropped = "dropped"
    failed = "failed"


class MeetingPlan(Table, tablename="meeting_plan"):
    """A plan that was proposed. ``result`` is JSON (:class:`projects.queries.planning.Proposal`), without names."""

    id: Serial
    edition = ForeignKey(Edition, on_delete=OnDelete.restrict, null=False)
    state = Varchar(length=10, default=PlanState.making.value)
    #: What has a table already stays there.
    keeps = Boolean(default=True)
    result = Text(default="")
    #: ``Actor.key``.
    made_by = Varchar(length=60)
    made_at = Timestamptz()
