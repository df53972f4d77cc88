"""An exhibitor with somebody who may open its desk."""

import msgspec

from core.accounts.roles import CLI, Actor, Role, effective
from core.db import transaction
from core.editions.queries import EditionInfo
from exhibitors.queries.applications import exhibitor_numbered
from exhibitors.rules.applications import ApplicationIn
from exhibitors.services import desk, registration
from exhibitors.tables import Status
from tests.firms import application
from tests.world import person


async def a_firm(edition: EditionInfo, n: int = 1, status: Status = Status.approved) -> str:
    """Its number."""
    typed = msgspec.convert(application(n), ApplicationIn)
    async with transaction():
        return (
            await registration.store(CLI, edition, registration.checked(typed, edition, "zh-CN"), status=status)
        ).number


async def its_member(edition: EditionInfo, number: str) -> Actor:
    """The world's exhibitor, let in."""
    account = await person(Role.exhibitor)
    one = await exhibitor_numbered(edition, number)
    async with transaction():
        await desk.admit(one.id, account, "cli")
    return Actor("account", account, "示例 参展商", effective([Role.exhibitor]))
