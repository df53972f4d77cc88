"""One contractor an exhibitor, one pass a seat, one number a pass."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from core.db.migrations import raw

ID = "2026-11-25T03:35:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "passes"

INDEXES = {
    "pass_terms_once": "UNIQUE INDEX ON pass_terms (edition)",
    "contractor_once": "UNIQUE INDEX ON contractor (exhibitor)",
    "work_pass_seat": "UNIQUE INDEX ON work_pass (exhibitor, kind, seat)",
    "work_pass_serial": "UNIQUE INDEX ON work_pass (serial)",
    "work_pass_state": "INDEX ON work_pass (state, exhibitor)",
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
