"""Comments and links are read by exhibitor; hints look for the same firm, phone and address in every edition."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from core.db.migrations import raw

ID = "2026-11-24T18:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "indexes of reviews and links"

INDEXES = {
    "exhibitor_comment_of": "INDEX ON exhibitor_comment (exhibitor, id)",
    "exhibitor_link_token": "UNIQUE INDEX ON exhibitor_link (token_hash)",
    "exhibitor_link_of": "INDEX ON exhibitor_link (exhibitor, created_at)",
    "exhibitor_mobile": "INDEX ON exhibitor (contact_mobile)",
    "exhibitor_email": "INDEX ON exhibitor (contact_email)",
    "exhibitor_name": "INDEX ON exhibitor (name)",
    "exhibitor_code": "INDEX ON exhibitor (credit_code)",
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
