"""The signing ceremony: steps, what may be revealed, and what the wall counts meanwhile."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.accounts.roles import Actor, Role, effective
from core.audit.tables import AuditEntry
from core.editions.queries import EditionInfo
from core.errors import InvalidInput
from deals.queries import wall as queries
from deals.queries.totals import totals
from deals.rules import ceremony as rules
from deals.rules.ceremony import Ceremony, CeremonyStep, NotToBeShown, WrongStep
from deals.services import ceremony, deals
from deals.tables import CeremonyMode
from tests.deals.world import QIAN, YUE, counting, draft
from tests.expo import an_edition

pytestmark = pytest.mark.anyio
LEAD = Actor("account", 7, "示例 主持", effective([Role.organizer]))


@given(st.integers(0, 4), st.lists(st.sampled_from(CeremonyStep), max_size=20))
def test_whatever_is_pressed_the_ceremony_stands_somewhere_possible(deals: int, pressed: list[CeremonyStep]) -> None:
    now = Ceremony(queue=tuple(f"D-{n:04d}" for n in range(deals)))
    for step in pressed:
        if step in rules.steps(now):
            then = rules.after(now, step)
            assert then.version == now.version + 1
            now = then
        else:
            with pytest.raises(WrongStep):
                rules.after(now, step)
        assert 0 <= now.shown <= len(now.queue)
        assert (now.on_stage is None) == (now.shown == 0 or not now.is_open)
        assert now.held_back == (now.queue[now.shown :] if now.is_open else ())


def test_what_was_revealed_keeps_its_place() -> None:
    now = Ceremony(CeremonyMode.show, ("D-0001", "D-0002", "D-0003"), 1, 5)
    assert rules.queued(now, ["D-0001", "D-0003", "D-0002"]).queue == ("D-0001", "D-0003", "D-0002")
    for wrong in (["D-0002", "D-0001"], [], ["D-0001", "D-0001"]):
        with pytest.raises(InvalidInput):
            rules.queued(now, wrong)


async def _press(edition: EditionInfo, *steps: CeremonyStep) -> Ceremony:
    now = await queries.ceremony(edition)
    for step in steps:
        now = await ceremony.step(LEAD, edition, step, expected=now.version)
    return now


async def test_the_wall_counts_up_as_deals_are_revealed_and_the_ledger_stays_the_truth(opened: None) -> None:
    edition = await an_edition()
    early = await counting(edition, 1, 100_00)
    first, second = await counting(edition, 2, 1), await counting(edition, 3, 10**13)
    await ceremony.queue(LEAD, edition, [second.number, first.number], expected=0)
    assert (await queries.wall(edition)).fen == 100_00 + 1 + 10**13
    await _press(edition, CeremonyStep.open)
    seen = [await queries.wall(edition)]
    for step in (CeremonyStep.next, CeremonyStep.next, CeremonyStep.back, CeremonyStep.close):
        await _press(edition, step)
        seen.append(await queries.wall(edition))
    assert [one.fen for one in seen] == [100_00, 100_00 + 10**13, 100_00 + 10**13 + 1, 100_00 + 10**13, 10**13 + 100_01]
    assert [one.deals for one in seen] == [1, 2, 3, 2, 3]
    assert [one.stage and one.stage.number for one in seen] == [None, second.number, first.number, second.number, None]
    assert {one.totals.fen for one in seen} == {10**13 + 100_01}
    assert early.number in [one.number for one in seen[-1].latest]
    trail = await AuditEntry.select(AuditEntry.action).where(AuditEntry.action == "ceremony.moved")
    assert len(trail) == 6


async def test_what_is_not_confirmed_or_undisclosed_is_not_revealed_and_nothing_of_it_is_told(opened: None) -> None:
    edition = await an_edition()
    waiting = await draft(edition, 1)
    secret = await counting(edition, 2, 5_00, undisclosed=True)
    found = {one.number: one for one in await queries.candidates(edition)}
    assert (found[waiting.number].shown, found[secret.number].shown) == (None, None)
    for number in (waiting.number, secret.number):
        now = await queries.ceremony(edition)
        await ceremony.queue(LEAD, edition, [number], expected=now.version)
        await _press(edition, CeremonyStep.open)
        with pytest.raises(NotToBeShown):
            await _press(edition, CeremonyStep.next)
        assert (await queries.wall(edition)).fen == 0
        await _press(edition, CeremonyStep.close)
    now = await queries.ceremony(edition)
    await ceremony.queue(LEAD, edition, [waiting.number], expected=now.version)
    await _press(edition, CeremonyStep.open)
    await deals.confirm(YUE, edition, waiting.number)
    await _press(edition, CeremonyStep.next)
    assert (await queries.wall(edition)).stage is not None


async def test_a_deal_voided_on_the_stage_leaves_it(opened: None) -> None:
    edition = await an_edition()
    one = await counting(edition, 1, 7_00)
    await ceremony.queue(LEAD, edition, [one.number], expected=0)
    await _press(edition, CeremonyStep.open, CeremonyStep.next)
    await deals.void(QIAN, edition, one.number, reason="示例")
    shown = await queries.wall(edition)
    assert (shown.stage, shown.fen, shown.deals) == (None, 0, 0)


async def test_whatever_becomes_of_what_is_held_back_the_sum_on_the_wall_is_of_one_moment(opened: None) -> None:
    edition = await an_edition()
    told = await counting(edition, 1, 7_00)
    held = [(await draft(edition, n, 10**n)).number for n in range(2, 14)]
    await ceremony.queue(LEAD, edition, [told.number, *held], expected=0)
    await _press(edition, CeremonyStep.open, CeremonyStep.next)
    ended = asyncio.Event()

    async def sign() -> None:
        for number in held:
            await deals.confirm(YUE, edition, number)
            await deals.void(YUE, edition, number, reason="示例")
        ended.set()

    seen: set[tuple[int, int]] = set()

    async def look() -> None:
        while not ended.is_set():
            shown = await queries.wall(edition)
            seen.add((shown.fen, shown.deals))

    await asyncio.gather(sign(), *(look() for _ in range(4)))
    assert seen == {(7_00, 1)}


async def test_pressed_by_two_at_once_one_deal_is_revealed(opened: None) -> None:
    edition = await an_edition()
    numbers = [(await counting(edition, n, n)).number for n in (1, 2, 3)]
    await ceremony.queue(LEAD, edition, numbers, expected=0)
    now = await _press(edition, CeremonyStep.open)
    both = [ceremony.step(LEAD, edition, CeremonyStep.next, expected=now.version) for _ in range(6)]
    results = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(type(one).__name__ for one in results) == ["Ceremony"] + ["WrongStep"] * 5
    assert (await queries.ceremony(edition)).shown == 1


async def test_the_first_order_given_by_two_at_once_is_one_of_them(opened: None) -> None:
    edition = await an_edition()
    numbers = [(await counting(edition, n, n)).number for n in (1, 2)]
    orders = [numbers, numbers[::-1]]
    results = await asyncio.gather(
        *(ceremony.queue(LEAD, edition, order, expected=0) for order in orders), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in results) == ["Ceremony", "WrongStep"]
    with pytest.raises(InvalidInput):
        await ceremony.queue(LEAD, edition, ["D-9999"], expected=1)
    assert list((await queries.ceremony(edition)).queue) in orders
    assert (await totals(edition)).totals.deals == 2
