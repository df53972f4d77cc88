from pathlib import Path

from piccolo.conf.apps import AppConfig

from .tables import Job, Periodic

APP_CONFIG = AppConfig(
    app_name="jobs",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=[Job, Periodic],
    migration_dependencies=[],
    commands=[],
)
