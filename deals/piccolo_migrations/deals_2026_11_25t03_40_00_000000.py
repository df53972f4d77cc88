"""A combination of the sums has one row in each shard."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from core.db.migrations import raw

ID = "2026-11-25T03:40:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "sums in shards"

CELL = "edition, field, kind, day, region, side, undisclosed"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="deals", description=DESCRIPTION)

    async def run() -> None:
        await raw("DROP INDEX deal_sum_once")
        await raw(f"CREATE UNIQUE INDEX deal_sum_once ON deal_sum ({CELL}, shard)")

    async def undo() -> None:
        await raw("DROP INDEX deal_sum_once")
        await raw(f"CREATE UNIQUE INDEX deal_sum_once ON deal_sum ({CELL})")

    manager.add_raw(run)
    manager.add_raw_backwards(undo)
    return manager
