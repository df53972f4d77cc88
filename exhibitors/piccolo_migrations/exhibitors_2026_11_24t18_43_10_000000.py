"""What the desk reads by; one waiting change an exhibitor."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from core.db.migrations import raw

ID = "2026-11-24T18:43:10:000000"
VERSION = "1.38.0"
DESCRIPTION = "indexes of the exhibitor's desk"

INDEXES = {
    "exhibitor_product_of": "INDEX ON exhibitor_product (exhibitor)",
    "exhibitor_message_of": "INDEX ON exhibitor_message (exhibitor, id)",
    "exhibitor_message_unread": "INDEX ON exhibitor_message (from_organizers, read_at)",
    "exhibitor_change_waiting": "UNIQUE INDEX ON exhibitor_change (exhibitor, waiting)",
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
