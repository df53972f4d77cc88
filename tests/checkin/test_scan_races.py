"""Many at once: each badge enters once, each nonce is one scan, a full hall is full, and all figures add up.

``YINBO_TEST_RACE`` is the number of badges at two gates at once; 10,000 take some minutes.
"""

import asyncio
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from checkin.tables import Presence, Scan
from core import clock
from core.accounts.roles import Role
from tests.checkin.gates import Phone, badges_of, gate, nonce
from tests.checkin.test_scans import at_the_gate, everything_adds_up
from tests.conftest import BACKEND
from tests.live import _free_port as free_port
from tests.live import environment
from tests.postgres import own_database
from tests.test_crash import Nursery, _yinbo
from tests.world import token_for

pytestmark = pytest.mark.anyio

BADGES = int(os.environ.get("YINBO_TEST_RACE", "60"))
AT_ONCE = 32


async def at_once(work: list[Any]) -> list[Any]:
    """Some dozens at a time, as so many phones would."""
    door = asyncio.Semaphore(AT_ONCE)

    async def one(job: Any) -> Any:
        async with door:
            return await job

    return await asyncio.gather(*(one(job) for job in work))


async def test_two_gates_that_scan_the_same_badges_at_once_let_each_in_once(client: httpx.AsyncClient) -> None:
    edition, phone = await at_the_gate(client, area="HALL-1")
    await gate(edition, "GATE-2", area="HALL-1")
    other = Phone(client, await token_for(Role.gate, "other"), "GATE-2")
    badges = await badges_of(edition, BADGES)
    answers = await at_once([who.scan(badge.code) for badge in badges for who in (phone, other)])
    verdicts = [{one["verdict"], two["verdict"]} for one, two in zip(answers[::2], answers[1::2], strict=True)]
    assert verdicts == [{"admitted", "refused"}] * BADGES
    refused = [one for one in answers if one["verdict"] == "refused"]
    assert {one["reason"] for one in refused} == {"already_used"}
    assert None not in {one["first_admitted_at"] for one in refused}
    assert await Scan.count() == 2 * BADGES
    assert await Presence.count() == BADGES
    await everything_adds_up(edition, phone)


async def test_the_same_nonce_at_once_is_one_scan_with_equal_answers(client: httpx.AsyncClient) -> None:
    edition, phone = await at_the_gate(client)
    badges = await badges_of(edition, 8)
    for badge in badges:
        key = nonce()
        answers = await asyncio.gather(*(phone.scan(badge.code, nonce=key) for _ in range(4)))
        assert answers == [answers[0]] * 4
        assert answers[0]["verdict"] == "admitted"
    assert await Scan.count() == 8
    # Also where the code is another one each time: somebody was first, and that answer stands.
    answers = await asyncio.gather(*(phone.scan(badge.code, nonce="shared") for badge in badges))
    assert answers == [answers[0]] * 8
    assert await Scan.count() == 9
    await everything_adds_up(edition, phone)


async def test_a_full_hall_is_exactly_full_however_many_press_in(client: httpx.AsyncClient) -> None:
    edition, phone = await at_the_gate(client, capacity=7, exits=True, reentry="free")
    badges = await badges_of(edition, 24)
    answers = await at_once([phone.scan(badge.code) for badge in badges])
    assert sorted(one["reason"] or "" for one in answers) == [""] * 7 + ["full"] * 17
    inside = [badge for badge, one in zip(badges, answers, strict=True) if one["verdict"] == "admitted"]
    outside = [badge for badge in badges if badge not in inside]
    await at_once(
        [phone.scan(badge.code, direction="out") for badge in inside] + [phone.scan(badge.code) for badge in outside]
    )
    await everything_adds_up(edition, phone)


async def test_entries_exits_and_undos_of_one_badge_at_once_leave_what_a_replay_makes(
    client: httpx.AsyncClient,
) -> None:
    edition, phone = await at_the_gate(client, area="HALL-1", exits=True, reentry="free")
    await gate(edition, "GATE-2", exits=True, reentry="free", leaves=["HALL-1"])
    one, two = await badges_of(edition, 2)
    keys = [nonce() for _ in range(6)]
    for key in keys[:3]:
        await phone.send(one.code, nonce=key, direction="in")
        await phone.send(one.code, direction="out")
    work: list[Any] = [phone.post(f"scans/{key}/undo", {}) for key in keys[:3]]
    for badge in (one, two):
        for direction in ("in", "out", "in", "out"):
            for checkpoint in ("GATE-1", "GATE-2"):
                work.append(phone.send(badge.code, direction=direction, checkpoint=checkpoint))
    answers = await at_once(work)
    assert {answer.status_code for answer in answers} == {200}
    await everything_adds_up(edition, phone)


async def test_a_batch_sent_twice_at_once_beside_single_scans_doubles_nothing(client: httpx.AsyncClient) -> None:
    edition, phone = await at_the_gate(client)
    badges = await badges_of(edition, 20)
    now = clock.now().isoformat()
    scans = [{"code": badge.code, "nonce": nonce()} for badge in badges]
    first, second, *_ = await asyncio.gather(
        phone.batch(scans, now), phone.batch(scans, now), *(phone.send(badge.code) for badge in badges)
    )
    assert first == second
    assert await Scan.count() == 40
    await everything_adds_up(edition, phone)


