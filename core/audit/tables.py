"""The trail and its seals. ``docs/ledger.md`` names these tables for auditors: keep it true.

The database itself refuses to change or delete what is chained (triggers in the second migration).
"""

from piccolo.columns import BigInt, BigSerial, Text, Timestamptz, Varchar
from piccolo.table import Table


class AuditEntry(Table, tablename="audit_entry"):
    """One thing somebody did. Texts are hashed as they stand, so JSON is text here."""

    id = BigSerial(primary_key=True)
    #: Microseconds since 1970 in UTC.
    at = BigInt()
    #: The actor's key, ``account:7``.
    actor = Text()
    action = Text()
    #: ``exhibitor:4711``.
    object = Text()
    #: JSON with sorted keys, without personal data.
    before = Text(default=None, null=True)
    after = Text(default=None, null=True)
    request_id = Text()
    note = Text()
    #: What the chain covers in place of the name and the personal data.
    name_digest = Varchar(length=64)
    personal_digest = Varchar(length=64, default=None, null=True)
    #: Personal: the actor's name at that time. It and its salt go when it is erased.
    name = Text(default=None, null=True)
    name_salt = Varchar(length=32, default=None, null=True)
    #: Personal: JSON.
    personal = Text(default=None, null=True)
    personal_salt = Varchar(length=32, default=None, null=True)
    #: The entry of the erasure.
    name_erased_by = BigInt(default=None, null=True)
    personal_erased_by = BigInt(default=None, null=True)


class AuditSeal(Table, tablename="audit_seal"):
    """An entry's place in the chain, given a moment after its commit. Positions count from 1 without a gap."""

    position = BigInt(primary_key=True)
    entry = BigInt(unique=True)
    previous = Varchar(length=64)
    hash = Varchar(length=64)


class AuditPending(Table, tablename="audit_pending"):
    """An entry that is not sealed yet; a trigger writes it with the entry, the sealer removes it."""

    entry = BigInt(primary_key=True)
    #: PostgreSQL's transaction id, the order of sealing; 0 on SQLite.
    xid = BigInt(default=0)


class AuditHead(Table, tablename="audit_head"):
    """One row, the last seal: who moves it on has won the right to seal what follows."""

    id = BigInt(primary_key=True)
    position = BigInt(default=0)
    hash = Varchar(length=64)
    #: Says which key the chain was begun with, so that no other one goes on with it.
    key_check = Varchar(length=64)


class AuditAnchor(Table, tablename="audit_anchor"):
    """A head that was sent out of the house, to be held against the chain."""

    id = BigSerial(primary_key=True)
    at = Timestamptz()
    position = BigInt()
    hash = Varchar(length=64)
    #: The address of the organizers' choice.
    sent_to = Text()


class AuditSetting(Table, tablename="audit_setting"):
    """One row."""

    id = BigInt(primary_key=True)
    #: Where the head is mailed; empty: nowhere.
    head_to = Text()
