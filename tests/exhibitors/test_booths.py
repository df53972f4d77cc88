import asyncio

import pytest

from core import db
from core.accounts.roles import CLI, Actor, Role, effective
from core.errors import DomainError, InvalidInput
from core.mail.tables import MailMessage
from exhibitors.queries import booths as queries
from exhibitors.rules.booths import BoothState
from exhibitors.rules.plan import Rect
from exhibitors.rules.steps import WrongStatus
from exhibitors.services import booths, halls
from exhibitors.services.booths import BoothBlocked, BoothTaken, BoothUnknown, HoldsNone
from exhibitors.services.halls import BoothExists, HallNotEmpty, NotNeighbours, Overlaps, Placed
from exhibitors.services.steps import take
from exhibitors.tables import Booth, BoothHolding, BoothKind, Exhibitor, Status, Step
from tests.expo import an_edition
from tests.halls import a_firm, a_hall

pytestmark = pytest.mark.anyio

ANNA = Actor("account", 1, "示例 安娜", effective([Role.organizer]))
BEN = Actor("account", 2, "示例 本", effective([Role.organizer]))


async def holders() -> dict[str, str]:
    rows = await BoothHolding.select(BoothHolding.booth.code, BoothHolding.exhibitor.number)
    return {row["booth.code"]: row["exhibitor.number"] for row in rows}


async def status_of(number: str) -> str:
    row = await Exhibitor.select(Exhibitor.status).where(Exhibitor.number == number).first()
    assert row is not None
    return str(row["status"])


async def test_an_approved_exhibitor_gets_a_booth_and_a_mail_in_its_language(opened: None) -> None:
    edition = await an_edition()
    await a_hall(edition)
    number = await a_firm(edition, 1)
    held = await booths.give(CLI, edition, number, ["A101"])
    assert (held.booths, held.status, held.changed) == (("A101",), Status.booth_assigned, True)
    assert await status_of(number) == "booth_assigned"
    mails = await MailMessage.select(MailMessage.subject, MailMessage.locale, MailMessage.text)
    assert [mail["locale"] for mail in mails] == ["zh-CN"]
    assert "A101" in mails[0]["subject"]
    assert f"firm={number}" in mails[0]["text"]


async def test_the_same_booth_given_again_changes_nothing(opened: None) -> None:
    edition = await an_edition()
    await a_hall(edition)
    number = await a_firm(edition)
    await booths.give(CLI, edition, number, ["A101", "A102"])
    again = await booths.give(CLI, edition, number, ["A102", "A101"])
    assert not again.changed
    assert await MailMessage.count() == 1


async def test_another_booth_frees_the_old_one_and_beside_keeps_it(opened: None) -> None:
    edition = await an_edition()
    await a_hall(edition)
    number = await a_firm(edition)
    await booths.give(CLI, edition, number, ["A101"])
    await booths.give(CLI, edition, number, ["A102"])
    assert await holders() == {"A102": number}
    await booths.give(CLI, edition, number, ["A103"], beside=True)
    assert await holders() == {"A102": number, "A103": number}
    await booths.confirm(CLI, edition, number)
    await booths.give(CLI, edition, number, ["A201"])
    assert await status_of(number) == "booth_assigned", "another booth is another thing to say yes to"


async def test_who_is_not_approved_gets_none(opened: None) -> None:
    edition = await an_edition()
    await a_hall(edition)
    number = await a_firm(edition, status=Status.submitted)
    with pytest.raises(WrongStatus):
        await booths.give(CLI, edition, number, ["A101"])
    assert await holders() == {}


async def test_what_is_taken_closed_or_unknown_is_refused_and_nothing_changes(opened: None) -> None:
    edition = await an_edition()
    await a_hall(edition)
    one, other = await a_firm(edition, 0), await a_firm(edition, 1)
    await booths.give(CLI, edition, one, ["A101"])
    await booths.give(CLI, edition, other, ["A103"])
    await halls.block(CLI, edition, "A105", blocked=True)
    with pytest.raises(BoothTaken) as taken:
        await booths.give(CLI, edition, other, ["A102", "A101"])
    assert taken.value.values["number"] == one
    with pytest.raises(BoothBlocked):
        await booths.give(CLI, edition, other, ["A105"])
    with pytest.raises(BoothUnknown):
        await booths.give(CLI, edition, other, ["Z999"])
    with pytest.raises(InvalidInput):
        await booths.give(CLI, edition, other, [])
    assert await holders() == {"A101": one, "A103": other}
    with pytest.raises(BoothTaken):
        await halls.block(CLI, edition, "A101", blocked=True)


