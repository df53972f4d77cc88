"""The tables of this domain, a file for each part of it."""

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
    "MinuteOfSpeaker",
    "MinuteOfStage",
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
