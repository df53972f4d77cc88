"""What the database itself forbids: revisions and postings are written once, and stay.

With one exception: what belongs to a demo expo may go with it. Triggers differ between the two databases; whoever owns
the database can drop one. They keep accidents out, the chain shows intent.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from core.db.door import engine
from core.db.migrations import raw

ID = "2026-11-25T03:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "indexes and triggers of the ledger of deals"

INDEXES = {
    "deal_number_once": "UNIQUE INDEX ON deal (edition, number)",
    "deal_serial_once": "UNIQUE INDEX ON deal (edition, serial)",
    "deal_list": "INDEX ON deal (edition, status, id)",
    "deal_revision_once": "UNIQUE INDEX ON deal_revision (deal, n)",
    "deal_revision_entry": "INDEX ON deal_revision (entry)",
    "deal_party_of": "INDEX ON deal_party (deal, n)",
    "deal_party_key": 'INDEX ON deal_party ("key")',
    "deal_party_exhibitor": "INDEX ON deal_party (exhibitor)",
    "deal_posting_at": "INDEX ON deal_posting (edition, at)",
    "deal_posting_revision": "INDEX ON deal_posting (revision)",
    "deal_sum_once": "UNIQUE INDEX ON deal_sum (edition, field, kind, day, region, side, undisclosed)",
    "deal_pulse_once": "UNIQUE INDEX ON deal_pulse (edition, shard)",
    "deal_suspicion_once": "UNIQUE INDEX ON deal_suspicion (first, second)",
    "deal_suspicion_list": "INDEX ON deal_suspicion (edition, id)",
    "deal_suspicion_second": "INDEX ON deal_suspicion (second)",
    "deal_ruling_once": "UNIQUE INDEX ON deal_ruling (suspicion)",
    "deal_file_of": "INDEX ON deal_file (deal)",
    "deal_file_file": "UNIQUE INDEX ON deal_file (file)",
}
#: Table to how its row leads to an edition.
KEPT = {
    "deal": "OLD.edition",
    "deal_revision": "(SELECT d.edition FROM deal d WHERE d.id = OLD.deal)",
    "deal_posting": "OLD.edition",
    "deal_suspicion": "OLD.edition",
    "deal_ruling": "(SELECT s.edition FROM deal_suspicion s WHERE s.id = OLD.suspicion)",
    "deal_file": "(SELECT d.edition FROM deal d WHERE d.id = OLD.deal)",
}
#: Changed by nobody; of a revision, what stands beside the chain may be emptied.
ONCE = ("deal_posting", "deal_suspicion", "deal_ruling", "deal_file")
CHAINED = (
    *("id", "deal", "n", "at", "actor", "step", "content", "reason", "kind", "currency", "amount", "rate", "fen"),
    *("region", "signed_on", "place", "term", "stage", "undisclosed", "project", "meeting", "parties", "split"),
    *("people_digest", "previous", "hash", "entry"),
)
SAYS = "the ledger of deals is append-only"


def _triggers() -> dict[str, tuple[str, str, str]]:
    """Name to when, on which table, under which condition."""
    found = {f"{table}_written_once": ("BEFORE UPDATE", table, "") for table in ONCE}
    found["deal_named_once"] = (
        "BEFORE UPDATE OF edition, serial, number",
        "deal",
        _changed("edition", "serial", "number"),
    )
    chained = ", ".join(f'"{name}"' for name in CHAINED)
    found["deal_revision_written_once"] = (f"BEFORE UPDATE OF {chained}", "deal_revision", "")
    emptied = "NEW.people IS NULL AND NEW.people_salt IS NULL"
    found["deal_revision_emptied_only"] = ("BEFORE UPDATE", "deal_revision", f"NOT ({emptied})")
    for table, edition in KEPT.items():
        found[f"{table}_kept"] = ("BEFORE DELETE", table, edition)
    return found


def _changed(*names: str) -> str:
    return " OR ".join(f"NEW.{name} <> OLD.{name}" for name in names)


def _is_demo(edition: str) -> str:
    return f"EXISTS (SELECT 1 FROM edition e WHERE e.id = {edition} AND e.is_demo)"  # noqa: S608


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="deals", description=DESCRIPTION)
    sqlite = engine().engine_type == "sqlite"

    async def run() -> None:
        for name, what in INDEXES.items():
            await raw(f"CREATE {what.replace(' ON', f' {name} ON', 1)}")
        for name, (when, table, condition) in _triggers().items():
            deleting = when.endswith("DELETE")
            if sqlite:
                if deleting:
                    condition = f"NOT {_is_demo(condition)}"
                test = f" WHEN {condition}" if condition else ""
                await raw(f"CREATE TRIGGER {name} {when} ON {table}{test} BEGIN SELECT RAISE(ABORT, '{SAYS}'); END")
                continue
            stop = f"RAISE EXCEPTION '{SAYS}';"
            if deleting:
                body = f"IF NOT {_is_demo(condition)} THEN {stop} END IF; RETURN OLD;"
            else:
                body = f"IF {condition or 'TRUE'} THEN {stop} END IF; RETURN NEW;"
            await raw(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$")
            await raw(f"CREATE TRIGGER {name} {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")

    async def undo() -> None:
        for name, (_when, table, _condition) in _triggers().items():
            await raw(f"DROP TRIGGER {name}" + ("" if sqlite else f" ON {table}"))
            if not sqlite:
                await raw(f"DROP FUNCTION {name}()")
        for name in INDEXES:
            await raw(f"DROP INDEX {name}")

    manager.add_raw(run)
    manager.add_raw_backwards(undo)
    return manager
