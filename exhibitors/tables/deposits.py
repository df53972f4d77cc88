"""Deposits of those who build on raw space (施工押金): what is asked for, and what came and went. Money is fen."""

from enum import StrEnum
from typing import Any

from piccolo.columns import BigInt, Date, ForeignKey, Serial, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from core.editions.tables import Edition
from exhibitors.tables.applications import Exhibitor


class DepositAct(StrEnum):
    paid = "paid"
    returned = "returned"
    #: For damage or rubbish left behind; takes a reason.
    kept = "kept"


class DepositTerms(Table, tablename="deposit_terms"):
    """What an edition asks of each raw booth: one row, or none where no deposit is taken."""

    id: Serial
    edition = ForeignKey(Edition, on_delete=OnDelete.restrict, null=False)
    #: :class:`exhibitors.tables.fees.Per`.
    per = Varchar(length=10)
    fen = BigInt()
    until = Date(default=None, null=True)


class DepositEntry(Table, tablename="deposit_entry"):
    """Append-only: a slip is reversed by an entry of its own. Personal: ``note``, ``recorded_name``."""

    id: Serial
    exhibitor = ForeignKey(Exhibitor, on_delete=OnDelete.restrict, null=False)
    act = Varchar(length=10)
    #: More than nothing; a reversal has its entry's, negative.
    fen = BigInt()
    day = Date()
    reference = Varchar(length=100, default="")
    note = Text(default="")
    #: The entry that this one takes back; once.
    reverses: ForeignKey[Any] = ForeignKey("self", on_delete=OnDelete.restrict, null=True)
    #: The form that it came by, so that a second click records nothing.
    submission = Varchar(length=64, default=None, null=True)
    recorded_by = Varchar(length=60)
    recorded_name = Varchar(length=100, default="")
    recorded_at = Timestamptz()
