"""The tables of this domain, a file for each part of it."""

from projects.tables.files import ProjectFile
from projects.tables.interests import Interest
from projects.tables.matching import MatchWeights, NoThanks
from projects.tables.meetings import Meeting, MeetingMinute, MeetingSide, MeetingState, Outcome
from projects.tables.pitches import MinuteOfSpeaker, MinuteOfStage, PitchStage, Slot, SlotKind, Speaker
from projects.tables.planning import MeetingAway, MeetingHours, MeetingPlan, MeetingRoom, MeetingSetting, PlanState
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
    "MatchWeights",
    "Meeting",
    "MeetingAway",
    "MeetingHours",
    "MeetingMinute",
    "MeetingPlan",
    "MeetingRoom",
    "MeetingSetting",
    "MeetingSide",
    "MeetingState",
    "MinuteOfSpeaker",
    "MinuteOfStage",
    "NoThanks",
    "Outcome",
    "Phase",
    "PitchStage",
    "PlanState",
    "Project",
    "ProjectCooperation",
    "ProjectField",
    "ProjectFile",
    "ProjectState",
    "ProjectTrade",
    "Slot",
    "SlotKind",
    "Speaker",
    "TradeSide",
]
