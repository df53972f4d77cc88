"""Badges (证件), the keys that sign their codes, and what a phone must learn of them."""

from enum import StrEnum

from piccolo.columns import BigInt, BigSerial, ForeignKey, Integer, Serial, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from core.editions.tables import Edition
from exhibitors.tables import Exhibitor


class BadgeKind(StrEnum):
    """参展证, 观众证, 嘉宾证, 演讲证, 记者证, 工作证, 团体证."""

    exhibitor = "exhibitor"
    visitor = "visitor"
    guest = "guest"
    speaker = "speaker"
    press = "press"
    crew = "crew"
    group = "group"


class BadgeStatus(StrEnum):
    active = "active"
    revoked = "revoked"
    #: Another one was made for it.
    replaced = "replaced"
    #: Printed beforehand, nobody's yet.
    blank = "blank"


class Badge(Table, tablename="badge"):
    """Personal: ``holder``, ``title``, ``mobile``, ``email``, ``members``, and what was written of the holder.

    Unique: (edition, uid).
    """

    id: Serial
    edition = ForeignKey(Edition, on_delete=OnDelete.restrict, null=False)
    #: Printed under the name, so that a person can read it out.
    serial = Varchar(length=12, unique=True)
    #: What its QR code holds: whoever knows it is let in.
    code = Varchar(length=160, unique=True)
    kind = Varchar(length=12)
    status = Varchar(length=10, default=BadgeStatus.active.value)
    holder = Varchar(length=100)
    organisation = Varchar(length=200, default="")
    #: What the holder is there (职务).
    title = Varchar(length=100, default="")
    #: E.164.
    mobile = Varchar(length=20, default="")
    #: Whose staff the holder is.
    exhibitor = ForeignKey(Exhibitor, on_delete=OnDelete.restrict, null=True, default=None)
    #: 1 to the exhibitor's quota, None once revoked: the unique index keeps two at once from passing the quota.
    seat = Integer(default=None, null=True)
    #: ISO dates with a space between; empty: every day.
    days = Varchar(length=400, default="")
    issued_at = Timestamptz()
    #: What stands in its signed code: 40 random bits.
    uid = BigInt(default=None, null=True)
    #: Of the key that signed it.
    key_number = Integer(default=None, null=True)
    #: How many a group's badge is for, at most 500.
    size = Integer(default=1)
    #: The first badge of a chain of reissues, None for itself: who is inside is kept by it, so that two badges of one
    #: holder do not enter twice.
    root = BigInt(default=None, null=True)
    replaced_by = BigInt(default=None, null=True)
    email = Varchar(length=254, default="")
    locale = Varchar(length=10, default="")
    #: Shown to the crew at the gate.
    note = Varchar(length=200, default="")
    #: Why it was revoked or reissued.
    reason = Varchar(length=200, default="")
    changed_at = Timestamptz(default=None, null=True)
    #: Name, firm, pinyin and the last digits of the number, for the crew's search.
    search = Text(default="")
    #: Names of a group's people, one a line, where they are known.
    members = Text(default="")


class BadgeKey(Table, tablename="badge_key"):
    """An Ed25519 key that signs codes of an edition. Unique: (edition, number)."""

    id: Serial
    edition = ForeignKey(Edition, on_delete=OnDelete.restrict, null=False)
    #: 1 to 255; new badges are signed with the highest.
    number = Integer()
    #: 32 bytes in hex.
    public = Varchar(length=64)
    #: The private key, encrypted.
    sealed = Text()
    created_at = Timestamptz()
    #: From then on nothing that it signed is let in.
    retired_at = Timestamptz(default=None, null=True)


class BadgeChange(Table, tablename="badge_change"):
    """Append-only: something that a phone must know of a badge has changed. Read in the order of (xid, id)."""

    id = BigSerial(primary_key=True)
    edition = Integer()
    badge = Integer()
    #: PostgreSQL's transaction id, written by the database itself; 0 on SQLite. See :mod:`checkin.tables.scans`.
    xid = BigInt(default=0)
    at = Timestamptz()
