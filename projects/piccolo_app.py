from pathlib import Path

from piccolo.conf.apps import AppConfig

from .tables import (
    Interest,
    MatchWeights,
    Meeting,
    MeetingAway,
    MeetingHours,
    MeetingMinute,
    MeetingPlan,
    MeetingRoom,
    MeetingSetting,
    MinuteOfSpeaker,
    MinuteOfStage,
    NoThanks,
    PitchStage,
    Project,
    ProjectCooperation,
    ProjectField,
    ProjectTrade,
    Slot,
    Speaker,
)

APP_CONFIG = AppConfig(
    app_name="projects",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=[
        Project,
        ProjectField,
        ProjectCooperation,
        ProjectTrade,
        PitchStage,
        Slot,
        Speaker,
        MinuteOfStage,
        MinuteOfSpeaker,
        Interest,
        Meeting,
        MeetingMinute,
        MeetingSetting,
        MeetingHours,
        MeetingRoom,
        MeetingAway,
        MeetingPlan,
        MatchWeights,
        NoThanks,
    ],
    migration_dependencies=["core.editions.piccolo_app", "exhibitors.piccolo_app", "checkin.piccolo_app"],
    commands=[],
)
