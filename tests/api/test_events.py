"""``GET /api/v1/events`` over real sockets: httpx's ASGI transport waits for a response to end."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
import pytest
import uvicorn

from api import events as route
from app import create_app
from core import clock, db, events
from core.accounts.roles import CLI, Role
from core.accounts.services import people, sessions, tokens
from core.db import transaction
from core.editions.tables import Edition
from core.events.hub import listeners
from tests.world import person, token_for

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


async def revoke_session(headers: dict[str, str]) -> None:
    await sessions.end(headers["cookie"].removeprefix("session="))


async def disable(headers: dict[str, str]) -> None:
    await people.set_disabled(CLI, await person(Role.gate), disabled=True)


async def revoke_token(headers: dict[str, str]) -> None:
    await tokens.revoke(CLI, "gate program")


@pytest.mark.parametrize("end", [revoke_session, disable, revoke_token])
async def test_a_stream_ends_soon_after_its_session_or_token(
    public_totals: None, monkeypatch: pytest.MonkeyPatch, end: Callable[[dict[str, str]], Awaitable[None]]
) -> None:
    """Also of totals, which everybody may hear: who comes back is nobody."""
    monkeypatch.setattr(route, "CHECK", 0.05)
    async with served() as client:
        if end is revoke_token:
            headers = await token_for(Role.gate)
        else:
            session = await sessions.start(await person(Role.gate), user_agent="", address="")
            headers = {"cookie": f"session={session}"}
        async with client.stream("GET", "/api/v1/events", headers=headers) as answer:
            stream = frames(answer)
            assert (await anext(stream))["data"] == '{"topics":["scan","totals"]}'
            await end(headers)
            async with asyncio.timeout(10):
                said = [frame["event"] async for frame in stream]
            assert said == ["goodbye"]
            await until_nobody_listens()


def test_who_is_signed_in_is_looked_at_every_few_seconds() -> None:
    assert route.CHECK <= 5


async def test_listening_alone_keeps_no_session_alive(public_totals: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(route, "CHECK", 0.05)
    monkeypatch.setattr(route, "PING", 0.1)
    async with served() as client:
        session = await sessions.start(await person(Role.gate), user_agent="", address="")
        async with client.stream("GET", "/api/v1/events", headers={"cookie": f"session={session}"}) as answer:
            stream = frames(answer)
            assert (await anext(stream))["event"] == "hello"
            with clock.moved(timedelta(hours=11)):
                assert [(await anext(stream))["event"] for _ in range(3)] == ["ping"] * 3
            with clock.moved(timedelta(hours=13)):
                async with asyncio.timeout(10):
                    assert [frame["event"] async for frame in stream][-1] == "goodbye"


async def test_who_may_hear_nothing_is_refused(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/v1/events")).status_code == 401
    assert (await client.get("/api/v1/events?topics=scan")).status_code == 401
    wrong = await client.get("/api/v1/events?topics=gossip")
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["code"] == "unknown_topic"


async def test_a_server_that_stops_says_goodbye_first(public_totals: None) -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        port, fd = listening.getsockname()[1], listening.fileno()
        command = [sys.executable, "-m", "uvicorn", "app:create_app", "--factory", "--fd", str(fd)]
        server = subprocess.Popen([*command, "--log-level", "critical"], env=os.environ, pass_fds=[fd])
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
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
