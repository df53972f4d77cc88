"""What a booth costs (展位费), who is invoiced and what has arrived. Money is fen."""

from enum import StrEnum
from typing import Any

from piccolo.columns import BigInt, Boolean, Date, ForeignKey, Integer, Serial, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from core.editions.tables import Edition
from exhibitors.tables.applications import Exhibitor


class Origin(StrEnum):
    """Where an exhibitor comes from, as prices tell them apart (境内/境外)."""

    mainland = "mainland"
    elsewhere = "elsewhere"


class Per(StrEnum):
    booth = "booth"
    m2 = "m2"


class BoothTerms(Table, tablename="booth_terms"):
    """How an edition gives booths away: one row, or none where nothing was set."""

    id: Serial
    edition = ForeignKey(Edition, on_delete=OnDelete.restrict, null=False)
    charges = Boolean(default=False)
    #: How long a booth is held for somebody who has not said yes; 0: without end.
    hold_days = Integer(default=0)
    #: How long before the end the warning goes out.
    warn_days = Integer(default=2)
    #: Whether it takes the whole payment, not only the yes, to hold it for good.
    until_paid = Boolean(default=False)
    #: Where the money goes: account name, bank, account number, in the organizers' own lines.
    pay_to = Text(default="")


class BoothPrice(Table, tablename="booth_price"):
    """A line of the price table. What is left empty fits all; of the lines that fit, the narrowest counts."""

    id: Serial
    edition = ForeignKey(Edition, on_delete=OnDelete.restrict, null=False)
    position = Integer(default=0)
    zone = Varchar(length=40, default="")
    kind = Varchar(length=10, default="")
    #: From so many open sides on; 0: any.
    open_sides = Integer(default=0)
    origin = Varchar(length=10, default="")
    per = Varchar(length=10)
    fen = BigInt()


class InvoiceDetails(Table, tablename="invoice_details"):
    """开票信息. Personal where a firm is one person: ``address``, ``phone``, ``account``, ``email``."""

    id: Serial
    exhibitor = ForeignKey(Exhibitor, on_delete=OnDelete.restrict, null=False)
    title = Varchar(length=200)
    tax_number = Varchar(length=40, default="")
    address = Varchar(length=200, default="")
    phone = Varchar(length=40, default="")
    bank = Varchar(length=200, default="")
    account = Varchar(length=60, default="")
    email = Varchar(length=254, default="")
    changed_at = Timestamptz()


class BoothPayment(Table, tablename="booth_payment"):
    """A bank transfer (银行汇款) that arrived, or one taken back. Append-only: a slip is reversed, never deleted."""

    id: Serial
    exhibitor = ForeignKey(Exhibitor, on_delete=OnDelete.restrict, null=False)
    #: More than nothing; a reversal has its payment's, negative.
    fen = BigInt()
    day = Date()
    reference = Varchar(length=100, default="")
    note = Text(default="")
    #: The payment that this one takes back; once.
    reverses: ForeignKey[Any] = ForeignKey("self", on_delete=OnDelete.restrict, null=True)
    #: The form that it came by, so that a second click records nothing.
    submission = Varchar(length=64, default=None, null=True)
    recorded_by = Varchar(length=60)
    recorded_name = Varchar(length=100, default="")
    recorded_at = Timestamptz()
