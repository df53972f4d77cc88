"""Files are read by exhibitor and by the file; of a logo and a licence there is one at a time."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from core.db.migrations import raw

ID = "2026-11-24T18:40:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "indexes of exhibitors' files"

INDEXES = {
    "exhibitor_file_of": "INDEX ON exhibitor_file (exhibitor, kind, position)",
    "exhibitor_file_once": "UNIQUE INDEX ON exhibitor_file (file)",
    "exhibitor_file_single": "UNIQUE INDEX ON exhibitor_file (exhibitor, kind)"
    " WHERE removed_at IS NULL AND kind IN ('logo', 'licence')",
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
