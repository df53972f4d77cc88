"""Reads of terms, prices, payments and statements."""

from datetime import datetime, timedelta

import msgspec
from piccolo.query.functions.aggregate import Sum

from core.editions.queries import EditionInfo
from exhibitors.rules.fees import Price
from exhibitors.tables import BoothHolding, BoothPayment, BoothPrice, BoothTerms, Per


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
