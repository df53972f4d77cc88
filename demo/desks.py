"""What the weeks before left in the exhibitors' desks: products, messages, deposits, passes, times to move, the
catalogue. One of them is full, and the demo's exhibitor sits at it. Nothing is mailed."""

from datetime import timedelta

from core.accounts.roles import CLI, SYSTEM, Actor
from core.accounts.tables import Account
from core.db import transaction
from core.editions.queries import EditionInfo
from core.editions.rules import moment_of
from exhibitors.queries import deposits as held
from exhibitors.queries import passes as asked
from exhibitors.queries.applications import exhibitor_numbered
from exhibitors.rules.catalogue import EntryDraft
from exhibitors.rules.deposits import Terms
from exhibitors.rules.passes import checked_pass
from exhibitors.services import catalogue, deposits, desk, moves, passes
from exhibitors.services.deposits import Entry
from exhibitors.services.moves import WindowIn
from exhibitors.tables import BoothKind, DepositAct, Exhibitor, ExhibitorMember, PassKind, Per, Status, Way

_ORGANIZER = Actor("system", None, "示例 组委会", CLI.roles)
_EXHIBITOR = Actor("cli", None, "示例 参展商", CLI.roles)
_PRODUCTS = (
    ("示例电动护理床", "Sample electric care bed", "可升降，双侧护栏，断电可手摇。"),
    ("示例防跌倒地垫", "Sample fall mat", "夜间离床提醒，无需联网。"),
    ("示例助行器", "Sample walker", "四轮带座，重 5.6 千克。"),
)
_SAID = (
    (True, "搭建时间已公布，请在“进馆与撤馆”中选择时段。\n贵单位的特装展位请按时提交图纸。"),
    (False, "已选好时段。请问 380 V 电箱在哪里申请？"),
    (True, "在展商手册第 12 页，也可到现场服务台办理。"),
)


async def _of(edition: EditionInfo, kind: BoothKind, status: Status) -> list[str]:
    rows = (
        await Exhibitor.select(Exhibitor.number)
        .where(Exhibitor.edition == edition.id, Exhibitor.status == status.value, Exhibitor.booth_kind == kind.value)
        .order_by(Exhibitor.id)
    )
    return [row["number"] for row in rows]


async def _windows(edition: EditionInfo) -> list[int]:
    """Two mornings to move in, which are over, and the evening after the last day to move out."""
    first, last = edition.first_day, edition.days[-1].day
    times = [(Way.arrival, first - timedelta(days=days), hour) for days in (2, 1) for hour in (8, 10, 13)]
    times += [(Way.departure, last, 17), (Way.departure, last, 19)]
    made = []
    for way, day, hour in times:
        begins = moment_of(day, hour * 60, edition.timezone)
        window = WindowIn(way, begins, begins + timedelta(hours=2), "", 40)
        made.append(await moves.add(SYSTEM, edition, window))
    return made[-2:]


async def _deposits(edition: EditionInfo, raw: list[str]) -> None:
    """Of four builders of raw space three have paid, and one of these was given half of it back."""
    due = edition.first_day - timedelta(days=12)
    await deposits.set_terms(SYSTEM, edition, Terms(Per.m2, 5_000, due))
    asked_of = {account.number: account.sums.asked for account in await held.accounts(edition)}
    for n, number in enumerate(raw):
        owed = asked_of.get(number, 0)
        if n % 4 == 3 or not owed:
            continue
        paid = Entry(DepositAct.paid, owed, due - timedelta(days=n % 5), f"示例押金 {n + 1:03d}")
        await deposits.record(SYSTEM, edition, number, paid, submission=f"demo deposit {edition.id}/{number}")
        if n % 4 == 2:
            back = Entry(DepositAct.returned, owed // 2, edition.today(), f"示例退还 {n + 1:03d}")
            await deposits.record(SYSTEM, edition, number, back, submission=f"demo return {edition.id}/{number}")


async def _passes(edition: EditionInfo, raw: list[str]) -> None:
    """Each names who builds; every second one's passes wait."""
    await passes.set_terms(SYSTEM, edition, 3, 2, None)
    for n, number in enumerate(raw):
        mobile = f"139000{n:05d}"
        await passes.name_contractor(CLI, edition, number, f"示例搭建{n + 1}号有限公司", "示例 负责人", mobile)
        for trade in ("木工", "电工"):
            worker = checked_pass(PassKind.worker, f"示例 {trade}{n + 1}", "", trade, "", None)
            await passes.ask(CLI, edition, number, worker)
        van = checked_pass(PassKind.vehicle, "示例 司机", mobile, "", f"沪C·9{n:04d}", None)
        await passes.ask(CLI, edition, number, van)
    for n, firm in enumerate(await asked.waiting(edition)):
        if n % 2 == 0:
            ids = [one.id for one in firm.passes]
            await passes.decide(SYSTEM, edition, firm.number, ids, approve=True, quietly=True)


async def load(edition: EditionInfo) -> None:
    raw = await _of(edition, BoothKind.raw, Status.confirmed)
    standard = await _of(edition, BoothKind.standard, Status.confirmed)
    await catalogue.set_until(SYSTEM, edition, edition.first_day - timedelta(days=20))
    for number in (raw + standard)[::2]:
        await catalogue.send(CLI, edition, number, EntryDraft("Sample entry. All of it is invented.", "", "", ""))
    departures = await _windows(edition)
    for n, number in enumerate(raw + standard[:60]):
        if n % 5:
            await moves.choose(CLI, edition, number, departures[n % 2])
    await _deposits(edition, raw)
    await _passes(edition, raw[:6])
    for number in raw[:1]:
        for name, name_en, about in _PRODUCTS:
            await desk.add_product(CLI, edition, number, name=name, name_en=name_en, about=about)
        for theirs, text in _SAID:
            who = _ORGANIZER if theirs else _EXHIBITOR
            await desk.write(who, edition, number, text, from_organizers=theirs, quietly=True)


async def seat(edition: EditionInfo, email: str) -> None:
    """Lets the demo's exhibitor in at the full desk, unless it has one already."""
    account = await Account.select(Account.id).where(Account.email == email).first()
    numbers = await _of(edition, BoothKind.raw, Status.confirmed)
    if account is None or not numbers:
        return
    own = ExhibitorMember.exhibitor.edition == edition.id
    if await ExhibitorMember.exists().where(ExhibitorMember.account == account["id"], own):
        return
    one = await exhibitor_numbered(edition, numbers[0])
    async with transaction():
        await desk.admit(one.id, account["id"], SYSTEM.key)
