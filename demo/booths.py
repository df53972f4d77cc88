"""Two halls with their plan; most of the approved firms hold a booth, some have said yes, a few still wait."""

from datetime import timedelta

from core.accounts.roles import SYSTEM
from core.editions.queries import EditionInfo
from demo.firms import credit_code
from exhibitors.queries import booths as queries
from exhibitors.queries import fees as statements
from exhibitors.queries.fees import Invoice, Terms
from exhibitors.rules.fees import Price
from exhibitors.rules.plan import AISLE, Drawing, Rect, drawn
from exhibitors.services import booths, fees, halls
from exhibitors.services.fees import Payment
from exhibitors.services.halls import HallDraft, Placed
from exhibitors.tables import BoothKind, Per

#: Rows of the first hall, two and two, with the category whose zone they are.
_ZONES = ("SMRT", "NURS", "ASST", "MEDC", "")
_TERMS = Terms(
    charges=True,
    hold_days=10,
    warn_days=2,
    pay_to="户名：示例展览有限公司\n开户行：示例银行示例支行\n账号：0000 0000 0000 0000",
    prices=(
        Price("", "standard", 0, "", Per.booth, 880_000),
        Price("", "standard", 2, "", Per.booth, 968_000),
        Price("", "standard", 0, "elsewhere", Per.booth, 1_380_000),
        Price("SMRT", "standard", 0, "", Per.booth, 980_000),
        Price("", "raw", 0, "", Per.m2, 85_000),
        Price("", "raw", 0, "elsewhere", Per.m2, 138_000),
    ),
)
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
    await fees.set_terms(SYSTEM, edition, _TERMS)
    for n, (firm, proposal) in enumerate(await queries.suggestion(edition)):
        if not proposal.codes or n % 20 >= 18:
            continue
        await booths.give(SYSTEM, edition, firm.number, proposal.codes, quietly=True)
        if n % 20 < 15:
            await booths.confirm(SYSTEM, edition, firm.number)
            await _pay(edition, firm.number, n)


async def _pay(edition: EditionInfo, number: str, n: int) -> None:
    """Most have paid all, every fourth a half, every sixth nothing yet; once an amount was misread."""
    owed = (await statements.statement(edition, number)).owed
    await fees.save_invoice(SYSTEM, edition, number, Invoice(f"示例开票单位{n + 1}号", credit_code(9000 + n)))
    if n % 6 == 5:
        return
    amount = owed // 2 if n % 4 == 3 else owed
    if n == 2:
        slip = Payment(amount * 10, edition.first_day - timedelta(days=21), "示例流水 错")
        await fees.record_payment(SYSTEM, edition, number, slip, submission=f"demo slip {edition.id}/{number}")
        wrong = (await statements.statement(edition, number)).payments[0]
        await fees.reverse_payment(SYSTEM, edition, number, wrong.id, note="示例：多看了一个零")
    paid = Payment(amount, edition.first_day - timedelta(days=20 - n % 15), f"示例流水 {n + 1:04d}")
    await fees.record_payment(SYSTEM, edition, number, paid, submission=f"demo {edition.id}/{number}")
