"""A badge is one lead of an exhibitor, and what a page sends twice is one reading."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from core.db.migrations import raw

ID = "2026-11-25T03:02:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "leads and incidents"

INDEXES = {
    "lead_once": "UNIQUE INDEX ON lead (exhibitor, root)",
    "lead_transfer_once": "UNIQUE INDEX ON lead_transfer (exhibitor, nonce)",
    "incident_time": "INDEX ON incident (edition, happened_at)",
}


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="checkin", description=DESCRIPTION)

    async def run() -> None:
        for name, what in INDEXES.items():
            await raw(f"CREATE {what.replace(' ON', f' {name} ON', 1)}")

    async def undo() -> None:
        for name in INDEXES:
            await raw(f"DROP INDEX {name}")

    manager.add_raw(run)
    manager.add_raw_backwards(undo)
    return manager
