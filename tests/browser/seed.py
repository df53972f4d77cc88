"""``python -m tests.browser.seed``: a migrated database with a past edition and a current one, which runs today."""

import asyncio
from datetime import UTC, date, datetime, timedelta

from core import db
from core.accounts.roles import CLI
from core.db.migrations import migrate
from core.editions import rules, services


def _draft(slug: str, first: date, opens: datetime, closes: datetime) -> rules.Draft:
    return rules.Draft(
        slug=slug,
        name_zh="首届中国（宁波）国际健康与养老服务博览会" if slug == "2026" else "宁波国际康养产业博览会（示例）",
        name_en="First China (Ningbo) International Health and Elderly-care Services Expo"
        if slug == "2026"
        else "Ningbo Elderly-care Industry Expo (example)",
        venue_zh="宁波国际会展中心",
        venue_en="Ningbo International Conference and Exhibition Center",
        timezone="Asia/Shanghai",
        days=rules.days_between(first, first + timedelta(days=2), 9 * 60, 17 * 60),
        registration_opens=opens,
        registration_closes=closes,
        fields=rules.STANDARD_FIELDS,
        categories=rules.STANDARD_CATEGORIES,
    )


async def main() -> None:
    await migrate()
    now = datetime.now(UTC)
    async with db.lifespan():
        past = date(2025, 9, 16)
        early = datetime(2025, 3, 1, tzinfo=UTC)
        await services.create(CLI, _draft("2025", past, early, early + timedelta(days=180)))
        opens, closes = now - timedelta(days=30), now + timedelta(days=30)
        await services.create(CLI, _draft("2026", now.date() - timedelta(days=1), opens, closes), current=True)


if __name__ == "__main__":
    asyncio.run(main())
