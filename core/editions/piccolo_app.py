from pathlib import Path

from piccolo.conf.apps import AppConfig

from .tables import Edition, EditionCategory, EditionDay, EditionField

APP_CONFIG = AppConfig(
    app_name="editions",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=[Edition, EditionDay, EditionField, EditionCategory],
    migration_dependencies=[],
    commands=[],
)
