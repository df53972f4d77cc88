"""Steps are read by exhibitor, members by either side."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from core.db.migrations import raw

ID = "2026-11-24T17:58:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "indexes of steps and members"

INDEXES = {
    "exhibitor_step_of": "INDEX ON exhibitor_step (exhibitor, id)",
    "exhibitor_member_once": "UNIQUE INDEX ON exhibitor_member (exhibitor, account)",
    "exhibitor_member_account": "INDEX ON exhibitor_member (account)",
    "exhibitor_status": "INDEX ON exhibitor (edition, status, submitted_at)",
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
