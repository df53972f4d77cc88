"""Reads of terms, prices, payments and statements."""

from datetime import date, datetime, timedelta

import msgspec
from piccolo.query.functions.aggregate import Sum

from core.editions.queries import EditionInfo
from core.errors import NotFound
from core.i18n import Locale
from exhibitors.rules.fees import Price
from exhibitors.rules.steps import HOLDERS
from exhibitors.tables import (
    BoothHolding,
    BoothKind,
    BoothPayment,
    BoothPrice,
    BoothTerms,
    Exhibitor,
    InvoiceDetails,
    Per,
    Status,
)


class Terms(msgspec.Struct, frozen=True):
    """How an edition gives booths away."""

    charges: bool = False
    hold_days: int = 0
    warn_days: int = 2
    until_paid: bool = False
    pay_to: str = ""
    prices: tuple[Price, ...] = ()

    def until(self, now: datetime) -> datetime | None:
        """The end of a term that begins now."""
        return now + timedelta(days=self.hold_days) if self.hold_days else None


async def terms(edition: EditionInfo) -> Terms:
    row = await BoothTerms.select().where(BoothTerms.edition == edition.id).first()
    if row is None:
        return Terms()
    prices = await BoothPrice.select().where(BoothPrice.edition == edition.id).order_by(BoothPrice.position)
    own = {name: row[name] for name in Terms.__struct_fields__ if name in row}
    return Terms(
        **own,
        prices=tuple(
            Price(p["zone"], p["kind"], p["open_sides"], p["origin"], Per(p["per"]), p["fen"]) for p in prices
        ),
    )


async def owed(exhibitor: int) -> int:
    """In fen, for what it holds."""
    row = await BoothHolding.select(Sum(BoothHolding.fee)).where(BoothHolding.exhibitor == exhibitor).first()
    return int((row or {}).get("sum") or 0)


async def paid(exhibitor: int) -> int:
    row = await BoothPayment.select(Sum(BoothPayment.fen)).where(BoothPayment.exhibitor == exhibitor).first()
    return int((row or {}).get("sum") or 0)


async def outstanding(exhibitor: int) -> int:
    """Less than nothing where too much arrived."""
    return await owed(exhibitor) - await paid(exhibitor)


class Invoice(msgspec.Struct, frozen=True):
    """开票信息."""

    title: str = ""
    tax_number: str = ""
    address: str = ""
    phone: str = ""
    bank: str = ""
    account: str = ""
    email: str = ""


class Charge(msgspec.Struct, frozen=True):
    """A line of the statement."""

    code: str
    kind: BoothKind
    #: dm².
    area: int
    open_sides: int
    zone: str
    #: None: no price fits.
    fee: int | None
    until: datetime | None


class PaymentLine(msgspec.Struct, frozen=True):
    id: int
    fen: int
    day: date
    reference: str
    note: str
    by: str
    at: datetime
    reverses: int | None
    #: Whether it was taken back later.
    reversed: bool


class Statement(msgspec.Struct, frozen=True):
    number: str
    name: str
    name_en: str
    status: Status
    terms: Terms
    charges: tuple[Charge, ...]
    payments: tuple[PaymentLine, ...]
    invoice: Invoice

    @property
    def owed(self) -> int:
        return sum(charge.fee or 0 for charge in self.charges)

    @property
    def paid(self) -> int:
        return sum(payment.fen for payment in self.payments)

    @property
    def outstanding(self) -> int:
        return self.owed - self.paid

    def called(self, locale: Locale) -> str:
        return self.name_en if locale == "en" and self.name_en else self.name


