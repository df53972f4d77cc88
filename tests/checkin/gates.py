"""A gate for tests: checkpoints, badges by the dozen, and scans as a phone sends them."""

from itertools import count
from typing import Any

import httpx

from checkin.queries.badges import BadgeInfo
from checkin.queries.checkpoints import CheckpointInfo
from checkin.rules.badges import BadgeDraft
from checkin.rules.checkpoints import CheckpointIn
from checkin.services import badges, checkpoints
from checkin.tables import Badge, BadgeKind
from core.accounts.roles import CLI
from core.db import transaction
from core.editions.queries import EditionInfo

_numbers = count(1)


def nonce() -> str:
    return f"n-{next(_numbers)}"


async def gate(edition: EditionInfo, code: str = "GATE-1", **other: Any) -> CheckpointInfo:
    return await checkpoints.create(CLI, edition, CheckpointIn(code=code, name=f"{code} 示例", **other))


async def badges_of(
    edition: EditionInfo, many: int = 1, kind: BadgeKind = BadgeKind.visitor, **other: Any
) -> list[BadgeInfo]:
    drafts = [BadgeDraft(kind, f"示例 {n}", "示例公司", ()) for n in range(many)]
    made = await badges.issue_all(CLI, edition, drafts)
    if other:
        columns: dict[Any, Any] = {Badge._meta.get_column_by_name(name): value for name, value in other.items()}
        async with transaction():
            await Badge.update(columns).where(Badge.id.is_in([one.id for one in made]))
    return made


class Phone:
    """A token and where it stands."""

    def __init__(self, client: httpx.AsyncClient, headers: dict[str, str], checkpoint: str = "GATE-1") -> None:
        self.client = client
        self.headers = headers
        self.checkpoint = checkpoint

    async def post(self, path: str, body: Any) -> httpx.Response:
        return await self.client.post(f"/api/v1/{path}", json=body, headers=self.headers)

    async def send(self, code: str, /, **other: Any) -> httpx.Response:
        body = {"code": code, "checkpoint": self.checkpoint, "nonce": nonce(), **other}
        return await self.post("scans", body)

    async def scan(self, code: str, /, **other: Any) -> dict[str, Any]:
        answer = await self.send(code, **other)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def batch(self, scans: list[dict[str, Any]], device_time: str) -> list[dict[str, Any]]:
        whole = [{"checkpoint": self.checkpoint, "offline": True, "scanned_at": device_time, **one} for one in scans]
        answer = await self.post("scans/batch", {"device_time": device_time, "scans": whole})
        assert answer.status_code == 200, answer.text
        results: list[dict[str, Any]] = answer.json()["results"]
        return results

    async def stats(self, **query: str) -> dict[str, Any]:
        answer = await self.client.get(
            f"/api/v1/checkpoints/{self.checkpoint}/stats", params=query, headers=self.headers
        )
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found
