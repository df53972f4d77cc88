from pathlib import Path

from piccolo.conf.apps import AppConfig

from .tables import (
    Deal,
    DealCeremony,
    DealFile,
    DealParty,
    DealPosting,
    DealPulse,
    DealRevision,
    DealRuling,
    DealSum,
    DealSuspicion,
)

APP_CONFIG = AppConfig(
    app_name="deals",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=[
        Deal,
        DealRevision,
        DealParty,
        DealPosting,
        DealSum,
        DealPulse,
        DealSuspicion,
        DealRuling,
        DealFile,
        DealCeremony,
    ],
    migration_dependencies=["core.editions.piccolo_app", "core.files.piccolo_app", "exhibitors.piccolo_app"],
    commands=[],
)
