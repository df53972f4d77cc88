from pathlib import Path

from piccolo.conf.apps import AppConfig

from .tables import Badge

APP_CONFIG = AppConfig(
    app_name="checkin",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=[Badge],
    migration_dependencies=["core.editions.piccolo_app", "exhibitors.piccolo_app"],
    commands=[],
)
