"""Pieces are read by their file, in order."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from core.db.migrations import raw

ID = "2026-11-24T18:40:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "a file's pieces"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="files", description=DESCRIPTION)

    async def run() -> None:
        await raw("CREATE UNIQUE INDEX stored_file_piece_of ON stored_file_piece (file, small, position)")

    async def undo() -> None:
        await raw("DROP INDEX stored_file_piece_of")

    manager.add_raw(run)
    manager.add_raw_backwards(undo)
    return manager
