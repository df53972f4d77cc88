"""A form is kept once; a mailed link finds its draft."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from core.db.migrations import raw

ID = "2026-11-25T03:15:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "indexes of drafts"

INDEXES = {
    "exhibitor_draft_submission": "UNIQUE INDEX ON exhibitor_draft (submission)",
    "exhibitor_draft_account": "INDEX ON exhibitor_draft (account, edition)",
    "exhibitor_draft_token": "INDEX ON exhibitor_draft (token_hash)",
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
