"""Phones of the crew: one code enrols one phone, and a phone that is shut out says its last word."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from checkin.queries import devices as queries
from checkin.rules.checkpoints import CheckpointIn
from checkin.services import checkpoints
from checkin.services import devices as services
from checkin.services.devices import InviteUsed, ScansWaiting
from core import clock
from core.accounts.roles import CLI, Role
from core.editions.queries import EditionInfo
from core.errors import InvalidInput, NotFound
from tests.expo import an_edition
from tests.world import token_for

pytestmark = pytest.mark.anyio


async def gates(edition: EditionInfo, *codes: str) -> None:
    for code in codes:
        await checkpoints.create(CLI, edition, CheckpointIn(code=code, name=f"{code} 示例"))


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


async def enrolled(client: httpx.AsyncClient, edition: EditionInfo, checkpoint: str | None = None) -> dict[str, str]:
    made = await services.invite(CLI, edition, "示例 东门手机", checkpoint)
    answer = await client.post("/api/v1/gate/enrol", json={"code": made.code})
    assert answer.status_code == 201, answer.text
    return bearer(answer.json()["token"])


async def test_a_phone_is_enrolled_by_a_code_that_hands_may_write_as_they_like(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    await gates(edition, "EAST")
    made = await services.invite(CLI, edition, "示例 东门手机", "EAST")
    assert made.address.endswith(f"/scan#enrol={made.code}")
    typed = f" {made.code.lower().replace('1', 'l').replace('0', 'o')} "
    answer = await client.post("/api/v1/gate/enrol", json={"code": typed, "name": "  阿姨的手机 "})
    assert answer.json() | {"token": "", "device": 1} == {
        "token": "",
        "device": 1,
        "name": "阿姨的手机",
        "checkpoint": "EAST",
    }
    assert [(one.name, one.checkpoint) for one in await queries.devices(edition)] == [("阿姨的手机", "EAST")]
    assert await queries.open_invites(edition) == []


async def test_of_two_phones_with_one_code_at_once_one_is_enrolled(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    made = await services.invite(CLI, edition, "示例 手机")
    calls = [client.post("/api/v1/gate/enrol", json={"code": made.code}) for _ in range(6)]
    answers = await asyncio.gather(*calls)
    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 5]
    assert {answer.json().get("code") for answer in answers} == {None, "invite_used"}
    assert len(await queries.devices(edition)) == 1


async def test_a_code_runs_out_after_half_an_hour_or_when_it_is_withdrawn(opened: None) -> None:
    edition = await an_edition()
    late, taken = [await services.invite(CLI, edition, "示例 手机") for _ in range(2)]
    await services.withdraw(CLI, edition, taken.id)
    with pytest.raises(NotFound):
        await services.withdraw(CLI, edition, taken.id)
    with pytest.raises(InviteUsed):
        await services.enrol(taken.code, "", "")
    with clock.moved(timedelta(minutes=31)), pytest.raises(InviteUsed):
        await services.enrol(late.code, "", "")
    for nothing in ("", "\x00", "YB:" * 60, "零"):
        with pytest.raises(InviteUsed):
            await services.enrol(nothing, "", "")
    with pytest.raises(InvalidInput):
        await services.invite(CLI, edition, " ")
    with pytest.raises(InvalidInput):
        await services.invite(CLI, edition, "示例", "NOWHERE")


async def test_a_heartbeat_tells_the_desk_how_the_phone_is_and_the_phone_the_time(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    await gates(edition, "EAST", "WEST")
    phone = await enrolled(client, edition, "EAST")
    slow = (clock.now() - timedelta(minutes=7)).isoformat()
    said = {"queue": 12, "battery": 40, "version": "abc", "device_time": slow}
    answer = await client.post("/api/v1/gate/heartbeat", json=said, headers=phone)
    assert answer.status_code == 200
    assert answer.json()["settings"] == {"edition": edition.slug, "checkpoint": "EAST"}
    [line] = await queries.devices(edition)
    assert (line.queue, line.battery, line.app_version) == (12, 40, "abc")
    assert -430_000 < line.clock_skew_ms <= -420_000
    # Sent elsewhere it would have to leave its scans behind.
    with pytest.raises(ScansWaiting):
        await services.send_to(CLI, edition, line.id, "WEST")
    await client.post("/api/v1/gate/heartbeat", json={"queue": 0}, headers=phone)
    await services.send_to(CLI, edition, line.id, "WEST")
    answer = await client.post("/api/v1/gate/heartbeat", json={}, headers=phone)
    assert answer.json()["settings"]["checkpoint"] == "WEST"
    await services.send_to(CLI, edition, line.id, None)
    answer = await client.post("/api/v1/gate/heartbeat", json={}, headers=phone)
    assert answer.json()["settings"]["checkpoint"] is None


async def test_a_program_that_is_no_phone_may_ask_the_time_too(client: httpx.AsyncClient) -> None:
    await an_edition()
    answer = await client.post("/api/v1/gate/heartbeat", json={}, headers=await token_for(Role.gate))
    assert answer.status_code == 200


async def test_a_revoked_phone_is_refused_everywhere_and_its_last_word_is_heard(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    phone = await enrolled(client, edition)
    [line] = await queries.devices(edition)
    await services.revoke(CLI, edition, line.id)
    with pytest.raises(NotFound):
        await services.revoke(CLI, edition, line.id)
    for call in ("heartbeat", "leave"):
        assert (await client.post(f"/api/v1/gate/{call}", json={}, headers=phone)).status_code == 401
    assert (await client.get("/api/v1/gate/snapshot", headers=phone)).status_code == 401
    token = phone["authorization"].removeprefix("Bearer ")
    for said in ("yb_somebody", token, token):
        assert (await client.post("/api/v1/gate/wiped", json={"token": said})).status_code == 204
    [line] = await queries.devices(edition)
    assert line.revoked_at is not None
    assert line.wiped_at is not None


async def test_whoever_holds_a_token_in_force_cannot_have_its_phone_called_wiped(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    phone = await enrolled(client, edition)
    await client.post("/api/v1/gate/wiped", json={"token": phone["authorization"].removeprefix("Bearer ")})
    [line] = await queries.devices(edition)
    assert (line.revoked_at, line.wiped_at) == (None, None)


async def test_a_phone_that_is_given_back_ends_its_own_token(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    phone = await enrolled(client, edition)
    assert (await client.post("/api/v1/gate/leave", headers=phone)).status_code == 204
    assert (await client.post("/api/v1/gate/heartbeat", json={}, headers=phone)).status_code == 401
    assert (await client.post("/api/v1/gate/leave", headers=await token_for(Role.gate))).status_code == 404
