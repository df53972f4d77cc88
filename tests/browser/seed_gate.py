"""What the pages around the gates show: a desk in the hall with something open, and a booth that has read badges."""

from datetime import timedelta
from typing import Any

from checkin import holders
from checkin.queries import scan_desk
from checkin.queries.badges import BadgeInfo
from checkin.rules.badges import BadgeIn
from checkin.rules.checkpoints import CheckpointIn
from checkin.rules.incidents import IncidentIn
from checkin.rules.leads import CONSENT_VERSION, LeadIn
from checkin.rules.scans import BatchIn, OfflineScanIn, ScanIn
from checkin.rules.visits import VisitIn, checked
from checkin.services import areas, badges, checkpoints, incidents, leads, rulings, visits
from checkin.services.scans import gate as scanning
from checkin.tables import Verdict
from core import clock
from core.accounts.roles import ANONYMOUS, CLI
from core.db import transaction
from core.editions.queries import EditionInfo


async def _desk(edition: EditionInfo) -> dict[str, str]:
    lost = IncidentIn(
        "lost_person", "2 号馆 B 区", "约八十岁，灰色外套，听力不好，随身带蓝色布包。", "示例 老人", "13800138000"
    )
    open_ = await incidents.report(CLI, edition, lost)
    await incidents.note(CLI, edition, open_, "已广播，1 号馆、南门各派一人寻找。")
    lent = await incidents.report(CLI, edition, IncidentIn("wheelchair", "南门服务台", "借出轮椅 7 号"))
    await incidents.handle(CLI, edition, lent, "已归还。")
    await incidents.report(CLI, edition, IncidentIn("wheelchair", "北门", "需要一台轮椅到 A101"))
    await incidents.note(CLI, edition, None, "轮椅 3 号轮胎没气，已送修；AED 已检查。")
    return {"incident": str(open_), "incident_settled": str(lent)}


async def _booth(edition: EditionInfo, own: str) -> dict[str, str]:
    typed = [BadgeIn("visitor", f"示例访客{n}", "示例养老服务中心") for n in range(1, 5)]
    read = []
    for n, badge in enumerate([await badges.issue(CLI, edition, one) for one in typed]):
        said = LeadIn(code=badge.code, consent=CONSENT_VERSION, note="想看护理床样品，下周回电。", rating=5 - n)
        if n < 3:
            read.append(await leads.take(CLI, edition, own, said))
        else:
            async with transaction():
                await leads.agree(ANONYMOUS, edition, badge.id, "en", at=clock.now())
        if n == 2:
            await leads.withdraw(ANONYMOUS, edition, badge.id)
    return {"lead": str(read[0].lead), "lead_gone": str(read[2].lead)}


async def _doors(edition: EditionInfo) -> dict[str, str]:
    """Two doors of a hall, a room that is nearly full, and a phone without a network that let somebody in again."""
    for code, name in (("NORTH", "北门"), ("SOUTH", "南门")):
        await checkpoints.create(CLI, edition, CheckpointIn(code, name, exits=True, area="HALL-1"))
    vip = CheckpointIn("VIP", "贵宾厅", "Guests' hall", ["guest", "visitor"], reentry="free", exits=True, capacity=5)
    await checkpoints.create(CLI, edition, vip)
    await areas.name(CLI, edition, "HALL-1", "1 号馆", "Hall 1")
    made = [await badges.issue(CLI, edition, BadgeIn("visitor", f"示例观众{n}", "示例街道")) for n in range(1, 7)]
    for n, badge in enumerate(made):
        await scanning.scan(CLI, "", edition, ScanIn(badge.code, "NORTH", f"seed-{n}"))
        await scanning.scan(CLI, "", edition, ScanIn(badge.code, "VIP", f"seed-vip-{n}"))
    fast = clock.now() + timedelta(minutes=7)
    later = [
        OfflineScanIn(one.code, "SOUTH", f"late-{one.id}", fast, device_verdict=Verdict.admitted) for one in made[:2]
    ]
    await scanning.batch(CLI, "", edition, BatchIn(fast, later))
    first, second = await scan_desk.conflicts(edition)
    await rulings.rule(CLI, edition, second.later.id, "badge_passed_on", "家属代领。")
    return {"scan": str(first.later.id)}


async def _registered(edition: EditionInfo) -> dict[str, str]:
    """A group, somebody whose daughter filled it in and who agreed that exhibitors may have the contact, and one who
    will not come after all."""
    offered = [day.day for day in edition.days]

    async def one(**typed: Any) -> BadgeInfo:
        whole = VisitIn(consent=True, notice=edition.privacy_version, **typed)
        draft = checked(whole, offered, edition.privacy_version, "zh-CN")
        return await visits.register(ANONYMOUS, edition, draft, "zh-CN")

    names = "示例成员甲\n示例成员乙"
    await one(
        holder="示例领队",
        mobile="13800138001",
        group=True,
        size="30",
        members=names,
        vehicle="示A·12345",
        arrives="9:30",
    )
    aged = await one(
        holder="示例老人",
        mobile="13800138002",
        helper="family",
        helper_name="示例女儿",
        leads=True,
        organisation="示例街道",
    )
    away = await one(holder="示例访客", mobile="13800138002")
    await visits.cancel(CLI, edition, away)
    key = holders.key_of(edition.id, aged.serial, aged.uid)
    return {"holder_page": key, "holder_gone": holders.key_of(edition.id, away.serial, away.uid)}


async def gates(edition: EditionInfo, own: str) -> dict[str, str]:
    return await _desk(edition) | await _booth(edition, own) | await _doors(edition) | await _registered(edition)
