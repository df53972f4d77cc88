"""Live events inside one process, and from one to another."""

import asyncio
import os
from collections.abc import Awaitable, Callable

import asyncpg
import pytest

from core import events
from core.accounts.roles import ANONYMOUS, CLI, Actor, Role, effective
from core.config import settings
from core.events import Event, Notice, Topic
from core.events.carriers import Carrier, Postgres, RedisPubSub, channel
from core.events.hub import BACKLOG, LARGEST, REMEMBERED, Hub, Subscription

pytestmark = pytest.mark.anyio

ALL: frozenset[Topic] = frozenset(events.TOPICS)
REDIS = os.environ.get("YINBO_TEST_REDIS_URL", "redis://127.0.0.1:6379/15")


async def heard(subscription: Subscription, many: int = 1) -> list[str]:
    out: list[str] = []
    async with asyncio.timeout(10):
        while len(out) < many:
            for item in await subscription.next(5):
                out.append(item.kind if isinstance(item, Notice) else f"{item.topic} {bytes(item.data).decode()}")
    return out


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.01)


async def test_a_listener_hears_its_topics_only() -> None:
    hub = Hub()
    with hub.subscribe(frozenset({"scan"}), None) as listener:
        hub.publish("totals", {"n": 1})
        hub.publish("scan", {"n": 2})
        assert await heard(listener) == ['scan {"n":2}']
        assert await listener.next(0.01) == []
    assert hub.listeners == 0


async def test_who_comes_back_hears_what_was_missed() -> None:
    hub = Hub()
    with hub.subscribe(ALL, None) as listener:
        start = listener.latest
        hub.publish("scan", {"n": 1})
        (first,) = await listener.next(1)
    hub.publish("scan", {"n": 2})
    hub.publish("scan", {"n": 3})
    assert isinstance(first, Event)
    with hub.subscribe(ALL, first.id) as listener:
        assert await heard(listener, 2) == ['scan {"n":2}', 'scan {"n":3}']
    with hub.subscribe(ALL, start) as listener:
        assert len(await heard(listener, 3)) == 3


@pytest.mark.parametrize("after", ["", "x", "deadbeef-1"])
async def test_who_was_away_too_long_is_told_to_read_anew(after: str) -> None:
    hub = Hub()
    with hub.subscribe(ALL, None) as listener:
        start = listener.latest
    for n in range(REMEMBERED + 1):
        hub.publish("scan", {"n": n})
    for id in (after, start):
        with hub.subscribe(ALL, id) as listener:
            assert await heard(listener) == ["reset"]


async def test_a_slow_listener_is_told_to_read_anew_and_buffers_little() -> None:
    hub = Hub()
    with hub.subscribe(ALL, None) as slow:
        for n in range(BACKLOG * 5 + 3):
            hub.publish("scan", {"n": n})
        items = await slow.next(1)
    assert items[0] == Notice("reset")
    assert len(items) <= BACKLOG + 1


async def test_goodbye_is_the_last_word() -> None:
    hub = Hub()
    with hub.subscribe(ALL, None) as listener:
        hub.say_goodbye()
        for n in range(BACKLOG * 2):
            hub.publish("scan", {"n": n})
        assert (await listener.next(1))[0] == Notice("goodbye")
    with hub.subscribe(ALL, None) as late:
        assert await heard(late) == ["goodbye"]


async def test_an_event_from_another_thread_arrives() -> None:
    hub = Hub()
    with hub.subscribe(ALL, None) as listener:
        await asyncio.to_thread(hub.publish, "scan", {"n": 1})
        assert await heard(listener) == ['scan {"n":1}']


async def test_a_large_event_says_only_that_something_changed() -> None:
    hub = Hub()
    with hub.subscribe(ALL, None) as listener:
        hub.publish("scan", {"n": "x" * LARGEST})
        assert await heard(listener) == ["scan {}"]


async def test_without_a_hub_nothing_is_said_and_nothing_fails() -> None:
    events.publish("scan", {"n": 1})


@pytest.mark.parametrize(
    ("roles", "topics"),
    [
        ([], []),
        ([Role.exhibitor], []),
        ([Role.gate], ["scan"]),
        ([Role.viewer], ["pitch", "totals"]),
        ([Role.reviewer], ["exhibitor"]),
        ([Role.signing], ["pitch", "totals"]),
        ([Role.organizer], ["exhibitor", "pitch", "scan", "totals"]),
    ],
)
async def test_each_role_hears_its_topics(opened: None, roles: list[Role], topics: list[str]) -> None:
    assert sorted(await events.topics_for(Actor("account", 1, "x", effective(roles)))) == topics
    assert await events.topics_for(ANONYMOUS) == frozenset()
    assert await events.topics_for(CLI) == ALL


