from pathlib import Path

from piccolo.conf.apps import AppConfig

from .tables import (
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
    ],
    migration_dependencies=["core.editions.piccolo_app", "exhibitors.piccolo_app"],
    commands=[],
)
