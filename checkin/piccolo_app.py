from pathlib import Path

from piccolo.conf.apps import AppConfig

from .tables import (
    Area,
    AreaBar,
    AreaCount,
    Badge,
    BadgeChange,
    BadgeKey,
    Checkpoint,
    DeviceInvite,
    Presence,
    Scan,
    ScanDevice,
    ScanFold,
    ScanRuling,
    ScanTally,
    ScanUndo,
)

APP_CONFIG = AppConfig(
    app_name="checkin",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=[
        Area,
        AreaBar,
        AreaCount,
        Badge,
        BadgeChange,
        BadgeKey,
        Checkpoint,
        DeviceInvite,
        Presence,
        Scan,
        ScanDevice,
        ScanFold,
        ScanRuling,
        ScanTally,
        ScanUndo,
    ],
    migration_dependencies=["core.editions.piccolo_app", "core.accounts.piccolo_app", "exhibitors.piccolo_app"],
    commands=[],
)
