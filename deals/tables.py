"""The ledger of what was signed (签约). ``docs/deals.md`` names these tables for auditors: keep it true.

Money is fen. The database itself refuses to change or delete what happened (triggers in the second migration).
"""

from enum import StrEnum

from piccolo.columns import (
    BigInt,
    BigSerial,
    Boolean,
    ForeignKey,
    Integer,
    Serial,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from core.editions.tables import Edition
from core.files.tables import StoredFile
from exhibitors.tables import Exhibitor


class DealKind(StrEnum):
    """投资协议, 框架协议, 战略合作, 意向书."""

    contract = "contract"
    framework = "framework"
    strategic = "strategic"
    intent = "intent"


class DealStatus(StrEnum):
    draft = "draft"
    #: A second person has seen it: its figures count.
    confirmed = "confirmed"
    void = "void"


class DealStep(StrEnum):
    """What a revision does."""

    draft = "draft"
    amend = "amend"
    confirm = "confirm"
    void = "void"


class Side(StrEnum):
    """Whether an exhibitor is among the parties."""

    exhibitor = "exhibitor"
    outside = "outside"


class Verdict(StrEnum):
    same = "same"
    different = "different"


class CeremonyMode(StrEnum):
    """What the wall shows while a signing ceremony is on."""

    closed = "closed"
    #: The deal revealed last, or the title before the first.
    show = "show"
    #: A title that asks for a moment.
    hold = "hold"
    #: Nothing.
    blank = "blank"


class Deal(Table, tablename="deal"):
    """Where a deal stands. All of it follows from its revisions."""

    id: Serial
    edition = ForeignKey(Edition, on_delete=OnDelete.restrict, null=False)
    #: 1, 2, 3, … within the edition, without a gap; ``number`` says it as ``D-0001``.
    serial = Integer()
    number = Varchar(length=20)
    status = Varchar(length=20, default=DealStatus.draft.value, choices=DealStatus)
    #: The latest revision.
    revision = Integer(default=1)
    #: The latest one with figures of its own, and who wrote it (``Actor.key``).
    content = Integer(default=1)
    author = Varchar(length=60)
    #: The one whose figures count; null while none do.
    counted = Integer(default=None, null=True)
    made_at = Timestamptz()


class DealRevision(Table, tablename="deal_revision"):
    """One thing somebody did to a deal, with all its figures at that time. Chained to the deal's revision before."""

    id = BigSerial(primary_key=True)
    deal = ForeignKey(Deal, on_delete=OnDelete.restrict, null=False)
    #: 1, 2, 3, … within the deal.
    n = Integer()
    #: Microseconds since 1970 in UTC.
    at = BigInt()
    #: ``Actor.key``.
    actor = Varchar(length=60)
    step = Varchar(length=20, choices=DealStep)
    #: The revision whose figures are confirmed or end; its own ``n`` where it brings them.
    content = Integer()
    reason = Text()
    kind = Varchar(length=20, choices=DealKind)
    #: ISO 4217; ``amount`` in its hundredths, ``rate`` in yuan for one, ``fen`` what that comes to.
    currency = Varchar(length=3)
    amount = BigInt(default=None, null=True)
    rate = Varchar(length=30, default=None, null=True)
    fen = BigInt(default=None, null=True)
    #: District where it lands (落地区县).
    region = Varchar(length=60)
    #: ISO 8601.
    signed_on = Varchar(length=10)
    place = Varchar(length=200)
    term = Varchar(length=200)
    #: Order on stage.
    stage = Integer(default=None, null=True)
    undisclosed = Boolean(default=False)
    #: Numbers of where it came from.
    project = Varchar(length=40, default=None, null=True)
    meeting = Varchar(length=40, default=None, null=True)
    #: JSON: ``[{"exhibitor", "name", "public"}]``, 甲方 first.
    parties = Text()
    #: JSON: ``[{"field", "amount", "fen"}]``.
    split = Text()
    #: Beside the chain, and erasable: JSON ``{"remarks", "signatories", "witnesses"}``. The chain covers the digest.
    people = Text(default=None, null=True)
    people_salt = Varchar(length=32, default=None, null=True)
    people_digest = Varchar(length=64)
    previous = Varchar(length=64)
    hash = Varchar(length=64)
    #: The entry of the audit trail that says so too.
    entry = BigInt()


class DealParty(Table, tablename="deal_party"):
    """The parties of a revision with figures, to be found by."""

    id = BigSerial(primary_key=True)
    deal = ForeignKey(Deal, on_delete=OnDelete.restrict, null=False)
    n = Integer()
    position = Integer()
    exhibitor = ForeignKey(Exhibitor, on_delete=OnDelete.restrict, default=None, null=True)
    #: An organisation's.
    name = Varchar(length=200)
    #: What is compared.
    key = Varchar(length=200)


class DealPosting(Table, tablename="deal_posting"):
    """What a confirmation or an end adds to the totals, and takes away. Their sum is every total of any moment."""

    id = BigSerial(primary_key=True)
    revision = ForeignKey(DealRevision, on_delete=OnDelete.restrict, null=False)
    edition = ForeignKey(Edition, on_delete=OnDelete.restrict, null=False)
    at = BigInt()
    #: Empty for the deal as a whole; else one of its fields.
    field = Varchar(length=40)
    kind = Varchar(length=20)
    day = Varchar(length=10)
    region = Varchar(length=60)
    side = Varchar(length=20)
    undisclosed = Boolean(default=False)
    #: 1 or -1, of deals; of those without an amount; of fen.
    deals = Integer()
    bare = Integer(default=0)
    fen = BigInt(default=0)


class DealSum(Table, tablename="deal_sum"):
    """The postings added up, some rows for each combination, so that clerks don't wait for each other; written in
    their transaction."""

    id = BigSerial(primary_key=True)
    edition = ForeignKey(Edition, on_delete=OnDelete.restrict, null=False)
    field = Varchar(length=40)
    kind = Varchar(length=20)
    day = Varchar(length=10)
    region = Varchar(length=60)
    side = Varchar(length=20)
    undisclosed = Boolean(default=False)
    shard = Integer(default=0)
    deals = BigInt(default=0)
    bare = BigInt(default=0)
    fen = BigInt(default=0)


class DealPulse(Table, tablename="deal_pulse"):
    """How often an edition's totals have changed, spread over some rows so that clerks don't wait for each other. Their
    sum tells whether what was read is the latest."""

    id: Serial
    edition = ForeignKey(Edition, on_delete=OnDelete.restrict, null=False)
    shard = Integer()
    beats = BigInt(default=0)


class DealSuspicion(Table, tablename="deal_suspicion"):
    """Two deals that may be one; ``first`` is the older one."""

    id: Serial
    edition = ForeignKey(Edition, on_delete=OnDelete.restrict, null=False)
    first = ForeignKey(Deal, on_delete=OnDelete.restrict, null=False)
    second = ForeignKey(Deal, on_delete=OnDelete.restrict, null=False)
    #: A code of :data:`deals.rules.duplicates.SUSPECTS`.
    why = Varchar(length=40)
    found_at = Timestamptz()


class DealRuling(Table, tablename="deal_ruling"):
    """What a clerk said of a suspicion. Of one deal reported twice, one is void from then on."""

    id: Serial
    suspicion = ForeignKey(DealSuspicion, on_delete=OnDelete.restrict, null=False)
    verdict = Varchar(length=20, choices=Verdict)
    note = Text()
    actor = Varchar(length=60)
    at = Timestamptz()


class DealFile(Table, tablename="deal_file"):
    """Evidence: a scan of the page with the signatures."""

    id: Serial
    deal = ForeignKey(Deal, on_delete=OnDelete.restrict, null=False)
    file = ForeignKey(StoredFile, on_delete=OnDelete.restrict, null=False)
    sha256 = Varchar(length=64)
    actor = Varchar(length=60)
    at = Timestamptz()


class DealCeremony(Table, tablename="deal_ceremony"):
    """How far an edition's signing ceremony (签约仪式) has come. One row; each step moves ``version`` by one."""

    id: Serial
    edition = ForeignKey(Edition, on_delete=OnDelete.restrict, null=False, unique=True)
    mode = Varchar(length=10, default=CeremonyMode.closed.value, choices=CeremonyMode)
    #: JSON: numbers of deals in the order of the stage.
    queue = Text(default="[]")
    #: How many of them have been revealed.
    shown = Integer(default=0)
    version = Integer(default=0)
