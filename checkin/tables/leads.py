"""Interest by badge (线索): an exhibitor reads a visitor's badge at the booth, and what the visitor said to it."""

from enum import StrEnum

from piccolo.columns import BigInt, BigSerial, ForeignKey, Integer, Serial, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from checkin.tables.badges import Badge
from core.editions.tables import Edition
from exhibitors.tables import Exhibitor


class LeadConsent(Table, tablename="lead_consent"):
    """That a holder lets exhibitors read the badge, apart from any other consent (PIPL, Art. 23). One that is taken
    back stays, with the time."""

    id = BigSerial(primary_key=True)
    edition = ForeignKey(Edition, on_delete=OnDelete.restrict, null=False)
    #: The first badge of its chain of reissues.
    root = BigInt(index=True)
    #: Who may; None: every exhibitor of the edition, agreed beforehand.
    exhibitor = ForeignKey(Exhibitor, on_delete=OnDelete.restrict, null=True, default=None)
    #: Of the question that was asked, and the language in which it was.
    version = Varchar(length=20)
    locale = Varchar(length=10)
    given_at = Timestamptz()
    #: ``Actor.key`` of who asked.
    asked_by = Varchar(length=60)
    withdrawn_at = Timestamptz(default=None, null=True)


class Lead(Table, tablename="lead"):
    """A visitor whose badge an exhibitor has read. Nothing of the holder is copied: it is read from the badge for as
    long as the consent stands. Unique: (exhibitor, root). Personal: ``note``, ``tags``."""

    id: Serial
    edition = ForeignKey(Edition, on_delete=OnDelete.restrict, null=False)
    exhibitor = ForeignKey(Exhibitor, on_delete=OnDelete.restrict, null=False)
    #: The one that was read last.
    badge = ForeignKey(Badge, on_delete=OnDelete.restrict, null=False)
    root = BigInt(index=True)
    #: When it was read first and last, by our clock.
    first_at = Timestamptz()
    last_at = Timestamptz()
    times = Integer(default=1)
    #: 1 to 5.
    rating = Integer(default=None, null=True)
    #: One a line.
    tags = Varchar(length=400, default="")
    note = Text(default="")
    #: The holder has taken the consent back: the exhibitor sees nothing any more.
    withdrawn_at = Timestamptz(default=None, null=True)


class LeadEvent(StrEnum):
    #: 提供: the exhibitor was given the holder's data.
    given = "given"
    #: 撤回.
    withdrawn = "withdrawn"


class LeadTransfer(Table, tablename="lead_transfer"):
    """Append-only: each time that data was handed over, and each withdrawal. Unique: (exhibitor, nonce)."""

    id = BigSerial(primary_key=True)
    edition = ForeignKey(Edition, on_delete=OnDelete.restrict, null=False)
    exhibitor = ForeignKey(Exhibitor, on_delete=OnDelete.restrict, null=False)
    lead = ForeignKey(Lead, on_delete=OnDelete.restrict, null=False)
    root = BigInt(index=True)
    what = Varchar(length=10)
    #: The consent by which it was given.
    consent = BigInt(default=None, null=True)
    #: Names of what was handed over, with a space between.
    fields = Varchar(length=200, default="")
    #: The scanning page's own name for it: sent again it is the same one.
    nonce = Varchar(length=64, null=True, default=None)
    at = Timestamptz()
    #: ``Actor.key``.
    by = Varchar(length=60)
