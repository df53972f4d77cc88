"""A firm is listed once, in two orders; a gram finds its firms."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from core.db.migrations import raw

ID = "2026-11-24T18:50:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "indexes of the directory"

INDEXES = {
    "exhibitor_listing_once": "UNIQUE INDEX ON exhibitor_listing (exhibitor)",
    "exhibitor_listing_zh": "INDEX ON exhibitor_listing (edition, sort_zh, exhibitor)",
    "exhibitor_listing_en": "INDEX ON exhibitor_listing (edition, sort_en, exhibitor)",
    "exhibitor_gram_once": "UNIQUE INDEX ON exhibitor_gram (edition, gram, exhibitor)",
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
