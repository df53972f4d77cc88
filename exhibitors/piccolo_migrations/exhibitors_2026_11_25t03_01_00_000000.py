"""A picture finds its product: each one that is shown is asked for."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from core.db.migrations import raw

ID = "2026-11-25T03:01:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "index of products' pictures"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="exhibitors", description=DESCRIPTION)

    async def run() -> None:
        await raw("CREATE INDEX exhibitor_product_picture ON exhibitor_product (picture)")

    async def undo() -> None:
        await raw("DROP INDEX exhibitor_product_picture")

    manager.add_raw(run)
    manager.add_raw_backwards(undo)
    return manager
