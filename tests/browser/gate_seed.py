"""``python -m tests.browser.gate_seed``: a small expo that runs today with checkpoints, badges and codes that enrol
phones; what stands on the badges goes into ``gate.json`` of the data folder. ``GATE_BADGES`` says how many visitors."""

import asyncio
import os
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from checkin.rules.badges import BadgeIn, checked_batch
from checkin.rules.checkpoints import CheckpointIn
from checkin.services import badges, changes, checkpoints, devices
from core import db
from core.accounts.roles import CLI, Role
from core.config import settings
from core.db.migrations import migrate
from core.editions import rules, services
from tests.world import person

INVITES = 12


async def main() -> None:
    await migrate()
    now = datetime.now(UTC)
    today = now.astimezone(ZoneInfo("Asia/Shanghai")).date()
    draft = rules.Draft(
        slug="2026",
        name_zh="银龄示例博览会",
        name_en="Silver Age Sample Expo",
        venue_zh="示例国际会展中心",
        venue_en="Sample International Exhibition Center",
        timezone="Asia/Shanghai",
        days=rules.days_between(today - timedelta(days=1), today + timedelta(days=1), 0, 24 * 60),
        registration_opens=now - timedelta(days=30),
        registration_closes=now + timedelta(days=1),
        fields=rules.STANDARD_FIELDS,
        categories=rules.STANDARD_CATEGORIES,
    )
    async with db.lifespan():
        edition = await services.create(CLI, draft, current=True)
        for role in (Role.organizer, Role.gate):
            await person(role)
        for typed in (
            CheckpointIn("NORTH", "北门", "North gate", area="HALL"),
            CheckpointIn("SOUTH", "南门", "South gate", area="HALL"),
            CheckpointIn("FORUM", "主论坛", "Main forum", exits=True, reentry="free", area="FORUM"),
            CheckpointIn("VIP", "贵宾室", "VIP room", kinds=["guest"], area="VIP", hold=True),
        ):
            await checkpoints.create(CLI, edition, typed)
        many = int(os.environ.get("GATE_BADGES", "40"))
        visitors = []
        for start in range(0, many, 1000):
            some = range(start, min(many, start + 1000))
            typed_ones = [BadgeIn("visitor", f"示例观众{n:04d}", f"示例公司{n % 9}") for n in some]
            visitors += await badges.issue_all(CLI, edition, checked_batch(typed_ones))
        special = [
            BadgeIn("guest", "示例 贵宾", "示例机构", note="重要来宾：请通知主持人"),
            BadgeIn("group", "示例 领队", "示例老年大学", size=12),
            BadgeIn("group", "示例 二队", "示例社区", size=30),
            BadgeIn("visitor", "示例 已注销"),
            BadgeIn("visitor", "王示例", "示例养老院", mobile="13800131234"),
        ]
        guest, group, waiting, gone, found = await badges.issue_all(CLI, edition, checked_batch(special))
        await changes.revoke(CLI, edition, gone.serial, "")
        signed = await badges.sign(edition, changes.checked_blanks("visitor", 2))
        async with db.transaction():
            blanks = await changes.store_blanks(CLI, edition, signed)
        invites = [(await devices.invite(CLI, edition, f"示例手机 {n + 1}")).code for n in range(INVITES)]
        told = {
            "visitors": [one.code for one in visitors],
            "serials": [one.serial for one in visitors],
            "guest": guest.code,
            "group": group.code,
            "waiting": waiting.code,
            "gone": gone.code,
            "found": found.code,
            "blanks": [one.code for one in blanks],
            "invites": invites,
        }
        (settings().data_dir / "gate.json").write_bytes(msgspec.json.encode(told))


if __name__ == "__main__":
    asyncio.run(main())
