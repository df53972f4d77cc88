"""An exhibitor with somebody who may open its desk."""

import httpx
import msgspec

from core.accounts.roles import CLI, Actor, Role, effective
from core.db import transaction
from core.editions.queries import EditionInfo
from exhibitors.queries.applications import exhibitor_numbered
from exhibitors.rules.applications import ApplicationIn
from exhibitors.services import desk, registration
from exhibitors.tables import Status
from tests.expo import an_edition
from tests.firms import application
from tests.world import person, sign_in


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


async def a_desk(client: httpx.AsyncClient, n: int = 1, status: Status = Status.approved) -> str:
    """Of which the signed-in exhibitor is a member; its number."""
    edition = await an_edition()
    number = await a_firm(edition, n, status)
    await its_member(edition, number)
    await sign_in(client, Role.exhibitor)
    return number
