"""Windows of move-in and move-out: chosen, changed, given back; never more in one than it holds."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from core import clock, db
from core.accounts.roles import CLI, Role
from core.editions.queries import EditionInfo
from core.errors import InvalidInput, NotFound
from exhibitors.queries import moves as queries
from exhibitors.services import booths, moves
from exhibitors.services.moves import NotYetComing, OtherHall, WindowFull, WindowIn, WindowOver, WindowTaken
from exhibitors.tables import MovePlace, Status, Way
from tests.exhibitors.desks import its_member
from tests.exhibitors.world import firm
from tests.expo import an_edition
from tests.halls import a_hall
from tests.world import send_form, sign_in

pytestmark = pytest.mark.anyio


async def window(
    edition: EditionInfo,
    capacity: int | None = None,
    way: Way = Way.arrival,
    hall: str = "",
    starts: timedelta = timedelta(hours=24),
) -> int:
    begins = clock.now() + starts
    return await moves.add(CLI, edition, WindowIn(way, begins, begins + timedelta(hours=2), hall, capacity))


async def taken(edition: EditionInfo) -> list[int]:
    return [one.taken for one in await queries.windows(edition)]


async def test_a_place_is_chosen_changed_and_given_back(opened: None) -> None:
    edition = await an_edition()
    number = await firm(edition, 1, Status.approved)
    early, late = await window(edition, 1), await window(edition, 1, starts=timedelta(hours=30))
    await window(edition, way=Way.departure, starts=timedelta(hours=90))
    await moves.choose(CLI, edition, number, early)
    await moves.choose(CLI, edition, number, early)
    assert await taken(edition) == [1, 0, 0]
    await moves.choose(CLI, edition, number, late)
    assert await taken(edition) == [0, 1, 0]
    assert [(one.way, one.number) for one in await queries.coming(edition)] == [(Way.arrival, number)]
    for _ in range(2):
        await moves.cancel(CLI, edition, number, Way.arrival)
    assert await taken(edition) == [0, 0, 0]


async def test_many_at_once_get_no_more_places_than_there_are(opened: None) -> None:
    edition = await an_edition()
    numbers = [await firm(edition, n, Status.approved) for n in range(1, 9)]
    narrow, wide = await window(edition, 3), await window(edition)
    done = await asyncio.gather(
        *(moves.choose(CLI, edition, number, narrow) for number in numbers), return_exceptions=True
    )
    assert [type(one) for one in done].count(WindowFull) == 5, done
    assert sorted(row["seat"] for row in await MovePlace.select(MovePlace.seat)) == [1, 2, 3]
    await asyncio.gather(*(moves.choose(CLI, edition, number, wide) for number in numbers))
    assert await taken(edition) == [0, 8]


async def test_two_windows_chosen_at_once_by_one_firm_keep_one(opened: None) -> None:
    edition = await an_edition()
    number = await firm(edition, 1, Status.approved)
    both = [await window(edition, 1), await window(edition, 1)]
    for _ in range(5):
        await asyncio.gather(*(moves.choose(CLI, edition, number, one) for one in both))
        assert sum(await taken(edition)) == 1


async def test_who_is_refused_keeps_what_it_had(opened: None) -> None:
    edition = await an_edition()
    mine, other = await firm(edition, 1, Status.approved), await firm(edition, 2, Status.approved)
    kept, full = await window(edition, 1), await window(edition, 1, starts=timedelta(hours=30))
    await moves.choose(CLI, edition, mine, kept)
    await moves.choose(CLI, edition, other, full)
    with pytest.raises(WindowFull):
        await moves.choose(CLI, edition, mine, full)
    assert await taken(edition) == [1, 1]


async def test_what_is_over_or_of_another_hall_or_too_early_is_refused(opened: None) -> None:
    edition = await an_edition()
    await a_hall(edition)
    await a_hall(edition, "2", "B")
    number = await firm(edition, 1, Status.approved)
    await booths.give(CLI, edition, number, ["A101"])
    with pytest.raises(OtherHall):
        await moves.choose(CLI, edition, number, await window(edition, hall="2"))
    await moves.choose(CLI, edition, number, await window(edition, hall="1"))
    with pytest.raises(WindowOver):
        await moves.choose(CLI, edition, number, await window(edition, starts=timedelta(hours=-3)))
    with pytest.raises(NotYetComing):
        await moves.choose(CLI, edition, await firm(edition, 2), await window(edition))
    with pytest.raises(NotFound):
        await moves.choose(CLI, edition, number, 999)
    with pytest.raises(InvalidInput):
        await window(edition, hall="9")


async def test_a_window_that_was_chosen_is_neither_removed_nor_made_too_small(opened: None) -> None:
    edition = await an_edition()
    one = await window(edition, 5)
    numbers = [await firm(edition, n, Status.approved) for n in (1, 2)]
    for number in numbers:
        await moves.choose(CLI, edition, number, one)
    with pytest.raises(WindowTaken):
        await moves.remove(CLI, edition, one)
    with pytest.raises(WindowTaken):
        await moves.set_capacity(CLI, edition, one, 1)
    # The first leaves: its seat, not the last one, falls free, and two still fit.
    await moves.cancel(CLI, edition, numbers[0], Way.arrival)
    await moves.set_capacity(CLI, edition, one, 1)
    with pytest.raises(WindowFull):
        await moves.choose(CLI, edition, numbers[0], one)
    await moves.set_capacity(CLI, edition, one, 2)
    await moves.choose(CLI, edition, numbers[0], one)
    for number in numbers:
        await moves.cancel(CLI, edition, number, Way.arrival)
    await moves.remove(CLI, edition, one)
    assert await queries.windows(edition) == []


async def test_the_lists_ask_no_more_for_three_than_for_one(opened: None) -> None:
    edition = await an_edition()
    one = await window(edition)
    await moves.choose(CLI, edition, await firm(edition, 1, Status.approved), one)
    with db.count_queries() as at_one:
        await queries.windows(edition)
        await queries.coming(edition)
    for n in (2, 3):
        await moves.choose(CLI, edition, await firm(edition, n, Status.approved), await window(edition))
    with db.count_queries() as at_three:
        assert len(await queries.windows(edition)) == len(await queries.coming(edition)) == 3
    assert len(at_one) == len(at_three) == 4


async def test_in_both_desks(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    number, other = await firm(edition, 1, Status.approved), await firm(edition, 2, Status.approved)
    await its_member(edition, number)
    await sign_in(client, Role.organizer)
    day = (clock.now() + timedelta(days=1)).date().isoformat()
    times = {"way": "arrival", "from": f"{day}T09:00", "until": f"{day}T11:30"}
    for wrong in (
        {},
        {**times, "until": "x"},
        {**times, "from": "0001-01-01T00:00"},
        {**times, "until": f"{day}T08:00"},
        {**times, "capacity": "0"},
    ):
        assert (await send_form(client, "/admin/move", **wrong)).status_code == 422, wrong
    assert (await send_form(client, "/admin/move", **times, capacity="２")).status_code == 303
    one = (await queries.windows(edition))[0]
    assert (one.starts_at.astimezone(edition.zone).hour, one.capacity) == (9, 2)
    client.cookies.clear()
    await sign_in(client, Role.exhibitor)
    path = f"/portal/{number}/move"
    assert "还剩 2 个名额" in (await client.get(path)).text
    assert (await send_form(client, path, window=str(one.id))).status_code == 303
    assert "您已选择这个时段" in (await client.get(path)).text
    assert (await send_form(client, path, window="²")).status_code == 303
    assert (await send_form(client, path, window="999")).status_code == 404
    assert (await send_form(client, f"/portal/{other}/move", at=path, window=str(one.id))).status_code == 404
    client.cookies.clear()
    await sign_in(client, Role.organizer)
    sheet = (await client.get("/admin/move.csv")).text
    assert f"布展进场,{day} 09:00,{day} 11:30,,{number}," in sheet
    small = await send_form(client, f"/admin/move/{one.id}/capacity", at="/admin/move", **{f"capacity-{one.id}": "x"})
    assert small.status_code == 422
    assert (await send_form(client, f"/admin/move/{one.id}/remove", at="/admin/move")).status_code == 422


async def test_the_desk_offers_no_time_that_is_over(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    number = await firm(edition, 1, Status.approved)
    await its_member(edition, number)
    gone, open_ = await window(edition, starts=timedelta(hours=-3)), await window(edition)
    await window(edition, way=Way.departure, starts=timedelta(hours=-30))
    await sign_in(client, Role.exhibitor)
    shown = (await client.get(f"/portal/{number}/move")).text
    assert f'value="{gone}" disabled' in shown
    assert f'value="{open_}">' in shown
    assert shown.count("这个时段已经结束") == 2
    assert shown.count("选定时段") == 1, "nothing of the other way is left to choose"
