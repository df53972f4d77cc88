"""Of an exhibitor's submissions of drawings one is current."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from core.db.migrations import raw

ID = "2026-11-24T19:38:40:000000"
VERSION = "1.38.0"
DESCRIPTION = "indexes of drawings"

INDEXES = {"drawing_submission_current": "UNIQUE INDEX ON drawing_submission (exhibitor, current)"}


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="exhibitors", description=DESCRIPTION)

    async def run() -> None:
        for name, what in INDEXES.items():
            await raw(f"CREATE {what.replace(' ON', f' {name} ON', 1)}")

    async def undo() -> None:
        for name in INDEXES:
            await raw(f"DROP INDEX {name}")

    manager.add_raw(run)
    manager.add_raw_backwards(undo)
    return manager