# ── processes ──


@pytest.fixture
def home(tmp_path: Path) -> Iterator[dict[str, str]]:
    env = environment(tmp_path, free_port())
    if BACKEND == "sqlite":
        yield env
        return
    with own_database("scans") as url:
        yield env | {"YINBO_DATABASE_URL": url}


def prepared(env: dict[str, str]) -> dict[str, dict[str, str]]:
    """Headers by role."""
    _yinbo(env, "migrate")
    today = clock.now().date().isoformat()
    names = ("--name-zh", "示例", "--name-en", "Sample", "--venue", "示例")
    _yinbo(env, "editions", "add", "2026", *names, "--first-day", today, "--last-day", today, "--current")
    made = {role: _yinbo(env, "tokens", "add", role, "--role", role) for role in ("organizer", "gate")}
    return {role: {"authorization": f"Bearer {token}"} for role, token in made.items()}


async def opened(client: httpx.AsyncClient, headers: dict[str, dict[str, str]], many: int) -> list[str]:
    """Two gates of one hall; answers the codes of the badges."""
    for code in ("GATE-1", "GATE-2"):
        body = {"code": code, "name": code, "area": "HALL"}
        made = await client.post("/api/v1/checkpoints", json=body, headers=headers["organizer"])
        assert made.status_code == 201, made.text
    codes: list[str] = []
    while len(codes) < many:
        some = min(1000, many - len(codes))
        badges = {"badges": [{"kind": "visitor", "holder": "示例"}] * some}
        answer = await client.post("/api/v1/badges/batch", json=badges, headers=headers["organizer"])
        assert answer.status_code == 201, answer.text
        codes += [item["code"] for item in answer.json()["items"]]
    return codes


async def counted(client: httpx.AsyncClient, headers: dict[str, dict[str, str]]) -> tuple[int, int]:
    """Admitted and refused at both gates, by the figures; the list must say the same."""
    admitted = refused = 0
    for code in ("GATE-1", "GATE-2"):
        found = (await client.get(f"/api/v1/checkpoints/{code}/stats", headers=headers["gate"])).json()
        admitted += found["admitted"]
        refused += sum(found["refused"].values())
    for verdict, number in (("admitted", admitted), ("refused", refused)):
        query: dict[str, str | int] = {"verdict": verdict, "limit": 1}
        listed = await client.get("/api/v1/scans", params=query, headers=headers["organizer"])
        assert listed.json()["total"] == number
    return admitted, refused


@pytest.mark.skipif(BACKEND != "postgres", reason="several workers need PostgreSQL")
async def test_two_workers_let_each_badge_in_once(home: dict[str, str]) -> None:
    from tests.cli.test_run import serving

    headers = prepared(home)
    with serving(Path(home["YINBO_DATA_DIR"]), "--workers", "2", **home) as (_process, port):
        limits = httpx.Limits(max_connections=AT_ONCE)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60, limits=limits) as client:
            codes = await opened(client, headers, BADGES)
            one, two = (Phone(client, headers["gate"], code) for code in ("GATE-1", "GATE-2"))
            answers = await at_once([who.scan(code) for code in codes for who in (one, two)])
            assert sum(answer["verdict"] == "admitted" for answer in answers) == BADGES
            pairs = zip(answers[::2], answers[1::2], strict=True)
            assert all({first["verdict"], second["verdict"]} == {"admitted", "refused"} for first, second in pairs)
            assert await counted(client, headers) == (BADGES, BADGES)


async def test_killed_in_the_middle_of_batches_what_was_told_stays_and_sending_again_doubles_nothing(
    home: dict[str, str],
) -> None:
    headers = prepared(home)
    nursery = Nursery(home)
    try:
        pid = nursery.start()
        async with httpx.AsyncClient(base_url=home["YINBO_BASE_URL"], timeout=60) as client:
            codes = await opened(client, headers, 400)
            phone = Phone(client, headers["gate"])
            now = clock.now().isoformat()
            batches = [
                [{"code": code, "nonce": f"b-{n}-{m}"} for m, code in enumerate(codes[n * 20 : n * 20 + 20])]
                for n in range(20)
            ]
            told: dict[int, Any] = {}

            async def send(n: int) -> None:
                try:
                    told[n] = await phone.batch(batches[n], now)
                except (httpx.TransportError, AssertionError):
                    return
                if len(told) == 6 and nursery._alive:
                    nursery.end(pid, signal.SIGKILL)

            await asyncio.gather(*(send(n) for n in range(20)))
            if nursery._alive:
                nursery.end(pid, signal.SIGKILL)
            nursery.start()
            for n, batch in enumerate(batches):
                again = await phone.batch(batch, now)
                if n in told:
                    assert again == told[n]
                assert [one["verdict"] for one in again] == ["admitted"] * 20
                assert not any(one["conflict"] for one in again)
            assert await counted(client, headers) == (400, 0)
    finally:
        nursery.close()
