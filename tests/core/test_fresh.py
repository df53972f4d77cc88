"""What is read once for all who ask at the same moment."""

import asyncio

import pytest

from core.fresh import Fresh

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("opened")]


class Source:
    def __init__(self) -> None:
        self.read = 0
        self.gate = asyncio.Event()
        self.fails = False

    async def __call__(self) -> int:
        self.read += 1
        now = self.read
        await self.gate.wait()
        if self.fails:
            raise LookupError
        return now


async def test_of_many_who_ask_at_once_one_reads() -> None:
    source = Source()
    fresh = Fresh(source, 60)
    asking = [asyncio.create_task(fresh.get()) for _ in range(20)]
    await asyncio.sleep(0)
    source.gate.set()
    assert set(await asyncio.gather(*asking)) == {1}
    assert await fresh.get() == fresh.kept() == 1


async def test_who_stops_waiting_stops_it_for_nobody() -> None:
    source = Source()
    fresh = Fresh(source, 60)
    first, second = asyncio.create_task(fresh.get()), asyncio.create_task(fresh.get())
    await asyncio.sleep(0)
    first.cancel()
    source.gate.set()
    assert await second == 1
    assert source.read == 1


async def test_what_is_forgotten_while_it_is_read_is_read_anew() -> None:
    source = Source()
    fresh = Fresh(source, 60)
    early = asyncio.create_task(fresh.get())
    await asyncio.sleep(0)
    fresh.forget()
    late = asyncio.create_task(fresh.get())
    await asyncio.sleep(0)
    source.gate.set()
    assert (await early, await late) == (1, 2)
    assert await fresh.get() == 2


async def test_a_failure_is_told_to_all_who_wait_and_not_kept() -> None:
    source = Source()
    source.fails = True
    fresh = Fresh(source, 60)
    asking = [asyncio.create_task(fresh.get()) for _ in range(3)]
    await asyncio.sleep(0)
    source.gate.set()
    assert [type(one) for one in await asyncio.gather(*asking, return_exceptions=True)] == [LookupError] * 3
    source.fails = False
    assert await fresh.get() == 2


async def test_after_its_time_it_is_read_again() -> None:
    source = Source()
    source.gate.set()
    fresh = Fresh(source, 0)
    assert [await fresh.get(), await fresh.get()] == [1, 2]


async def test_while_somebody_asks_all_the_time_nobody_waits() -> None:
    source, moment = Source(), 0.0
    source.gate.set()
    fresh = Fresh(source, 10, now=lambda: moment)
    assert await fresh.get() == 1
    moment = 4
    assert await fresh.get() == 1
    assert source.read == 1
    source.gate.clear()
    moment = 6
    assert [await fresh.get(), await fresh.get()] == [1, 1]
    await asyncio.sleep(0)
    assert source.read == 2, "read beside those who ask, once"
    source.gate.set()
    while fresh.kept() == 1:
        await asyncio.sleep(0)
    assert await fresh.get() == 2
    moment = 15.9
    assert await fresh.get() == 2, "as old as when its reading began"
    moment = 100
    assert await fresh.get() > 2
