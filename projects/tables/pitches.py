"""The timetable (日程): stages, what happens on them and who speaks.

No exclusion constraint is needed, so that SQLite and CockroachDB forbid an overlap as PostgreSQL does: a slot has a row
for each of its minutes, and a unique index lets one stage, and one speaker, have each minute once.
"""

from enum import StrEnum

from piccolo.columns import BigInt, ForeignKey, Integer, Serial, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from core.editions.tables import Edition
from projects.tables.projects import Project


class SlotKind(StrEnum):
    """推介/路演, 演讲, 仪式, 签约, 休息."""

    pitch = "pitch"
    talk = "talk"
    ceremony = "ceremony"
    signing = "signing"
    pause = "pause"


class PitchStage(Table, tablename="pitch_stage"):
    """A place on which one thing happens at a time (舞台)."""

    id: Serial
    edition = ForeignKey(Edition, on_delete=OnDelete.restrict, null=False)
    name = Varchar(length=100)
    name_en = Varchar(length=100, default="")
    #: Minutes that stay free after each slot (换场).
    changeover = Integer(default=0)
    position = Integer(default=0)


class Slot(Table, tablename="slot"):
    id: Serial
    edition = ForeignKey(Edition, on_delete=OnDelete.restrict, null=False)
    stage = ForeignKey(PitchStage, on_delete=OnDelete.restrict, null=False)
    kind = Varchar(length=10, default=SlotKind.pitch.value)
    #: Of a pitch; a project has one slot.
    project = ForeignKey(Project, on_delete=OnDelete.restrict, null=True, default=None)
    #: Of anything else.
    title = Varchar(length=200, default="")
    title_en = Varchar(length=200, default="")
    starts_at = Timestamptz()
    ends_at = Timestamptz()
    #: Counts its changes, for calendars (SEQUENCE of RFC 5545).
    sequence = Integer(default=0)
    changed_at = Timestamptz()


class Speaker(Table, tablename="slot_speaker"):
    """Who speaks (演讲人). Published with the agenda. Personal: ``name``, ``organisation``."""

    id: Serial
    slot = ForeignKey(Slot, on_delete=OnDelete.cascade, null=False)
    name = Varchar(length=100)
    organisation = Varchar(length=200, default="")
    position = Integer(default=0)


class MinuteOfStage(Table, tablename="slot_stage_minute"):
    """``minute`` counts from 1970 in UTC; those of the changeover belong to the slot before."""

    id: Serial
    slot = ForeignKey(Slot, on_delete=OnDelete.cascade, null=False)
    stage = Integer()
    minute = BigInt()


class MinuteOfSpeaker(Table, tablename="slot_speaker_minute"):
    """``speaker`` is a digest of edition, name and organisation: whoever bears both is taken for one person."""

    id: Serial
    slot = ForeignKey(Slot, on_delete=OnDelete.cascade, null=False)
    speaker = Varchar(length=32)
    minute = BigInt()
