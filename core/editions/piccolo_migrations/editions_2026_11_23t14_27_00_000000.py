"""What the database itself forbids. A second file: raw statements run before the tables of their own file."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from core.db.migrations import raw

ID = "2026-11-23T14:27:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "one current edition; a day, a field, a category once an edition"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="editions", description=DESCRIPTION)

    async def run() -> None:
        await raw("CREATE UNIQUE INDEX edition_one_current ON edition (is_current) WHERE is_current")
        await raw("CREATE UNIQUE INDEX edition_day_once ON edition_day (edition, day)")
        await raw("CREATE UNIQUE INDEX edition_field_once ON edition_field (edition, code)")
        await raw("CREATE UNIQUE INDEX edition_category_once ON edition_category (edition, code)")

    async def undo() -> None:
        for name in ("one_current", "day_once", "field_once", "category_once"):
            await raw(f"DROP INDEX edition_{name}")

    manager.add_raw(run)
    manager.add_raw_backwards(undo)
    return manager