async def statement(edition: EditionInfo, number: str) -> Statement:
    """:raises NotFound: 404."""
    row = (
        await Exhibitor.select(Exhibitor.id, Exhibitor.name, Exhibitor.name_en, Exhibitor.status)
        .where(Exhibitor.edition == edition.id, Exhibitor.number == number)
        .first()
    )
    if row is None:
        raise NotFound
    booth = BoothHolding.booth
    charges = await (
        BoothHolding.select(
            BoothHolding.fee,
            BoothHolding.until,
            booth.code,
            booth.kind,
            booth.area,
            booth.open_sides,
            booth.zone,
        )
        .where(BoothHolding.exhibitor == row["id"])
        .order_by(booth.code)
    )
    payments = await BoothPayment.select().where(BoothPayment.exhibitor == row["id"]).order_by(BoothPayment.id)
    gone = {payment["reverses"] for payment in payments}
    invoice = await InvoiceDetails.select().where(InvoiceDetails.exhibitor == row["id"]).first()
    return Statement(
        number,
        row["name"],
        row["name_en"],
        Status(row["status"]),
        await terms(edition),
        tuple(
            Charge(
                one["booth.code"],
                BoothKind(one["booth.kind"]),
                one["booth.area"],
                one["booth.open_sides"],
                one["booth.zone"],
                one["fee"],
                one["until"],
            )
            for one in charges
        ),
        tuple(
            PaymentLine(
                one["id"],
                one["fen"],
                one["day"],
                one["reference"],
                one["note"],
                one["recorded_name"],
                one["recorded_at"],
                one["reverses"],
                one["id"] in gone,
            )
            for one in payments
        ),
        Invoice(**{name: invoice[name] for name in Invoice.__struct_fields__}) if invoice else Invoice(),
    )


class Account(msgspec.Struct, frozen=True):
    """What an exhibitor owes, in a list."""

    number: str
    name: str
    name_en: str
    status: Status
    owed: int
    paid: int

    @property
    def outstanding(self) -> int:
        return self.owed - self.paid

    def called(self, locale: Locale) -> str:
        return self.name_en if locale == "en" and self.name_en else self.name


async def accounts(edition: EditionInfo) -> list[Account]:
    """Everybody who holds a booth or has paid something, the most outstanding first."""
    of = BoothHolding.exhibitor
    held = await BoothHolding.select(BoothHolding.exhibitor, BoothHolding.fee).where(of.edition == edition.id)
    paid_in = await BoothPayment.select(BoothPayment.exhibitor, BoothPayment.fen).where(
        BoothPayment.exhibitor.edition == edition.id
    )
    owes: dict[int, int] = {}
    gave: dict[int, int] = {}
    for row in held:
        owes[row["exhibitor"]] = owes.get(row["exhibitor"], 0) + (row["fee"] or 0)
    for row in paid_in:
        gave[row["exhibitor"]] = gave.get(row["exhibitor"], 0) + row["fen"]
    rows = await Exhibitor.select(
        Exhibitor.id, Exhibitor.number, Exhibitor.name, Exhibitor.name_en, Exhibitor.status
    ).where(Exhibitor.edition == edition.id, Exhibitor.id.is_in([*{*owes, *gave}, 0]))
    found = [
        Account(
            row["number"],
            row["name"],
            row["name_en"],
            Status(row["status"]),
            owes.get(row["id"], 0),
            gave.get(row["id"], 0),
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (-one.outstanding, one.number))


class Ending(msgspec.Struct, frozen=True):
    """A term that is about to end, or has."""

    exhibitor: int
    number: str
    until: datetime


async def ending(edition: EditionInfo, before: datetime, *, unwarned: bool = False) -> list[Ending]:
    """Whose term ends before then, the earliest first, each once."""
    of = BoothHolding.exhibitor
    where = (
        (of.edition == edition.id)
        & (BoothHolding.until <= before)
        & of.status.is_in([status.value for status in HOLDERS])
    )
    if unwarned:
        where &= BoothHolding.warned_at.is_null()
    rows = (
        await BoothHolding.select(BoothHolding.exhibitor, BoothHolding.until, of.number)
        .where(where)
        .order_by(BoothHolding.until, BoothHolding.id)
    )
    found: dict[int, Ending] = {}
    for row in rows:
        found.setdefault(row["exhibitor"], Ending(row["exhibitor"], row["exhibitor.number"], row["until"]))
    return list(found.values())
