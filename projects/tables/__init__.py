"""The tables of this domain, a file for each part of it."""

from projects.tables.interests import Interest
from projects.tables.meetings import Meeting, MeetingMinute, MeetingSide, MeetingState, Outcome
from projects.tables.pitches import MinuteOfSpeaker, MinuteOfStage, PitchStage, Slot, SlotKind, Speaker
from projects.tables.projects import (
    Cooperation,
    Phase,
    Project,
    ProjectCooperation,
    ProjectField,
    ProjectState,
    ProjectTrade,
    TradeSide,
)

__all__ = [
    "Cooperation",
    "Interest",
    "Meeting",
    "MeetingMinute",
    "MeetingSide",
    "MeetingState",
    "MinuteOfSpeaker",
    "MinuteOfStage",
    "Outcome",
    "Phase",
    "PitchStage",
    "Project",
    "ProjectCooperation",
    "ProjectField",
    "ProjectState",
    "ProjectTrade",
    "Slot",
    "SlotKind",
    "Speaker",
    "TradeSide",
]
