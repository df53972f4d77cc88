"""Wrong tokens by the thousand: counted by address, and over the limit nothing is looked up for them."""

from collections.abc import AsyncIterator

import httpx
import pytest

from core import db
from core.accounts.roles import CLI, Role
from core.accounts.services import tokens
from core.config import settings
from gateway import auth
from gateway.limits import RATES
from tests.conftest import serving
from tests.expo import an_edition
from tests.world import token_for

pytestmark = pytest.mark.anyio
BURST = RATES["token"].burst


@pytest.fixture
async def limited(database: None, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    monkeypatch.setenv("YINBO_RATE_LIMITS", "on")
    monkeypatch.setattr(auth, "_known", auth._Known())
    settings.cache_clear()
    async with serving() as client:
        await an_edition()
        yield client
    monkeypatch.undo()
    settings.cache_clear()


async def ask(client: httpx.AsyncClient, token: str) -> httpx.Response:
    bearer = token if token.startswith("Bearer") else f"Bearer {token}"
    return await client.get("/api/v1/badges", headers={"authorization": bearer})


async def flood(client: httpx.AsyncClient) -> httpx.Response:
    """Until it is stopped; some more may pass while the bucket drains."""
    for n in range(3 * BURST):
        answer = await ask(client, f"yb_wrong{n}")
        if answer.status_code != 401:
            assert n >= BURST
            return answer
    raise AssertionError("nobody stopped it")


async def test_a_flood_is_refused_without_a_look_and_told_when_to_come_again(limited: httpx.AsyncClient) -> None:
    refused = await flood(limited)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many")
    assert int(refused.headers["retry-after"]) >= 1
    with db.count_queries() as seen:
        while (await ask(limited, "yb_again")).status_code != 429:
            seen.clear()
    assert seen == []


async def test_a_token_that_was_right_before_still_is_and_one_revoked_is_not(limited: httpx.AsyncClient) -> None:
    good, gone = await token_for(Role.organizer, "good"), await token_for(Role.organizer, "gone")
    for one in (good, gone):
        assert (await ask(limited, one["authorization"])).status_code == 200
    await flood(limited)
    assert (await ask(limited, good["authorization"])).status_code == 200
    await tokens.revoke(CLI, "gone")
    assert (await ask(limited, gone["authorization"])).status_code == 401
    assert (await ask(limited, good["authorization"])).status_code == 200


async def test_right_tokens_use_nothing_up(limited: httpx.AsyncClient) -> None:
    good = (await token_for(Role.organizer))["authorization"]
    assert {(await ask(limited, good)).status_code for _ in range(BURST + 20)} == {200}
    assert (await ask(limited, "yb_wrong")).status_code == 401


def test_only_so_many_are_remembered() -> None:
    known = auth._Known()
    for n in range(known.HOLDS + 5):
        known.keep(str(n))
    assert ("0" in known, str(known.HOLDS + 4) in known) == (False, True)
