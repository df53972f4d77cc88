"""Talks between a project and a partner (洽谈): asked for, agreed to, at a table, and what came of it."""

from enum import StrEnum

from piccolo.columns import BigInt, ForeignKey, Serial, SmallInt, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from checkin.tables import Badge
from core.editions.tables import Edition
from exhibitors.tables import Exhibitor
from projects.tables.projects import Project


class MeetingState(StrEnum):
    requested = "requested"
    accepted = "accepted"
    declined = "declined"
    cancelled = "cancelled"
    held = "held"
    missed = "missed"


class MeetingSide(StrEnum):
    """Who asks, answers or judges: the project's owner, the partner, an organizer for either."""

    owner = "owner"
    partner = "partner"
    organizer = "organizer"


class Outcome(StrEnum):
    """不合适, 仅了解, 可合作, 有签约意向."""

    not_suitable = "not_suitable"
    informative = "informative"
    cooperation = "cooperation"
    deal = "deal"


class Meeting(Table, tablename="meeting"):
    """The partner is an exhibitor, or a visitor who has shown interest. Personal: ``message``, ``note``."""

    id: Serial
    edition = ForeignKey(Edition, on_delete=OnDelete.restrict, null=False)
    #: What people say: ``M`` and six digits, random.
    number = Varchar(length=12)
    project = ForeignKey(Project, on_delete=OnDelete.restrict, null=False)
    exhibitor = ForeignKey(Exhibitor, on_delete=OnDelete.restrict, null=True, default=None)
    badge = ForeignKey(Badge, on_delete=OnDelete.restrict, null=True, default=None)
    #: As :attr:`projects.tables.interests.Interest.who`.
    who = BigInt()
    #: One that is under way: unique with project and partner. Null when it is over.
    open = BigInt(default=None, null=True)
    state = Varchar(length=10, default=MeetingState.requested.value)
    asked_side = Varchar(length=10)
    message = Text(default="")
    #: The table or room, and when; empty until an organizer gives them.
    place = Varchar(length=60, default="")
    starts_at = Timestamptz(default=None, null=True)
    ends_at = Timestamptz(default=None, null=True)
    #: A time that one of the two would rather have, and which; empty once it is placed anew.
    wished_at = Timestamptz(default=None, null=True)
    wished_by = Varchar(length=10, default="")
    #: 1 usual, 2 important, 3 urgent: what a plan gives a place first.
    priority = SmallInt(default=1)
    #: When each was seen at the table, or where one asks for it.
    owner_here_at = Timestamptz(default=None, null=True)
    partner_here_at = Timestamptz(default=None, null=True)
    #: :class:`Outcome`, as either side saw it.
    outcome_owner = Varchar(length=12, default="")
    outcome_partner = Varchar(length=12, default="")
    note = Text(default="")
    #: ``Actor.key``.
    made_by = Varchar(length=60)
    made_at = Timestamptz()
    changed_at = Timestamptz()


class MeetingMinute(Table, tablename="meeting_minute"):
    """A table, a firm and a visitor have each minute once: unique by ``key`` and ``minute`` (since 1970, UTC)."""

    id: Serial
    meeting = ForeignKey(Meeting, on_delete=OnDelete.cascade, null=False)
    key = Varchar(length=100)
    minute = BigInt()
