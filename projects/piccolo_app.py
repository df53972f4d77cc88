from pathlib import Path

from piccolo.conf.apps import AppConfig

from .tables import (
    Interest,
    Meeting,
    MeetingMinute,
    MinuteOfSpeaker,
    MinuteOfStage,
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
    ],
    migration_dependencies=["core.editions.piccolo_app", "exhibitors.piccolo_app", "checkin.piccolo_app"],
    commands=[],
)