Opened = Callable[[Callable[[bytes], None], Callable[[], None]], Awaitable[Postgres | RedisPubSub]]


async def _redis_answers() -> bool:
    from redis.asyncio import Redis
    from redis.exceptions import RedisError

    client: Redis = Redis.from_url(REDIS)
    try:
        await client.ping()
    except (RedisError, OSError):
        return False
    finally:
        await client.aclose()
    return True


@pytest.fixture(params=["postgres", "redis"])
async def opens(request: pytest.FixtureRequest, opened: None, monkeypatch: pytest.MonkeyPatch) -> Opened:
    if request.param == "postgres":
        if settings().is_sqlite:
            pytest.skip("LISTEN/NOTIFY is PostgreSQL's")
        return Postgres.open
    if not await _redis_answers():
        pytest.skip(f"no Redis at {REDIS}")
    monkeypatch.setattr("core.events.carriers.settings", lambda: settings().model_copy(update={"redis_url": REDIS}))
    return RedisPubSub.open


async def test_two_processes_hear_the_same_in_the_same_order(opens: Opened) -> None:
    one, other = Carrier(opens), Carrier(opens)
    tasks = [asyncio.create_task(carrier.run()) for carrier in (one, other)]
    try:
        await asyncio.gather(one.connected.wait(), other.connected.wait())
        with one.hub.subscribe(ALL, None) as here, other.hub.subscribe(ALL, None) as there:
            for n in range(50):
                (one, other)[n % 2].hub.publish("scan", {"n": n, "filler": "x" * 500})
            first, second = await heard(here, 50), await heard(there, 50)
        assert first == second
        assert len(set(first)) == 50
        with one.hub.subscribe(ALL, None) as listener:
            last = listener.latest
        one.hub.publish("totals", {})
        with other.hub.subscribe(ALL, last) as resumed:
            assert await heard(resumed) == ["totals {}"]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_lost_connection_comes_back_and_listeners_read_anew(opened: None) -> None:
    if settings().is_sqlite:
        pytest.skip("LISTEN/NOTIFY is PostgreSQL's")
    carrier = Carrier(Postgres.open)
    task = asyncio.create_task(carrier.run())
    rival = await asyncpg.connect(settings().database)
    try:
        await carrier.connected.wait()
        with carrier.hub.subscribe(ALL, None) as listener:
            await rival.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND query LIKE 'LISTEN%'"
            )
            await until(lambda: not carrier.connected.is_set())
            carrier.hub.publish("scan", {"n": 1})
            assert await heard(listener, 2) == ["reset", 'scan {"n":1}']
            await rival.execute("SELECT pg_notify($1, $2)", channel(), "nonsense")
            carrier.hub.publish("scan", {"n": 2})
            assert await heard(listener) == ['scan {"n":2}']
    finally:
        await rival.close()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class Quiet:
    """A connection on which nothing goes wrong."""

    async def send(self, message: bytes) -> None:
        await asyncio.sleep(0)

    async def pulse(self) -> None:
        await asyncio.sleep(0)

    async def close(self) -> None:
        await asyncio.sleep(0)


@pytest.mark.parametrize("ticks", range(6))
async def test_who_is_told_to_end_in_the_moment_of_an_event_ends(ticks: int) -> None:
    """A server that is stopped while phones scan; ``ticks`` of the loop lie between the event and the word to end."""

    async def quiet(_receive: Callable[[bytes], None], _lost: Callable[[], None]) -> Quiet:
        return Quiet()

    carrier = Carrier(quiet)
    running = asyncio.create_task(carrier.run())
    await carrier.connected.wait()
    hub = Hub()
    with hub.subscribe(ALL, None) as listener:
        listening = asyncio.create_task(listener.next(30))
        await asyncio.sleep(0.01)
        carrier.hub.publish("scan", {"n": 1})
        hub.publish("scan", {"n": 1})
        for _ in range(ticks):
            await asyncio.sleep(0)
        running.cancel()
        listening.cancel()
        ended, _ = await asyncio.wait({running}, timeout=5)
        assert ended == {running}
        assert listening.cancelled() or (await listening)
        assert running.cancelled()
