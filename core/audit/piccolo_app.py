from pathlib import Path

from piccolo.conf.apps import AppConfig

from .tables import AuditAnchor, AuditEntry, AuditHead, AuditPending, AuditSeal, AuditSetting

APP_CONFIG = AppConfig(
    app_name="audit",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=[AuditEntry, AuditSeal, AuditPending, AuditHead, AuditAnchor, AuditSetting],
    migration_dependencies=[],
    commands=[],
)
