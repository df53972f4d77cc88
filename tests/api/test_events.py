"""``GET /api/v1/events`` over real sockets: httpx's ASGI transport waits for a response to end."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
import uvicorn

from api import events as route
from app import create_app
from core import db, events
from core.db import transaction
from core.editions.tables import Edition
from core.events.hub import listeners

pytestmark = pytest.mark.anyio


@pytest.fixture
async def public_totals(database: None) -> None:
    async with db.lifespan(), transaction():
        await Edition.insert(
            Edition(
                slug="2026", name_zh="展", name_en="Expo", timezone="Asia/Shanghai", totals_public=True, is_current=True
            )
        )


@asynccontextmanager
async def served() -> AsyncIterator[httpx.AsyncClient]:
    """The app behind a real socket, in this process."""
    server = uvicorn.Server(uvicorn.Config(create_app(), host="127.0.0.1", port=0, log_level="critical"))
    task = asyncio.create_task(server.serve())
    async with asyncio.timeout(20):
        while not server.started:
            await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10) as client:
            yield client
    finally:
        events.say_goodbye()
        server.should_exit = True
        await task


async def frames(answer: httpx.Response) -> AsyncIterator[dict[str, str]]:
    frame: dict[str, str] = {}
    async for line in answer.aiter_lines():
        if line:
            name, _, value = line.partition(": ")
            frame[name] = value
        elif frame:
            yield frame
            frame = {}


async def until_nobody_listens() -> None:
    async with asyncio.timeout(10):
        while listeners():
            await asyncio.sleep(0.01)


async def test_a_stream_says_hello_then_what_happens_and_resumes(public_totals: None) -> None:
    async with served() as client:
        async with client.stream("GET", "/api/v1/events") as answer:
            assert answer.status_code == 200
            assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
            assert answer.headers["cache-control"] == "no-store"
            stream = frames(answer)
            hello = await anext(stream)
            assert (hello["event"], hello["data"], hello["retry"]) == ("hello", '{"topics":["totals"]}', "3000")
            events.publish("scan", {"n": 1})
            events.publish("totals", {"n": 2})
            said = await anext(stream)
            assert (said["event"], said["data"]) == ("totals", '{"n":2}')
        await until_nobody_listens()
        events.publish("totals", {"n": 3})
        async with client.stream("GET", "/api/v1/events", headers={"Last-Event-ID": said["id"]}) as answer:
            stream = frames(answer)
            assert (await anext(stream))["event"] == "hello"
            assert (await anext(stream))["data"] == '{"n":3}'
        async with client.stream("GET", "/api/v1/events", headers={"Last-Event-ID": "long-ago"}) as answer:
            stream = frames(answer)
            assert [(await anext(stream))["event"] for _ in range(2)] == ["hello", "reset"]
        await until_nobody_listens()


async def test_a_quiet_stream_pings(public_totals: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(route, "PING", 0.05)
    async with served() as client, client.stream("GET", "/api/v1/events") as answer:
        stream = frames(answer)
        assert [(await anext(stream))["event"] for _ in range(3)] == ["hello", "ping", "ping"]


async def test_a_stream_ends_when_its_listener_may_no_longer_listen(
    public_totals: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(route, "PING", 0.05)
    async with served() as client, client.stream("GET", "/api/v1/events") as answer:
        stream = frames(answer)
        assert (await anext(stream))["event"] == "hello"
        async with transaction():
            await Edition.update({Edition.totals_public: False}, force=True)
        async with asyncio.timeout(10):
            said = [frame["event"] async for frame in stream]
        assert said[-1] == "goodbye"
        await until_nobody_listens()


async def test_who_may_hear_nothing_is_refused(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/v1/events")).status_code == 401
    assert (await client.get("/api/v1/events?topics=scan")).status_code == 401
    wrong = await client.get("/api/v1/events?topics=gossip")
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["code"] == "unknown_topic"


async def test_a_server_that_stops_says_goodbye_first(public_totals: None) -> None:
    server = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "app:create_app", "--factory", "--port", "8141", "--log-level", "critical"],
        env=os.environ,
    )
    try:
        async with httpx.AsyncClient(base_url="http://127.0.0.1:8141", timeout=10) as client:
            async with asyncio.timeout(30):
                while True:
                    try:
                        await client.get("/")
                        break
                    except httpx.ConnectError:
                        await asyncio.sleep(0.1)
            async with client.stream("GET", "/api/v1/events") as answer:
                stream = frames(answer)
                assert (await anext(stream))["event"] == "hello"
                server.send_signal(signal.SIGTERM)
                said = [frame async for frame in stream]
            assert [(frame["event"], frame["retry"]) for frame in said] == [("goodbye", "3000")]
        await asyncio.to_thread(server.wait, 10)
    finally:
        if server.poll() is None:
            server.kill()
            server.wait()
