"""Clerks and deals, all of them invented."""

from datetime import date
from typing import Any

import msgspec

from core import money
from core.accounts.roles import Actor, Role, effective
from core.editions.queries import EditionInfo
from deals.queries.deals import Standing
from deals.rules.figures import AllocationIn, DealIn, PartyIn
from deals.services import deals
from deals.tables import DealKind

QIAN = Actor("account", 101, "示例 签约员", effective([Role.signing]))
YUE = Actor("account", 102, "示例 复核员", effective([Role.signing]))
YI = 10**10


def typed(n: int = 1, fen: int | None = 1_250_000_000_00, **other: Any) -> DealIn:
    """A contract of two outside parties, all of it in one field."""
    amount = None if fen is None else money.plain(fen)
    values: dict[str, Any] = {
        "parties": [f"示例投资{n}号", f"示例养老{n}号"],
        "kind": DealKind.contract,
        "signed_on": "",
        "amount": amount,
        "allocations": [AllocationIn("informatization", amount)],
        "region": "海曙区",
        **other,
    }
    return DealIn(**values)


def on(day: date, deal: DealIn) -> DealIn:
    return msgspec.structs.replace(deal, signed_on=day.isoformat())


async def draft(edition: EditionInfo, n: int = 1, fen: int | None = 1_250_000_000_00, **other: Any) -> Standing:
    return await deals.create(QIAN, edition, typed(n, fen, **{"signed_on": edition.days[1].day.isoformat(), **other}))


async def counting(edition: EditionInfo, n: int = 1, fen: int | None = 1_250_000_000_00, **other: Any) -> Standing:
    made = await draft(edition, n, fen, **other)
    return await deals.confirm(YUE, edition, made.number)


def exhibitor(number: str) -> PartyIn:
    return PartyIn(exhibitor=number)
