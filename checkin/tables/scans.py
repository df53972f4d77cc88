"""Scans, who is inside by them, and figures folded from them.

References of the tables here are plain numbers: a foreign key would lock the one row of a checkpoint with every scan.

``xid`` puts rows into the order of their commits, as in :mod:`core.audit.sealing`: the database writes it itself
(triggers in the migration), PostgreSQL its transaction id, SQLite 0. Whoever reads on from a cursor takes only rows
below the horizon, so that none appears behind it later. Restored rows have the number of the restoring transaction.
"""

from enum import StrEnum

from piccolo.columns import BigInt, BigSerial, Boolean, Date, Integer, Serial, Timestamptz, Varchar
from piccolo.table import Table


class Direction(StrEnum):
    enter = "in"
    leave = "out"


class Verdict(StrEnum):
    admitted = "admitted"
    refused = "refused"


class Reason(StrEnum):
    """Why a scan was refused."""

    unknown_code = "unknown_code"
    bad_signature = "bad_signature"
    revoked = "revoked"
    not_today = "not_today"
    wrong_area = "wrong_area"
    already_inside = "already_inside"
    already_used = "already_used"
    not_inside = "not_inside"
    full = "full"
    closed = "closed"


class Scan(Table, tablename="scan"):
    """Append-only, refused ones too (a trigger keeps it so). Unique: (edition, nonce). Personal: ``note``."""

    id = BigSerial(primary_key=True)
    edition = Integer()
    #: The client's own name for it: sent again it is the same scan.
    nonce = Varchar(length=64)
    checkpoint = Integer()
    area = Integer()
    #: None: what was scanned is no badge of this edition.
    badge = BigInt(default=None, null=True)
    #: The first badge of its chain of reissues.
    root = BigInt(default=None, null=True)
    #: Begin of the SHA-256 of what was scanned when it is no badge, never the code.
    seen = Varchar(length=130, default="")
    #: The badge's.
    kind = Varchar(length=12, default="")
    direction = Varchar(length=3)
    verdict = Varchar(length=8)
    #: Empty when admitted, but for a conflict: what the rules would have said.
    reason = Varchar(length=20, default="")
    #: How many of a group came or left with it.
    people = Integer(default=1)
    #: When it was scanned, by our clock.
    scanned_at = Timestamptz()
    arrived_at = Timestamptz()
    offline = Boolean(default=False)
    #: What the phone decided alone.
    device_verdict = Varchar(length=8, default="")
    device_reason = Varchar(length=20, default="")
    #: The phone let in whom the rules would have refused: this is the one that arrived later.
    conflict = Boolean(default=False)
    #: As answered.
    first_admitted_at = Timestamptz(default=None, null=True)
    #: As answered: how many of this badge were inside after it, and how many people in its area.
    inside = Integer(default=0)
    area_inside = Integer(default=0)
    #: What it did to the number of those inside.
    delta = Integer(default=0)
    #: ``Actor.key``.
    actor = Varchar(length=60)
    device = Integer(default=None, null=True)
    #: The device's clock minus ours.
    skew_ms = BigInt(default=0)
    note = Varchar(length=200, default="")
    xid = BigInt(default=0)


class ScanUndo(Table, tablename="scan_undo"):
    """A scan that does not count: its area's state is what the others make of it. Personal: ``reason``."""

    id = BigSerial(primary_key=True)
    edition = Integer()
    scan = BigInt(unique=True)
    at = Timestamptz()
    #: ``Actor.key``.
    actor = Varchar(length=60)
    reason = Varchar(length=200, default="")
    #: What it did to the number of those inside on the scan's day.
    delta = Integer(default=0)
    xid = BigInt(default=0)


class Ruling(StrEnum):
    both_right = "both_right"
    mistake_a = "mistake_a"
    mistake_b = "mistake_b"
    badge_passed_on = "badge_passed_on"
    other = "other"


class ScanRuling(Table, tablename="scan_ruling"):
    """What an organizer found of a conflict. Append-only, the latest counts. Personal: ``note``."""

    id = BigSerial(primary_key=True)
    edition = Integer()
    #: The one that arrived later.
    scan = BigInt(index=True)
    ruling = Varchar(length=16)
    note = Varchar(length=500, default="")
    actor = Varchar(length=60)
    at = Timestamptz()


class Presence(Table, tablename="presence"):
    """A badge in an area, always what a replay of its scans makes. Unique: (area, root)."""

    id = BigSerial(primary_key=True)
    area = Integer()
    root = BigInt()
    #: None: never admitted.
    first_at = Timestamptz(default=None, null=True)
    #: The local day that the next three are of.
    day = Date(default=None, null=True)
    first_today_at = Timestamptz(default=None, null=True)
    arrived_today = Integer(default=0)
    inside = Integer(default=0)
    #: Admissions in all, people of a group counted singly.
    arrived = Integer(default=0)
    #: Of the last scan that moved it.
    last_nonce = Varchar(length=64, default="")
    #: Grows with every change: who decided by an older one decides anew.
    version = Integer(default=0)


class AreaBar(Table, tablename="area_bar"):
    """How many are inside an area with a capacity, exact: moved with the scan. Unique: (area, day)."""

    id: Serial
    area = Integer()
    day = Date()
    inside = Integer(default=0)


class AreaCount(Table, tablename="area_count"):
    """Figures of an area's day, folded from the scans a moment later. Unique: (area, day)."""

    id: Serial
    area = Integer()
    day = Date()
    inside = Integer(default=0)
    #: Entries, people of a group counted singly.
    admitted = Integer(default=0)


class ScanTally(Table, tablename="scan_tally"):
    """How many scans of a kind and outcome a checkpoint had in a minute.

    Unique: (checkpoint, day, minute, kind, direction, outcome).
    """

    id = BigSerial(primary_key=True)
    checkpoint = Integer()
    #: Local.
    day = Date()
    #: After midnight; -1: of the whole day.
    minute = Integer()
    kind = Varchar(length=12, default="")
    direction = Varchar(length=3)
    #: ``admitted`` or the reason.
    outcome = Varchar(length=20)
    scans = Integer(default=0)
    people = Integer(default=0)


class ScanFold(Table, tablename="scan_fold"):
    """How far an edition's scans are folded; who moves it on has won the right to fold what follows."""

    id: Serial
    edition = Integer(unique=True)
    xid = BigInt(default=0)
    scan = BigInt(default=0)
    #: The same for ``scan_undo``.
    undo_xid = BigInt(default=0)
    undo = BigInt(default=0)
    #: Written by a trigger: what a restore brings is folded anew.
    stale = Boolean(default=True)
