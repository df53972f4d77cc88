from pathlib import Path

from piccolo.conf.apps import AppConfig

from .tables import FilePiece, StoredFile

APP_CONFIG = AppConfig(
    app_name="files",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=[StoredFile, FilePiece],
    migration_dependencies=[],
    commands=[],
)