async def test_two_swap_in_one_step(opened: None) -> None:
    edition = await an_edition()
    await a_hall(edition)
    one, other = await a_firm(edition, 0), await a_firm(edition, 1)
    await booths.give(CLI, edition, one, ["A101", "A102"])
    with pytest.raises(HoldsNone):
        await booths.swap(CLI, edition, one, other)
    await booths.give(CLI, edition, other, ["A205"])
    first, second = await booths.swap(CLI, edition, one, other)
    assert (first.booths, second.booths) == (("A205",), ("A101", "A102"))
    assert await holders() == {"A205": one, "A101": other, "A102": other}


async def test_swaps_the_other_way_round_at_once_never_wait_for_each_other(opened: None) -> None:
    edition = await an_edition()
    await a_hall(edition)
    one, other = await a_firm(edition, 0), await a_firm(edition, 1)
    await booths.give(CLI, edition, one, ["A101"])
    await booths.give(CLI, edition, other, ["A102"])
    for _ in range(10):
        done = await asyncio.gather(
            booths.swap(ANNA, edition, one, other), booths.swap(BEN, edition, other, one), return_exceptions=True
        )
        assert all(not isinstance(one, BaseException) or isinstance(one, DomainError) for one in done), done
        assert len(await holders()) == 2


async def test_a_release_and_a_withdrawal_free_the_booth_at_once(opened: None) -> None:
    edition = await an_edition()
    await a_hall(edition)
    one, other = await a_firm(edition, 0), await a_firm(edition, 1)
    await booths.give(CLI, edition, one, ["A101"])
    await booths.release(CLI, edition, one)
    assert (await holders(), await status_of(one)) == ({}, "approved")
    assert not (await booths.release(CLI, edition, one)).changed
    await booths.give(CLI, edition, other, ["A101"])
    await take(CLI, edition, other, Step.withdraw)
    assert await holders() == {}


async def test_the_database_itself_forbids_two_holders(opened: None) -> None:
    edition = await an_edition()
    await a_hall(edition)
    number = await a_firm(edition)
    await booths.give(CLI, edition, number, ["A101"])
    row = await BoothHolding.select().first()
    assert row is not None
    with pytest.raises(Exception, match=r"(?i)unique"):
        async with db.transaction():
            await BoothHolding.insert(
                BoothHolding(booth=row["booth"], exhibitor=row["exhibitor"], given_at=row["given_at"], given_by="x")
            )


@pytest.mark.timeout(300)
async def test_two_organizers_giving_one_booth_at_once_a_thousand_times_one_wins_and_the_other_reads_why(
    opened: None,
) -> None:
    edition = await an_edition()
    await a_hall(edition)
    one, other = await a_firm(edition, 0), await a_firm(edition, 1)
    wins: dict[str, int] = {one: 0, other: 0}
    for n in range(1000):
        code = f"A10{n % 5 + 1}"
        done = await asyncio.gather(
            booths.give(ANNA, edition, one, [code], quietly=True),
            booths.give(BEN, edition, other, [code], quietly=True),
            return_exceptions=True,
        )
        won = [held for held in done if isinstance(held, booths.Held)]
        lost = [refused for refused in done if isinstance(refused, BoothTaken)]
        assert (len(won), len(lost)) == (1, 1), done
        assert await holders() == {code: won[0].number}
        assert lost[0].values["number"] == won[0].number
        wins[won[0].number] += 1
        await booths.release(CLI, edition, won[0].number, quietly=True)
    assert sum(wins.values()) == 1000
    steps = await Exhibitor.count().where(Exhibitor.status == "approved")
    assert steps == 2


async def test_many_moving_about_at_once_leave_one_holder_a_booth(opened: None) -> None:
    edition = await an_edition()
    await a_hall(edition)
    firms = [await a_firm(edition, n) for n in range(6)]
    for turn in range(10):
        moves = [
            booths.give(ANNA, edition, number, [f"A10{(turn + n) % 5 + 1}", f"A20{(turn * n) % 5 + 1}"], quietly=True)
            for n, number in enumerate(firms)
        ]
        done = await asyncio.gather(*moves, return_exceptions=True)
        assert all(not isinstance(one, BaseException) or isinstance(one, BoothTaken) for one in done), done
        (hall,) = await queries.plan(edition)
        seen = {booth.code: booth.holder.number for booth in hall.booths if booth.holder}
        assert seen == await holders()
        for number in firms:
            expected = number in seen.values()
            assert (await status_of(number) == "booth_assigned") == expected


