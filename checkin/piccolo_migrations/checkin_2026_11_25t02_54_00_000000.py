"""What the database itself forbids, what is read by, and the order of commits.

``xid`` is written by the database, whoever inserts: PostgreSQL has its transaction id, SQLite 0, also in what a
restore brings from elsewhere. A restored mark of how far scans were folded says nothing here, so it is stale.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from core.db.door import engine
from core.db.migrations import raw

ID = "2026-11-25T02:54:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "indexes and triggers of check-in"

INDEXES = {
    "badge_uid_once": "UNIQUE INDEX ON badge (edition, uid)",
    "badge_key_number": "UNIQUE INDEX ON badge_key (edition, number)",
    "badge_change_order": "INDEX ON badge_change (edition, xid, id)",
    "area_code_once": "UNIQUE INDEX ON area (edition, code)",
    "checkpoint_code_once": "UNIQUE INDEX ON checkpoint (edition, code)",
    "scan_nonce_once": "UNIQUE INDEX ON scan (edition, nonce)",
    "scan_order": "INDEX ON scan (edition, xid, id)",
    "scan_replay": "INDEX ON scan (area, root)",
    "scan_checkpoint": "INDEX ON scan (checkpoint, id)",
    "scan_undo_order": "INDEX ON scan_undo (edition, xid, id)",
    "presence_once": "UNIQUE INDEX ON presence (area, root)",
    "area_bar_day": "UNIQUE INDEX ON area_bar (area, day)",
    "area_count_day": "UNIQUE INDEX ON area_count (area, day)",
    "scan_tally_once": "UNIQUE INDEX ON scan_tally (checkpoint, day, minute, kind, direction, outcome)",
}
#: In the order of their commits.
ORDERED = ("badge_change", "scan", "scan_undo")
#: Of a scan, all but ``note``, which may name a person, and ``xid``.
WRITTEN_ONCE = (
    *("id", "edition", "nonce", "checkpoint", "area", "badge", "root", "seen", "kind", "direction", "verdict"),
    *("reason", "people", "scanned_at", "arrived_at", "offline", "device_verdict", "device_reason", "conflict"),
    *("first_admitted_at", "inside", "delta", "actor", "device", "skew_ms"),
)
HERE = "pg_current_xact_id()::text::bigint"


async def _sqlite() -> None:
    for table in ORDERED:
        await raw(
            f"CREATE TRIGGER {table}_commit_order AFTER INSERT ON {table} WHEN NEW.xid <> 0"  # noqa: S608
            f" BEGIN UPDATE {table} SET xid = 0 WHERE id = NEW.id; END"
        )
    await raw(
        "CREATE TRIGGER scan_fold_stale AFTER INSERT ON scan_fold WHEN NOT NEW.stale"
        " BEGIN UPDATE scan_fold SET stale = 1 WHERE id = NEW.id; END"
    )
    columns = ", ".join(f'"{name}"' for name in WRITTEN_ONCE)
    stop = "BEGIN SELECT RAISE(ABORT, 'scans are append-only'); END"
    await raw(f"CREATE TRIGGER scan_written_once BEFORE UPDATE OF {columns} ON scan {stop}")
    await raw(f"CREATE TRIGGER scan_kept BEFORE DELETE ON scan {stop}")


async def _postgres() -> None:
    await raw(
        "CREATE FUNCTION checkin_commit_order() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN NEW.xid := {HERE}; RETURN NEW; END $$"
    )
    await raw(
        "CREATE FUNCTION checkin_fold_stale() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN NEW.stale := true; RETURN NEW; END $$"
    )
    await raw(
        "CREATE FUNCTION checkin_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'scans are append-only'; END $$"
    )
    for table in ORDERED:
        # The default spares the trigger's call where the statement does not name the column.
        await raw(f"ALTER TABLE {table} ALTER COLUMN xid SET DEFAULT {HERE}")
        await raw(
            f"CREATE TRIGGER {table}_commit_order BEFORE INSERT ON {table} FOR EACH ROW"
            f" WHEN (NEW.xid IS DISTINCT FROM {HERE}) EXECUTE FUNCTION checkin_commit_order()"
        )
    await raw(
        "CREATE TRIGGER scan_fold_stale BEFORE INSERT ON scan_fold FOR EACH ROW EXECUTE FUNCTION checkin_fold_stale()"
    )
    columns = ", ".join(f'"{name}"' for name in WRITTEN_ONCE)
    stop = "FOR EACH ROW EXECUTE FUNCTION checkin_append_only()"
    await raw(f"CREATE TRIGGER scan_written_once BEFORE UPDATE OF {columns} ON scan {stop}")
    await raw(f"CREATE TRIGGER scan_kept BEFORE DELETE ON scan {stop}")


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="checkin", description=DESCRIPTION)
    sqlite = engine().engine_type == "sqlite"

    async def run() -> None:
        for name, what in INDEXES.items():
            await raw(f"CREATE {what.replace(' ON', f' {name} ON', 1)}")
        await (_sqlite() if sqlite else _postgres())

    async def undo() -> None:
        for table in ORDERED:
            await raw(f"DROP TRIGGER {table}_commit_order" + ("" if sqlite else f" ON {table}"))
        for name, table in (("scan_fold_stale", "scan_fold"), ("scan_written_once", "scan"), ("scan_kept", "scan")):
            await raw(f"DROP TRIGGER {name}" + ("" if sqlite else f" ON {table}"))
        if not sqlite:
            for name in ("commit_order", "fold_stale", "append_only"):
                await raw(f"DROP FUNCTION checkin_{name}()")
        for name in INDEXES:
            await raw(f"DROP INDEX {name}")

    manager.add_raw(run)
    manager.add_raw_backwards(undo)
    return manager
