"""``python -m tests.browser.seed_walk``: an expo whose registration is open, with a hall, and one person of the house;
nobody has applied."""

import asyncio
from datetime import UTC, datetime, timedelta

from core import db
from core.accounts.roles import CLI, Role
from core.accounts.services import people
from core.db.migrations import migrate
from core.editions import services
from tests.browser.seed import _draft
from tests.halls import a_hall
from tests.world import PASSWORD

REVIEWER = "second@example.com"


async def main() -> None:
    async with db.lifespan():
        await migrate()
        now = datetime.now(UTC)
        first = now.date() + timedelta(days=30)
        edition = await services.create(CLI, _draft("2026", first, now - timedelta(days=1), now + timedelta(days=20)))
        await a_hall(edition)
        await people.create(CLI, REVIEWER, "示例 审核", [Role.organizer, Role.reviewer], password=PASSWORD)


if __name__ == "__main__":
    asyncio.run(main())
