"""Noting that two deals may be one."""

from collections.abc import Sequence

from core import clock
from core.editions.queries import EditionInfo
from deals.queries import duplicates as queries
from deals.rules.figures import Known
from deals.rules.ledger import Row
from deals.tables import DealSuspicion


async def note(edition: EditionInfo, deal: int, row: Row, exhibitors: Sequence[Known]) -> None:
    """Inside the transaction that wrote the deal."""
    found = await queries.suspects(edition, deal, row, exhibitors)
    if not found:
        return
    now = clock.now()
    await DealSuspicion.insert(
        *(
            DealSuspicion(
                edition=edition.id,
                first=min(deal, one.deal),
                second=max(deal, one.deal),
                why=one.why,
                found_at=now,
            )
            for one in found
        )
    ).on_conflict(action="DO NOTHING")
