"""Indexes of the job queue."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from core.db.migrations import raw

ID = "2026-11-23T23:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "what is due next"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="jobs", description=DESCRIPTION)

    async def run() -> None:
        await raw("CREATE INDEX job_due ON job (state, run_at)")

    async def undo() -> None:
        await raw("DROP INDEX job_due")

    manager.add_raw(run)
    manager.add_raw_backwards(undo)
    return manager
