"""What the database itself forbids, and what lists read by."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from core.db.migrations import raw

ID = "2026-11-23T14:59:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "indexes"

INDEXES = {
    "exhibitor_number_once": "UNIQUE INDEX ON exhibitor (edition, number)",
    "exhibitor_credit_code_once": "UNIQUE INDEX ON exhibitor (edition, credit_code)",
    "exhibitor_submission_once": "UNIQUE INDEX ON exhibitor (submission)",
    "exhibitor_list": "INDEX ON exhibitor (edition, id)",
    "exhibitor_category_once": "UNIQUE INDEX ON exhibitor_category (exhibitor, code)",
    "exhibitor_category_code": "INDEX ON exhibitor_category (code, exhibitor)",
    "exhibitor_field_once": "UNIQUE INDEX ON exhibitor_field (exhibitor, code)",
    "exhibitor_field_code": "INDEX ON exhibitor_field (code, exhibitor)",
    "exhibitor_consent_of": "INDEX ON exhibitor_consent (exhibitor)",
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
