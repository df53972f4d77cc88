"""How events reach the other processes: not at all (SQLite has one), PostgreSQL's LISTEN/NOTIFY, or Redis.

A carrier has a connection of its own. What it sends comes back to itself, and only that is delivered, so that all
processes see the same order and a listener can resume at any of them. When the connection was lost, listeners
are told to read anew. NOTIFY is PostgreSQL's; on CockroachDB set ``REDIS_URL``.
"""

import asyncio
import logging
import signal
import sys
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, contextmanager, suppress
from types import FrameType
from typing import Any, Protocol

import asyncpg
import msgspec

from core import chain
from core.config import settings
from core.events.hub import Event, Hub, say_goodbye, use
from core.waking import rung

log = logging.getLogger("yinbo.events")

#: Events that wait while the connection is away.
OUTBOX = 1000
#: Bytes in one message; PostgreSQL takes fewer than 8,000.
MESSAGE = 7500
#: Seconds between two looks whether the connection still lives.
PULSE = 20.0

_decoder = msgspec.json.Decoder(list[Event])


def channel() -> str:
    """The same for all processes of one installation, and not another's."""
    return "yinbo_" + chain.key("live channel").hex()[:16]


class Connection(Protocol):
    async def send(self, message: bytes) -> None: ...
    async def pulse(self) -> None: ...
    async def close(self) -> None: ...


class Postgres:
    def __init__(self, connection: Any) -> None:
        self._connection = connection

    @classmethod
    async def open(cls, receive: Callable[[bytes], None], lost: Callable[[], None]) -> "Postgres":
        # Cancelled half-way, asyncpg would leave the connection open: a server that stops at once after its start.
        connecting = asyncio.ensure_future(asyncpg.connect(settings().database, timeout=10, command_timeout=10))
        try:
            connection = await asyncio.shield(connecting)
            connection.add_termination_listener(lambda _: lost())
            await connection.add_listener(channel(), lambda _c, _pid, _channel, payload: receive(payload.encode()))
        except BaseException:
            with suppress(OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
                (await connecting).terminate()
            raise
        return cls(connection)

    async def send(self, message: bytes) -> None:
        await self._connection.execute("SELECT pg_notify($1, $2)", channel(), message.decode())

    async def pulse(self) -> None:
        await self._connection.execute("SELECT 1")

    async def close(self) -> None:
        try:
            await self._connection.close(timeout=2)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            self._connection.terminate()


class RedisPubSub:
    """Its package is imported only where it is used: it takes its time at every start."""

    def __init__(self, client: Any, reader: asyncio.Task[None], pubsub: Any) -> None:
        self._client, self._reader, self._pubsub = client, reader, pubsub

    @classmethod
    async def open(cls, receive: Callable[[bytes], None], lost: Callable[[], None]) -> "RedisPubSub":
        from redis.asyncio import Redis

        client: Any = Redis.from_url(settings().redis_url, socket_timeout=None, socket_connect_timeout=10)
        pubsub = client.pubsub(ignore_subscribe_messages=True)
        try:
            await pubsub.subscribe(channel())
        except BaseException:
            await pubsub.aclose()
            await client.aclose()
            raise

        async def read() -> None:
            try:
                async for message in pubsub.listen():
                    receive(message["data"])
            except failures():
                lost()

        return cls(client, asyncio.create_task(read(), name="redis events"), pubsub)

    async def send(self, message: bytes) -> None:
        await self._client.publish(channel(), message)

    async def pulse(self) -> None:
        await self._client.ping()

    async def close(self) -> None:
        self._reader.cancel()
        with suppress(asyncio.CancelledError):
            await self._reader
        with suppress(*failures()):
            await self._pubsub.aclose()
        with suppress(*failures()):
            await self._client.aclose()


def failures() -> tuple[type[Exception], ...]:
    """What a carrier comes back from."""
    known = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)
    redis = sys.modules.get("redis.exceptions")
    return known if redis is None else (*known, redis.RedisError)


class Carrier:
    """Keeps one connection, sends what is in the outbox, and comes back after a failure."""

    def __init__(self, open: Callable[[Callable[[bytes], None], Callable[[], None]], Any]) -> None:
        self._open = open
        self._outbox: deque[Event] = deque()
        self._woken = asyncio.Event()
        self._lost = False
        self._overflowed = False
        self.connected = asyncio.Event()
        self.hub = Hub(self._put)

    def _put(self, event: Event) -> None:
        if len(self._outbox) >= OUTBOX:
            self._outbox.clear()
            self._overflowed = True
        self._outbox.append(event)
        self._woken.set()

    def _receive(self, message: bytes) -> None:
        try:
            events = _decoder.decode(message)
        except msgspec.MsgspecError:
            log.warning("a message on the live channel is none of ours")
            return
        if not events:
            self.hub.lost_some()
        self.hub.deliver(events)

    def _drop(self) -> None:
        self._lost = True
        self._woken.set()

    def _packed(self) -> tuple[bytes, int]:
        """As many events as one message holds."""
        parts: list[bytes] = []
        size = 2
        for event in self._outbox:
            part = msgspec.json.encode(event)
            if parts and size + len(part) + 1 > MESSAGE:
                break
            parts.append(part)
            size += len(part) + 1
        return b"[" + b",".join(parts) + b"]", len(parts)

    async def _serve(self, connection: Connection) -> None:
        while not self._lost:
            if self._overflowed:
                await connection.send(b"[]")
                self._overflowed = False
            while self._outbox:
                message, many = self._packed()
                await connection.send(message)
                for _ in range(many):
                    self._outbox.popleft()
            if not await rung(self._woken, PULSE):
                async with asyncio.timeout(10):
                    await connection.pulse()

    async def run(self) -> None:
        pause, first = 0.25, True
        while True:
            try:
                connection = await self._open(self._receive, self._drop)
            except failures() as error:
                log.warning("live events: no connection (%s)", type(error).__name__)
            else:
                pause = 0.25
                if not first:
                    self.hub.lost_some()
                first = self._lost = False
                self.connected.set()
                try:
                    await self._serve(connection)
                except failures() as error:
                    log.warning("live events: connection lost (%s)", type(error).__name__)
                finally:
                    self.connected.clear()
                    await connection.close()
            await asyncio.sleep(pause)
            pause = min(pause * 2, 10.0)


@contextmanager
def _goodbye_at_the_signal() -> Any:
    """A server that is told to stop waits for open streams before it ends the lifespan: they must hear it first."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def stop(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(say_goodbye)
        before = kept[signal.Signals(number)]
        if callable(before):
            before(number, frame)

    wrapped = [number for number, before in kept.items() if callable(before)]
    for number in wrapped:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number in wrapped:
            if signal.getsignal(number) is stop:
                signal.signal(number, kept[number])


@asynccontextmanager
async def lifespan() -> AsyncIterator[None]:
    """The hub of this process, for the app's lifespan."""
    with _goodbye_at_the_signal():
        if settings().redis_url or not settings().is_sqlite:
            carrier = Carrier(RedisPubSub.open if settings().redis_url else Postgres.open)
            use(carrier.hub)
            task = asyncio.create_task(carrier.run(), name="live events")
            try:
                yield
            finally:
                say_goodbye()
                use(None)
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
        else:
            use(Hub())
            try:
                yield
            finally:
                say_goodbye()
                use(None)
