"""How much a deposit is, and what is left of it. Money is fen."""

from collections.abc import Iterable
from datetime import date

import msgspec

from exhibitors.rules import fees
from exhibitors.rules.fees import Price
from exhibitors.tables import DepositAct, Per


class Terms(msgspec.Struct, frozen=True):
    """0 fen: this edition takes none."""

    per: Per = Per.m2
    fen: int = 0
    until: date | None = None

    def asked(self, areas: Iterable[int]) -> int:
        """For raw booths of so many dm²."""
        price = Price("", "", 0, "", self.per, self.fen)
        return sum(fees.fee(price, area) for area in areas) if self.fen else 0


class Sums(msgspec.Struct, frozen=True):
    asked: int = 0
    paid: int = 0
    returned: int = 0
    kept: int = 0

    @property
    def held(self) -> int:
        """Neither given back nor kept yet."""
        return self.paid - self.returned - self.kept

    @property
    def open(self) -> int:
        """Still to be paid."""
        return max(0, self.asked - self.paid)

    def plus(self, act: DepositAct, fen: int) -> "Sums":
        return msgspec.structs.replace(self, **{act.value: getattr(self, act.value) + fen})
