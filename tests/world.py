"""A small fictional cast: one account a role, made when first needed."""

import re
from collections.abc import Awaitable, Callable

import httpx

from core.accounts import queries
from core.accounts.roles import CLI, Role
from core.accounts.services import people, tokens
from core.db import count_queries
from core.errors import NotFound

PASSWORD = "纸鹤飞过三江口 paper cranes"
NAMES = {
    Role.admin: "示例 管理员",
    Role.organizer: "示例 组织者",
    Role.reviewer: "示例 审核员",
    Role.gate: "示例 检票员",
    Role.signing: "示例 签约员",
    Role.viewer: "示例 观察员",
    Role.exhibitor: "示例 参展商",
}


async def person(role: Role) -> int:
    """The account of this role's person; its address is ``ROLE@example.com``."""
    email = f"{role.value}@example.com"
    try:
        return (await queries.person_by_email(email)).id
    except NotFound:
        return await people.create(CLI, email, NAMES[role], [role], password=PASSWORD)


def csrf_in(html: str) -> str:
    found = re.search(r'name="_csrf" value="([^"]+)"', html)
    assert found, "the page has a form with a token"
    return found[1]


async def send_form(client: httpx.AsyncClient, path: str, at: str | None = None, **values: str) -> httpx.Response:
    """Opens the page ``at``, then sends its form to ``path``, as a browser does."""
    form = await client.get(at or path)
    return await client.post(path, data={"_csrf": csrf_in(form.text), **values})


async def sign_in(client: httpx.AsyncClient, role: Role) -> int:
    """By the real page; answers the account."""
    account = await person(role)
    answer = await send_form(client, "/login", email=f"{role.value}@example.com", password=PASSWORD)
    assert answer.status_code == 303, answer.text
    return account


async def token_for(role: Role, name: str = "") -> dict[str, str]:
    """The header of a program with this role."""
    return {"authorization": "Bearer " + await tokens.add(CLI, name or f"{role.value} program", role)}


async def queries_of(work: Callable[[], Awaitable[object]]) -> int:
    """How many queries it takes; of three times the least, for what is kept for a second may run out in one of them."""
    least = []
    for _ in range(3):
        with count_queries() as asked:
            await work()
        least.append(len(asked))
    return min(least)
