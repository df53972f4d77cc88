"""Two halls with their plan; most of the approved firms hold a booth, some have said yes, a few still wait."""

from core.accounts.roles import SYSTEM
from core.editions.queries import EditionInfo
from exhibitors.queries import booths as queries
from exhibitors.rules.plan import AISLE, Drawing, Rect, drawn
from exhibitors.services import booths, halls
from exhibitors.services.halls import HallDraft, Placed
from exhibitors.tables import (
    BoothKind,
)

#: Rows of the first hall, two and two, with the category whose zone they are.
_ZONES = ("SMRT", "NURS", "ASST", "MEDC", "")
#: Raw space of the second hall: width and height in dm, how many.
_RAW = ((60, 60, 8), (90, 60, 6), (120, 60, 5), (120, 90, 5))


async def _halls(edition: EditionInfo) -> None:
    found, width, height = drawn(Drawing("A", 10, 16, block=8))
    placed = [Placed(code, BoothKind.standard, rect, zone=_ZONES[n // 32]) for n, (code, rect) in enumerate(found)]
    await halls.add_hall(SYSTEM, edition, HallDraft("1", "1号馆", "Hall 1", width, height), placed)
    found, width, height = drawn(Drawing("B", 4, 16, block=8))
    placed = [Placed(code, BoothKind.standard, rect) for code, rect in found]
    y, n = height, 0
    for wide, deep, count in _RAW:
        x = AISLE
        for _ in range(count):
            n += 1
            placed.append(Placed(f"B-{n:02d}", BoothKind.raw, Rect(x, y, wide, deep)))
            x += wide + AISLE
            width = max(width, x)
        y += deep + AISLE
    await halls.add_hall(SYSTEM, edition, HallDraft("2", "2号馆", "Hall 2", width, y), placed)
    for code in ("A101", "B101", "B116"):
        await halls.block(SYSTEM, edition, code, blocked=True)


async def load(edition: EditionInfo) -> None:
    """Of twenty firms that find a place fifteen have confirmed, three think about it, two are not given one yet."""
    await _halls(edition)
    for n, (firm, proposal) in enumerate(await queries.suggestion(edition)):
        if not proposal.codes or n % 20 >= 18:
            continue
        await booths.give(SYSTEM, edition, firm.number, proposal.codes, quietly=True)
        if n % 20 < 15:
            await booths.confirm(SYSTEM, edition, firm.number)
