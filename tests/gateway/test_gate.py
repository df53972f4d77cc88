"""Bodies that are too large or too slow, and callers who come too often."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import post
from litestar.params import JSONBody
from redis.asyncio import Redis

from core.config import settings
from gateway import gate
from gateway.access import PUBLIC
from gateway.limits import Limits, Memory, Rate, TooMany, address_key
from tests.gateway.small import Firm, small

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]

JSON = {"content-type": "application/json"}


@post("/api/v1/firms", opt=PUBLIC | {"limit": "register"})
async def add(data: JSONBody[Firm]) -> dict[str, str]:
    return {"name": data.name}


async def _pieces(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b" " * 100_000


async def test_a_body_that_announces_too_much_is_refused_unread() -> None:
    async with small(add) as client:
        answer = await client.post("/api/v1/firms", content=b" " * 1_000_001, headers=JSON)
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_a_body_in_pieces_is_refused_when_it_has_become_too_large() -> None:
    async with small(add) as client:
        answer = await client.post("/api/v1/firms", content=_pieces(11), headers=JSON)
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize("length", ["-1", "x", "9" * 30, "1e3", "٣"])
async def test_a_false_length_is_refused_cleanly(length: str) -> None:
    async with small(add) as client:
        headers = [(b"content-type", b"application/json"), (b"content-length", length.encode())]
        request = httpx.Request("POST", "http://yinbo.test/api/v1/firms", headers=headers, content=b"{}")
        answer = await client.send(request)
        assert answer.status_code in (400, 413)


async def test_a_body_that_does_not_come_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "PIECE_WITHIN", 0.05)
    never = asyncio.Event()

    async def stuck() -> AsyncIterator[bytes]:
        yield b"{"
        await never.wait()

    async with small(add) as client:
        answer = await client.post("/api/v1/firms", content=stuck(), headers=JSON)
        assert (answer.status_code, answer.json()["code"]) == (408, "too_slow")


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("YINBO_RATE_LIMITS", "on")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


@pytest.mark.usefixtures("counted")
async def test_who_comes_too_often_is_told_when_to_come_again() -> None:
    async with small(add) as client:
        answers = [await client.post("/api/v1/firms", json={}) for _ in range(41)]
        assert [answer.status_code for answer in answers] == [422] * 40 + [429]
        assert answers[-1].json()["code"] == "too_many"
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 4


@given(st.lists(st.floats(0, 10), min_size=1, max_size=200))
def test_no_more_than_the_burst_and_what_drained_gets_through(gaps: list[float]) -> None:
    rate, memory = Rate("test", 2.0, 5), Memory()
    now, through = 1000.0, 0
    for gap in gaps:
        now += gap
        through += memory.wait(rate, "a", now) == 0
        assert through <= 5 + (now - 1000.0) * 2 + 1e-6
    assert memory.wait(rate, "b", now) == 0


def test_a_flood_from_many_addresses_does_not_fill_the_memory() -> None:
    rate, memory = Rate("test", 0.001, 1), Memory()
    for number in range(120_000):
        memory.wait(rate, str(number), 0.0)
    assert len(memory.full) <= 50_000


def test_an_ipv6_caller_owns_its_network() -> None:
    assert address_key("2001:db8::1") == address_key("2001:db8::ffff:1")
    assert address_key("2001:db8:0:1::1") != address_key("2001:db8::1")
    assert address_key("::ffff:192.0.2.1") == "192.0.2.1"


async def _through(limits: Limits, rate: Rate, times: int, who: str) -> int:
    through = 0
    for _ in range(times):
        try:
            await limits.check(rate, who)
            through += 1
        except TooMany:
            pass
    return through


async def test_hosts_share_one_count_in_redis() -> None:
    clients = [Redis.from_url("redis://127.0.0.1:6379/9", decode_responses=True) for _ in range(2)]
    try:
        try:
            await clients[0].ping()
        except OSError:
            pytest.skip("no Redis at 127.0.0.1:6379")
        who = f"test-{id(clients)}"
        rate = Rate("test", 0.001, 10, shared=True)
        counts = await asyncio.gather(*(_through(Limits(client), rate, 8, who) for client in clients))
        assert sum(counts) == 10
        await clients[0].delete(f"yinbo:rate:test:{who}")
    finally:
        for client in clients:
            await client.aclose()


async def test_without_its_redis_a_process_counts_for_itself_and_says_so_once(caplog: pytest.LogCaptureFixture) -> None:
    gone: Any = Redis.from_url("redis://127.0.0.1:8139/0", socket_connect_timeout=0.2)
    caplog.set_level(logging.WARNING, logger="yinbo")
    logging.getLogger("yinbo").addHandler(caplog.handler)
    try:
        assert await _through(Limits(gone), Rate("test", 0.001, 3, shared=True), 6, "a") == 3
    finally:
        logging.getLogger("yinbo").removeHandler(caplog.handler)
        await gone.aclose()
    assert len({record.getMessage() for record in caplog.records if "Redis" in record.getMessage()}) == 1
