from pathlib import Path

from piccolo.conf.apps import AppConfig

from .tables import MailBounce, MailMessage

APP_CONFIG = AppConfig(
    app_name="mail",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=[MailMessage, MailBounce],
    migration_dependencies=[],
    commands=[],
)
