"""What the database itself forbids. A second file: raw statements run before the tables of their own file."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from core.db.migrations import raw

ID = "2026-11-23T23:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "a role once an account"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="accounts", description=DESCRIPTION)

    async def run() -> None:
        await raw("CREATE UNIQUE INDEX account_role_once ON account_role (account, role)")

    async def undo() -> None:
        await raw("DROP INDEX account_role_once")

    manager.add_raw(run)
    manager.add_raw_backwards(undo)
    return manager
