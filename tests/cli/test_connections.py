"""The server's own side of a connection, over a real socket: before any application hears of a request."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from cli import connections
from cli.connections import LONGEST_HEAD, Connection

pytestmark = pytest.mark.anyio
PATIENCE = 20.0


async def _echo(scope: Any, receive: Any, send: Any) -> None:
    """Reads the whole body, then answers the names of the headers."""
    while (await receive()).get("more_body"):
        pass
    names = b" ".join(name for name, _ in scope["headers"])
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": names})


class Caller:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def say(self, data: bytes) -> None:
        self.writer.write(data)

    async def rest(self) -> bytes:
        """Until the other side hangs up."""
        try:
            async with asyncio.timeout(PATIENCE):
                return await self.reader.read()
        except ConnectionResetError:
            return b""


@asynccontextmanager
async def called() -> AsyncIterator[Caller]:
    config = uvicorn.Config(_echo, http=Connection, lifespan="off", log_config=None)
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Connection(config=config, server_state=state, app_state={}), "127.0.0.1", 0
    )
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    try:
        yield Caller(reader, writer)
    finally:
        writer.close()
        server.close()
        await server.wait_closed()
        async with asyncio.timeout(PATIENCE):
            while state.connections:
                await asyncio.sleep(0)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_WITHIN", 0.2)


async def test_who_connects_and_asks_nothing_is_let_go(hasty: None) -> None:
    async with called() as caller:
        assert await caller.rest() == b""


@pytest.mark.parametrize("drop", [b"x-a: b\r\n", b"a"])
async def test_a_head_that_drips_in_is_refused_however_steadily(hasty: None, drop: bytes) -> None:
    async with called() as caller:
        caller.say(b"GET / HTTP/1.1\r\n" + (b"x-long: " if drop == b"a" else b""))

        async def drip() -> None:
            while True:
                caller.say(drop)
                await asyncio.sleep(0.02)  # the drip itself, not a wait for something

        dripping = asyncio.create_task(drip())
        try:
            assert (await caller.rest()).startswith(b"HTTP/1.1 408 ")
        finally:
            dripping.cancel()


async def test_empty_lines_do_not_keep_a_used_connection_for_good(hasty: None) -> None:
    async with called() as caller:
        caller.say(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        await caller.reader.readuntil(b"host")
        caller.say(b"\r\n")
        assert b"408" in await caller.rest()


@pytest.mark.parametrize("endless", [b"GET /", b"GET / HTTP/1.1\r\nx: ", b"GET / HTTP/1.1\r\n"])
async def test_a_head_without_an_end_is_refused_before_it_fills_the_memory(endless: bytes) -> None:
    async with called() as caller:
        caller.say(endless + (b"a: b\r\n" if endless.endswith(b"\n") else b"aaaaaa") * (LONGEST_HEAD // 6 + 1))
        assert (await caller.rest()).startswith(b"HTTP/1.1 431 ")


async def test_a_long_body_after_a_short_head_passes() -> None:
    async with called() as caller:
        size = 4 * LONGEST_HEAD
        caller.say(b"POST / HTTP/1.1\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % size + b"x" * size)
        assert (await caller.rest()).startswith(b"HTTP/1.1 200 ")


async def test_trailers_do_not_become_headers() -> None:
    async with called() as caller:
        caller.say(b"POST / HTTP/1.1\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n")
        caller.say(b"1\r\nx\r\n0\r\nx-forwarded-for: 10.0.0.1\r\ncookie: session=stolen\r\n\r\n")
        answer = await caller.rest()
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert b"cookie" not in answer
        assert b"x-forwarded-for" not in answer


async def test_requests_sent_ahead_are_all_answered() -> None:
    async with called() as caller:
        caller.say(b"GET / HTTP/1.1\r\na: b\r\n\r\n" * 50 + b"GET / HTTP/1.1\r\nconnection: close\r\n\r\n")
        assert (await caller.rest()).count(b"HTTP/1.1 200 ") == 51
