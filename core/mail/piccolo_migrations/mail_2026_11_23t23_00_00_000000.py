"""Indexes of the mail queue."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from core.db.migrations import raw

ID = "2026-11-23T23:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "what is due next"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="mail", description=DESCRIPTION)

    async def run() -> None:
        await raw("CREATE INDEX mail_message_due ON mail_message (state, next_attempt_at)")

    async def undo() -> None:
        await raw("DROP INDEX mail_message_due")

    manager.add_raw(run)
    manager.add_raw_backwards(undo)
    return manager
