"""One set of terms an edition, one entry an exhibitor, one reversal an entry, one number a printed state."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from core.db.migrations import raw

ID = "2026-11-25T03:52:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "deposits and the catalogue"

INDEXES = {
    "deposit_terms_once": "UNIQUE INDEX ON deposit_terms (edition)",
    "deposit_entry_reversed": "UNIQUE INDEX ON deposit_entry (reverses)",
    "deposit_entry_submission": "UNIQUE INDEX ON deposit_entry (submission)",
    "deposit_entry_exhibitor": "INDEX ON deposit_entry (exhibitor)",
    "catalogue_terms_once": "UNIQUE INDEX ON catalogue_terms (edition)",
    "catalogue_entry_once": "UNIQUE INDEX ON catalogue_entry (exhibitor)",
    "catalogue_print_number": "UNIQUE INDEX ON catalogue_print (edition, number)",
    "catalogue_line_once": "UNIQUE INDEX ON catalogue_line (print, exhibitor)",
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
