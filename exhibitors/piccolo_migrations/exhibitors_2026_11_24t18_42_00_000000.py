"""One holder a booth: the database itself says so. And what plans and statements read by."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from core.db.migrations import raw

ID = "2026-11-24T18:42:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "indexes of halls, booths, holdings and fees"

INDEXES = {
    "booth_holding_one_holder": "UNIQUE INDEX ON booth_holding (booth)",
    "booth_holding_of": "INDEX ON booth_holding (exhibitor)",
    "booth_holding_until": "INDEX ON booth_holding (until)",
    "hall_code_once": "UNIQUE INDEX ON hall (edition, code)",
    "booth_code_once": "UNIQUE INDEX ON booth (edition, code)",
    "booth_in_hall": "INDEX ON booth (hall)",
    "booth_parts": "INDEX ON booth (part_of)",
    "booth_terms_once": "UNIQUE INDEX ON booth_terms (edition)",
    "booth_price_of": "INDEX ON booth_price (edition, position)",
    "invoice_details_once": "UNIQUE INDEX ON invoice_details (exhibitor)",
    "booth_payment_of": "INDEX ON booth_payment (exhibitor, id)",
    "booth_payment_reversed_once": "UNIQUE INDEX ON booth_payment (reverses)",
    "booth_payment_submission_once": "UNIQUE INDEX ON booth_payment (submission)",
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
