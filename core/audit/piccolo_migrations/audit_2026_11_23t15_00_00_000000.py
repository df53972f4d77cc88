"""What the database itself forbids: the chained columns of the trail are written once.

A trigger also queues each entry for its seal, whoever wrote it, without another round trip.

Triggers differ between the two databases, and CockroachDB knows them from 24.3 on. Whoever owns the database can drop a trigger: it keeps accidents out, the chain shows intent.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from core.db.door import engine
from core.db.migrations import raw

ID = "2026-11-23T15:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "indexes and triggers of the trail"

CHAINED = (
    *("id", "at", "actor", "action", "object", "before", "after", "request_id", "note"),
    *("name_digest", "personal_digest"),
)
#: May only be emptied, and only with the entry that says so.
ERASABLE = (("name", "name_salt", "name_erased_by"), ("personal", "personal_salt", "personal_erased_by"))


def _quoted(names: tuple[str, ...]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _changes_personal() -> str:
    """An update that does anything to personal data but erase it."""
    wrong = []
    for value, salt, by in ERASABLE:
        unchanged = " AND ".join(f'NEW."{c}" IS NOT DISTINCT FROM OLD."{c}"' for c in (value, salt, by))
        erased = f'NEW."{value}" IS NULL AND NEW."{salt}" IS NULL AND NEW."{by}" IS NOT NULL AND OLD."{by}" IS NULL'
        wrong.append(f"NOT (({unchanged}) OR ({erased}))")
    return " OR ".join(wrong)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="audit", description=DESCRIPTION)
    sqlite = engine().engine_type == "sqlite"

    async def run() -> None:
        await raw('CREATE INDEX audit_entry_object ON audit_entry ("object", id)')
        await raw("CREATE INDEX audit_entry_actor ON audit_entry (actor, id)")
        await raw('CREATE INDEX audit_entry_action ON audit_entry ("action", id)')
        await raw("CREATE INDEX audit_entry_at ON audit_entry (at)")
        if sqlite:
            stop = "BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END"
            personal = _changes_personal().replace("IS NOT DISTINCT FROM", "IS")
            await raw(
                f"CREATE TRIGGER audit_entry_written_once BEFORE UPDATE OF {_quoted(CHAINED)} ON audit_entry {stop}"
            )
            await raw(f"CREATE TRIGGER audit_entry_erased_only BEFORE UPDATE ON audit_entry WHEN {personal} {stop}")
            await raw(f"CREATE TRIGGER audit_entry_kept BEFORE DELETE ON audit_entry {stop}")
            await raw(f"CREATE TRIGGER audit_seal_written_once BEFORE UPDATE ON audit_seal {stop}")
            await raw(f"CREATE TRIGGER audit_seal_kept BEFORE DELETE ON audit_seal {stop}")
            await raw(
                "CREATE TRIGGER audit_entry_to_seal AFTER INSERT ON audit_entry"
                " BEGIN INSERT INTO audit_pending (entry, xid) VALUES (NEW.id, 0); END"
            )
            return
        await raw(
            "CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END $$"
        )
        await raw(
            "CREATE FUNCTION audit_to_seal() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " INSERT INTO audit_pending (entry, xid) VALUES (NEW.id, pg_current_xact_id()::text::bigint);"
            " RETURN NULL; END $$"
        )
        await raw(
            "CREATE TRIGGER audit_entry_to_seal AFTER INSERT ON audit_entry"
            " FOR EACH ROW EXECUTE FUNCTION audit_to_seal()"
        )
        stop = "EXECUTE FUNCTION audit_append_only()"
        for name, when in (
            ("audit_entry_written_once", f"BEFORE UPDATE OF {_quoted(CHAINED)} ON audit_entry FOR EACH ROW"),
            ("audit_entry_erased_only", f"BEFORE UPDATE ON audit_entry FOR EACH ROW WHEN ({_changes_personal()})"),
            ("audit_entry_kept", "BEFORE DELETE ON audit_entry FOR EACH ROW"),
            ("audit_seal_written_once", "BEFORE UPDATE ON audit_seal FOR EACH ROW"),
            ("audit_seal_kept", "BEFORE DELETE ON audit_seal FOR EACH ROW"),
        ):
            await raw(f"CREATE TRIGGER {name} {when} {stop}")

    async def undo() -> None:
        for name in ("written_once", "erased_only", "kept", "to_seal"):
            await raw(f"DROP TRIGGER audit_entry_{name}" + ("" if sqlite else " ON audit_entry"))
        for name in ("written_once", "kept"):
            await raw(f"DROP TRIGGER audit_seal_{name}" + ("" if sqlite else " ON audit_seal"))
        for name in ("object", "actor", "action", "at"):
            await raw(f"DROP INDEX audit_entry_{name}")
        if not sqlite:
            await raw("DROP FUNCTION audit_append_only()")
            await raw("DROP FUNCTION audit_to_seal()")

    manager.add_raw(run)
    manager.add_raw_backwards(undo)
    return manager
