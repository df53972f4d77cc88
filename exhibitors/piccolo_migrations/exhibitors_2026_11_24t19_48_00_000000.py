"""No two hold one place of a window, and each exhibitor holds one of each way."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from core.db.migrations import raw

ID = "2026-11-24T19:48:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "indexes of moves"

INDEXES = {
    "move_place_seat": "UNIQUE INDEX ON move_place (slot, seat)",
    "move_place_way": "UNIQUE INDEX ON move_place (exhibitor, way)",
}


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
