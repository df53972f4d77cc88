"""What a booth costs. Money is fen; nothing is rounded but once, half up, where an area is priced."""

import re
from collections.abc import Sequence
from decimal import Decimal

import msgspec

from core import text
from core.i18n import mark
from exhibitors.tables import BoothKind, Origin, Per

#: 9,999,999,999,999.99 yuan: more than any booth, and within the column.
MOST_FEN = 10**15 - 1


class Price(msgspec.Struct, frozen=True):
    """A line of the price table; what is empty fits all."""

    zone: str
    kind: str
    open_sides: int
    origin: str
    per: Per
    fen: int


def origin_of(country: str) -> Origin:
    return Origin.mainland if country == "CN" else Origin.elsewhere


def price_for(prices: Sequence[Price], *, zone: str, kind: BoothKind, open_sides: int, origin: Origin) -> Price | None:
    """The narrowest line that fits: a zone counts before a kind, a kind before open sides, those before an origin.
    Of equals the first one."""
    fitting = [
        price
        for price in prices
        if price.zone in ("", zone)
        and price.kind in ("", kind.value)
        and price.open_sides <= open_sides
        and price.origin in ("", origin.value)
    ]
    return max(fitting, key=lambda p: (p.zone != "", p.kind != "", p.open_sides, p.origin != ""), default=None)


def fee(price: Price, area: int) -> int:
    """In fen, of a booth of ``area`` dm²."""
    if price.per is Per.booth:
        return price.fen
    return (price.fen * area + 50) // 100


_MONEY = re.compile(r"\d{1,13}(\.\d{1,2})?")
MONEY = ("money", mark("Please write an amount in yuan, such as 12800 or 12,800.50."))


def fen(typed: str) -> int:
    """Yuan as people type them, more than nothing.

    :raises Fault: for anything else.
    """
    bare = re.sub(r"[,，¥￥元]", "", text.code(typed))
    if not _MONEY.fullmatch(bare):
        raise text.Fault(*MONEY)
    found = int(Decimal(bare) * 100)
    if not 0 < found <= MOST_FEN:
        raise text.Fault(*MONEY)
    return found


def yuan(amount: int) -> str:
    """``12,800.00``; what was taken back has a minus sign before it."""
    sign = "-" if amount < 0 else ""  # a spreadsheet reads this one
    return f"{sign}{abs(amount) // 100:,}.{abs(amount) % 100:02d}"
