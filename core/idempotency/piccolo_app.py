from pathlib import Path

from piccolo.conf.apps import AppConfig

from .tables import KeptAnswer

APP_CONFIG = AppConfig(
    app_name="idempotency",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=[KeptAnswer],
    migration_dependencies=[],
    commands=[],
)
