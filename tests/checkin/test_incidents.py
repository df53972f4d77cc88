from datetime import timedelta

import pytest

from checkin.queries import incidents as queries
from checkin.rules.incidents import IncidentIn
from checkin.services import incidents
from checkin.tables import IncidentKind
from core import clock
from core.accounts.roles import CLI
from core.errors import InvalidInput, NotFound
from core.privacy import services as privacy
from core.privacy.registry import ERASED
from tests.expo import an_edition

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("opened")]

LOST = IncidentIn("lost_person", "2号馆 B 区", "八十岁左右，灰色外套，听力不好", "示例 老人", "138 0013 8000")


async def test_an_incident_stays_open_until_somebody_says_how_it_ended() -> None:
    edition = await an_edition()
    number = await incidents.report(CLI, edition, LOST)
    (one,) = await queries.incidents(edition, state="open")
    assert (one.id, one.kind, one.mobile, one.open) == (number, IncidentKind.lost_person, "+8613800138000", True)
    with pytest.raises(InvalidInput):
        await incidents.handle(CLI, edition, number, "  ")
    await incidents.note(CLI, edition, number, "已广播")
    await incidents.handle(CLI, edition, number, "在 1 号馆找到，已交给家人")
    await incidents.handle(CLI, edition, number, "又一次")
    assert await queries.incidents(edition, state="open") == []
    assert [note.text for note in await queries.notes(edition, number)] == ["已广播", "在 1 号馆找到，已交给家人"]
    await incidents.reopen(CLI, edition, number)
    assert await queries.count(edition, state="open") == 1


async def test_what_is_lost_is_found_by_name_place_and_number() -> None:
    edition = await an_edition()
    await incidents.report(CLI, edition, LOST)
    await incidents.report(CLI, edition, IncidentIn("wheelchair", "南门", "借出轮椅 7 号", "", ""))
    for q, many in (("老人", 1), ("南门", 1), ("8000", 1), ("无此", 0), ("", 2), ("%", 0)):
        assert await queries.count(edition, q=q) == many, q
    assert await queries.count(edition, kind=IncidentKind.wheelchair) == 1


async def test_one_shift_tells_the_next() -> None:
    edition = await an_edition()
    await incidents.note(CLI, edition, None, "轮椅 3 号轮胎没气")
    await incidents.note(CLI, edition, None, "AED 已检查")
    assert [note.text for note in await queries.notes(edition, None)] == ["AED 已检查", "轮椅 3 号轮胎没气"]


@pytest.mark.parametrize(
    ("typed", "fields"),
    [
        (IncidentIn("", "", ""), ["kind", "place", "what"]),
        (IncidentIn("other", "x" * 121, "x"), ["place"]),
        (IncidentIn("other", "x", "x", mobile="12"), ["mobile"]),
        (IncidentIn("other", "x", "x", happened_at=clock.now() + timedelta(hours=1)), ["happened_at"]),
    ],
)
async def test_what_is_missing_is_said_at_its_field(typed: IncidentIn, fields: list[str]) -> None:
    with pytest.raises(InvalidInput) as refused:
        await incidents.report(CLI, await an_edition(), typed)
    assert [fault.field for fault in refused.value.errors] == fields


async def test_nothing_is_done_to_an_incident_of_nobody() -> None:
    edition = await an_edition()
    for done in (
        incidents.note(CLI, edition, 99, "x"),
        incidents.handle(CLI, edition, 99, "x"),
        incidents.reopen(CLI, edition, 99),
    ):
        with pytest.raises(NotFound):
            await done


async def test_a_person_is_erased_from_the_desk_too() -> None:
    edition = await an_edition()
    number = await incidents.report(CLI, edition, LOST)
    await incidents.note(CLI, edition, number, "示例 老人的女儿来电")
    await privacy.erase(CLI, await privacy.person("", "13800138000"), "asked for it")
    one = await queries.incident(edition, number)
    assert (one.person, one.mobile, one.what, one.place) == (ERASED, "", ERASED, "2号馆 B 区")
    assert [note.text for note in await queries.notes(edition, number)] == [ERASED]
