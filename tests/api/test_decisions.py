from typing import Any

import httpx
import pytest

from core.accounts.roles import Role
from core.mail.tables import MailMessage
from exhibitors.tables import Exhibitor, ExhibitorStep, Status
from tests.exhibitors.world import firm
from tests.expo import an_edition
from tests.world import token_for

pytestmark = pytest.mark.anyio


def url(number: str) -> str:
    return f"/api/v1/exhibitors/{number}/decision"


async def test_a_program_decides(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    number, reviewer = await firm(edition), await token_for(Role.reviewer)
    answer = await client.post(url(number), json={"decision": "approve", "note": "欢迎"}, headers=reviewer)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["number"], answer.json()["status"]) == (number, "approved")
    again = await client.post(url(number), json={"decision": "approve"}, headers=reviewer)
    assert (again.status_code, again.json()["code"]) == (409, "wrong_status")
    step = await ExhibitorStep.select().first()
    assert step is not None
    assert (step["actor_name"], step["note"]) == ("reviewer program", "欢迎")


@pytest.mark.parametrize(
    ("status", "decision"),
    [
        (Status.submitted, "unwaitlist"),
        (Status.draft, "approve"),
        (Status.rejected, "approve"),
        (Status.confirmed, "reject"),
        (Status.booth_assigned, "request_changes"),
    ],
)
async def test_what_the_table_does_not_know_is_refused(
    client: httpx.AsyncClient, status: Status, decision: str
) -> None:
    edition = await an_edition()
    number = await firm(edition, status=status)
    answer = await client.post(url(number), json={"decision": decision}, headers=await token_for(Role.reviewer))
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_status")
    assert not await MailMessage.exists()


async def test_bad_decisions_are_named(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    number, reviewer = await firm(edition), await token_for(Role.reviewer)
    bodies = [
        {},
        {"decision": "maybe"},
        {"decision": "approve", "by": "me"},
        {"decision": "approve", "note": 1},
        {"decision": "approve", "note": "长" * 2001},
        {"decision": "approve", "comments": [{"field": "salary", "comment": "?"}]},
    ]
    for body in bodies:
        answer = await client.post(url(number), json=body, headers=reviewer)
        assert answer.status_code == 422, body
    assert (await client.post(url("000000"), json={"decision": "approve"}, headers=reviewer)).status_code == 404
    row = await Exhibitor.select(Exhibitor.status).first()
    assert row == {"status": "submitted"}


async def test_the_same_call_twice_under_one_key_decides_once(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    number = await firm(edition)
    headers = {**await token_for(Role.reviewer), "idempotency-key": "one"}
    first, second = [await client.post(url(number), json={"decision": "reject"}, headers=headers) for _ in range(2)]
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json()
    assert await ExhibitorStep.count() == 1


async def test_one_application_shows_all_that_was_sent(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    more: dict[str, Any] = {
        "kind": "institution",
        "lintel_zh": "示例楣板",
        "power": "380 V",
        "water": True,
        "exhibits": "护理床",
    }
    number = await firm(edition, **more)
    found = (await client.get(f"/api/v1/exhibitors/{number}", headers=await token_for(Role.reviewer))).json()
    assert {name: found[name] for name in more} == more
    assert found["check_digit_overridden"] is False