async def test_neighbours_merge_for_raw_space_and_split_again(opened: None) -> None:
    edition = await an_edition()
    await a_hall(edition)
    number = await a_firm(edition)
    with pytest.raises(NotNeighbours):
        await halls.merge(CLI, edition, ["A101", "A103"], "A101-103", BoothKind.raw)
    with pytest.raises(BoothExists):
        await halls.merge(CLI, edition, ["A101", "A102"], "A103", BoothKind.raw)
    await halls.merge(CLI, edition, ["A101", "A102", "A201", "A202"], "A101-202", BoothKind.raw)
    (hall,) = await queries.plan(edition)
    merged = next(booth for booth in hall.booths if booth.code == "A101-202")
    assert (merged.area, merged.kind, merged.merged, merged.open_sides) == (3600, BoothKind.raw, True, 3)
    assert len(hall.booths) == 7
    with pytest.raises(BoothUnknown):
        await booths.give(CLI, edition, number, ["A101"])
    await booths.give(CLI, edition, number, ["A101-202"])
    with pytest.raises(BoothTaken):
        await halls.split(CLI, edition, "A101-202")
    await booths.release(CLI, edition, number)
    await halls.split(CLI, edition, "A101-202")
    (hall,) = await queries.plan(edition)
    assert len(hall.booths) == 10
    await booths.give(CLI, edition, number, ["A101"])
    with pytest.raises(BoothTaken):
        await halls.merge(CLI, edition, ["A101", "A102"], "A101-102", BoothKind.raw)


async def test_given_and_merged_at_once_leave_no_part_held(opened: None) -> None:
    edition = await an_edition()
    await a_hall(edition)
    number = await a_firm(edition)
    for _ in range(20):
        await asyncio.gather(
            booths.give(ANNA, edition, number, ["A101"], quietly=True),
            halls.merge(BEN, edition, ["A101", "A102"], "M1", BoothKind.raw),
            return_exceptions=True,
        )
        parts = Booth.select(Booth.id).where(Booth.part_of.is_not_null())
        assert not await BoothHolding.exists().where(BoothHolding.booth.is_in(parts))
        await booths.release(CLI, edition, number, quietly=True)
        if await Booth.exists().where(Booth.code == "M1"):
            await halls.split(CLI, edition, "M1")


async def test_a_booth_is_moved_on_the_plan_but_never_onto_another(opened: None) -> None:
    edition = await an_edition()
    await a_hall(edition)
    number = await a_firm(edition)
    with pytest.raises(Overlaps):
        await halls.change_booth(CLI, edition, "A101", kind=BoothKind.standard, rect=Rect(60, 30, 30, 30), zone="A")
    await halls.change_booth(CLI, edition, "A101", kind=BoothKind.raw, rect=Rect(0, 30, 60, 30), zone="健康")
    (hall,) = await queries.plan(edition)
    booth = next(booth for booth in hall.booths if booth.code == "A101")
    assert (booth.rect, booth.area, booth.zone, booth.kind) == (Rect(0, 30, 60, 30), 1800, "健康", BoothKind.raw)
    await booths.give(CLI, edition, number, ["A101"])
    with pytest.raises(BoothTaken):
        await halls.change_booth(CLI, edition, "A101", kind=BoothKind.raw, rect=Rect(0, 30, 30, 30), zone="")
    with pytest.raises(BoothTaken):
        await halls.remove(CLI, edition, "A101")
    with pytest.raises(HallNotEmpty):
        await halls.remove_hall(CLI, edition, "1")
    await booths.release(CLI, edition, number)
    await halls.remove(CLI, edition, "A102")
    await halls.remove_hall(CLI, edition, "1")
    assert await queries.plan(edition) == ()


async def test_booths_go_into_a_hall_that_stands(opened: None) -> None:
    edition = await an_edition()
    await a_hall(edition)
    with pytest.raises(Overlaps):
        await halls.add_booths(CLI, edition, "1", [Placed("B1", BoothKind.raw, Rect(40, 40, 60, 60))])
    await halls.add_booths(CLI, edition, "1", [Placed("B1", BoothKind.raw, Rect(30, 150, 60, 60))])
    (hall,) = await queries.plan(edition)
    assert hall.height == 240, "it grew, with an aisle below"
    assert hall.entrance[1] == 240


async def test_a_plan_of_many_booths_asks_no_more_than_one_of_few(opened: None) -> None:
    edition = await an_edition()
    await a_hall(edition, rows=1, booths=1)
    await booths.give(CLI, edition, await a_firm(edition), ["A101"])
    with db.count_queries() as at_one:
        await queries.plan(edition)
    await a_hall(edition, "2", "B", rows=2, booths=3)
    await booths.give(CLI, edition, await a_firm(edition, 1), ["B101", "B102"])
    with db.count_queries() as at_three:
        plan = await queries.plan(edition)
    assert [hall.count(BoothState.held) for hall in plan] == [1, 2]
    assert len(at_one) == len(at_three) == 4
