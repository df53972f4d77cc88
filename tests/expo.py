"""A small expo for tests: the 银龄示例博览会 of three days, the second of which is today. All of it is invented."""

from datetime import timedelta

import msgspec

from core import clock
from core.accounts.roles import CLI
from core.editions import services
from core.editions.queries import EditionInfo
from core.editions.rules import STANDARD_CATEGORIES, STANDARD_FIELDS, Draft, days_between

TODAY = clock.now().date()

DRAFT = Draft(
    slug="2026",
    name_zh="银龄示例博览会",
    name_en="Silver Age Sample Expo",
    venue_zh="示例国际会展中心",
    venue_en="Sample International Exhibition Center",
    timezone="Asia/Shanghai",
    days=days_between(TODAY - timedelta(days=1), TODAY + timedelta(days=1), 540, 1020),
    registration_opens=clock.now() - timedelta(days=60),
    registration_closes=clock.now() + timedelta(days=1),
    fields=STANDARD_FIELDS,
    categories=STANDARD_CATEGORIES,
)


async def an_edition(current: bool = True, **other: object) -> EditionInfo:
    return await services.create(CLI, msgspec.structs.replace(DRAFT, **other), current=current)
