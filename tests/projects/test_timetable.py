"""The timetable: nothing overlaps, whoever plans at once; what calendars read is right."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from core.accounts.roles import CLI, Role
from core.db import count_queries
from core.editions.queries import require_current
from core.errors import DomainError
from projects.queries import agenda as queries
from projects.rules import timetable as rules
from projects.rules.projects import ProjectIn
from projects.rules.timetable import SlotIn, SpeakerIn
from projects.services import projects
from projects.services import timetable as services
from projects.tables import MinuteOfStage, PitchStage, Slot
from tests.expo import TODAY, an_edition
from tests.projects.world import added
from tests.world import token_for

pytestmark = pytest.mark.anyio


def at(hour: int, minute: int = 0) -> str:
    return datetime(TODAY.year, TODAY.month, TODAY.day, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai")).isoformat()


def a_slot(first: str, last: str, stage: str = "主舞台", **other: Any) -> dict[str, Any]:
    return {"stage": stage, "starts_at": first, "ends_at": last, **other}


async def put(client: httpx.AsyncClient, own: dict[str, str], number: str, slot: dict[str, Any]) -> httpx.Response:
    return await client.put(f"/api/v1/projects/{number}/slot", json=slot, headers=own)


async def test_slots_may_touch_and_not_overlap(client: httpx.AsyncClient) -> None:
    await an_edition()
    own = await token_for(Role.organizer)
    first, second = (await added(client, own))["number"], (await added(client, own))["number"]
    given = await put(client, own, first, a_slot(at(10), at(10, 15)))
    assert given.status_code == 200, given.text
    assert (given.json()["stage"], given.json()["starts_at"]) == ("主舞台", at(10))
    for begins, ends in ((at(10, 14), at(10, 20)), (at(9, 50), at(10, 1)), (at(9), at(11)), (at(10, 5), at(10, 6))):
        refused = await put(client, own, second, a_slot(begins, ends))
        assert (refused.status_code, refused.json()["code"]) == (409, "slot_taken")
    assert (await put(client, own, second, a_slot(at(10, 15), at(10, 30)))).status_code == 200
    assert (await put(client, own, second, a_slot(at(10), at(10, 15), "二号舞台"))).status_code == 200
    assert (await put(client, own, second, a_slot(at(9, 45), at(10)))).status_code == 200
    agenda = (await client.get("/api/v1/agenda")).json()["items"]
    assert [(item["project"], item["starts_at"]) for item in agenda] == [(second, at(9, 45)), (first, at(10))]


async def test_a_stage_with_a_changeover_keeps_it_free(client: httpx.AsyncClient) -> None:
    await an_edition()
    own = await token_for(Role.organizer)
    first, second = (await added(client, own))["number"], (await added(client, own))["number"]
    await put(client, own, first, a_slot(at(10), at(10, 15)))
    edition = await require_current()
    stage = (await queries.stages(edition))[0]
    await services.set_changeover(CLI, edition, stage.id, 5)
    assert (await put(client, own, second, a_slot(at(10, 15), at(10, 30)))).json()["code"] == "slot_taken"
    assert (await put(client, own, second, a_slot(at(10, 20), at(10, 35)))).status_code == 200
    with pytest.raises(DomainError) as refused:
        await services.set_changeover(CLI, edition, stage.id, 10)
    assert refused.value.code == "slot_taken"


async def test_a_speaker_stands_on_one_stage_at_a_time(client: httpx.AsyncClient) -> None:
    await an_edition()
    own = await token_for(Role.organizer)
    first, second = (await added(client, own))["number"], (await added(client, own))["number"]
    speaker = [{"name": "示例 讲者", "organisation": "示例大学"}]
    assert (await put(client, own, first, a_slot(at(10), at(10, 15), speakers=speaker))).status_code == 200
    refused = await put(client, own, second, a_slot(at(10, 10), at(10, 20), "二号舞台", speakers=speaker))
    assert (refused.status_code, refused.json()["code"]) == (409, "speaker_taken")
    assert [stage.name for stage in await queries.stages(await require_current())] == ["主舞台"]
    namesake = [{"name": "示例 讲者", "organisation": "另一家"}]
    assert (
        await put(client, own, second, a_slot(at(10, 10), at(10, 20), "二号舞台", speakers=namesake))
    ).status_code == 200


async def test_of_two_organizers_who_drop_into_the_same_time_one_wins(opened: None) -> None:
    edition = await an_edition()
    numbers = [
        (await projects.add(CLI, edition, ProjectIn(title=f"{n}", owner="示例", summary="示例", stage="idea"))).number
        for n in range(8)
    ]
    for hour in range(5):
        wanted = SlotIn("主舞台", at(9 + hour), at(9 + hour, 20), [SpeakerIn(f"讲者{hour}")])

        async def drop(number: str, wanted: SlotIn = wanted) -> bool:
            try:
                await services.give_slot(CLI, edition, number, wanted)
            except (services.SlotTaken, services.SpeakerTaken):
                return False
            return True

        assert sum(await asyncio.gather(*(drop(number) for number in numbers))) == 1
    assert await PitchStage.count() == 1
    assert await MinuteOfStage.count() == await Slot.count() * 20


async def test_odd_times_are_refused_at_their_member(client: httpx.AsyncClient) -> None:
    await an_edition()
    own = await token_for(Role.organizer)
    number = (await added(client, own))["number"]
    for slot, where in (
        (a_slot("tomorrow", at(10)), "starts_at"),
        (a_slot("2026-09-15T10:00:00", at(10)), "starts_at"),
        (a_slot(at(10), at(10)), "ends_at"),
        (a_slot(at(10), at(23, 30)), "ends_at"),
        (a_slot(at(10), at(11), " "), "stage"),
        (a_slot(at(10), at(11), speakers=[{"name": ""}]), "speakers[0].name"),
    ):
        answer = await put(client, own, number, slot)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, where), answer.text
    assert (await put(client, own, "P000000", a_slot(at(10), at(11)))).status_code == 404


async def test_what_is_not_public_is_not_on_the_agenda(client: httpx.AsyncClient) -> None:
    await an_edition()
    own = await token_for(Role.organizer)
    number = (await added(client, own))["number"]
    await put(client, own, number, a_slot(at(10), at(10, 15)))
    assert "示例康养社区" in (await client.get("/agenda")).text
    await client.patch(f"/api/v1/projects/{number}", json={"status": "withdrawn"}, headers=own)
    assert "示例康养社区" not in (await client.get("/agenda")).text
    assert (await client.get("/api/v1/agenda")).json() == {"items": []}
    assert (await client.delete(f"/api/v1/projects/{number}/slot", headers=own)).status_code == 204
    assert await MinuteOfStage.count() == 0


async def test_other_things_stand_on_a_stage_too(client: httpx.AsyncClient) -> None:
    await an_edition()
    own = await token_for(Role.organizer)
    body = {**a_slot(at(9), at(9, 30)), "kind": "ceremony", "title": "开幕式", "title_en": "Opening"}
    made = await client.post("/api/v1/agenda", json=body, headers=own)
    assert made.status_code == 201, made.text
    assert "开幕式" in (await client.get("/agenda")).text
    assert "Opening" in (await client.get("/agenda", headers={"accept-language": "en"})).text
    moved = await client.put(f"/api/v1/agenda/{made.json()['id']}", json={**body, "ends_at": at(9, 40)}, headers=own)
    assert moved.json()["ends_at"] == at(9, 40)
    assert (await client.post("/api/v1/agenda", json={**body, "kind": "pitch"}, headers=own)).status_code == 422
    assert (await client.delete(f"/api/v1/agenda/{made.json()['id']}", headers=own)).status_code == 204
    assert (await client.delete(f"/api/v1/agenda/{made.json()['id']}", headers=own)).status_code == 404


async def test_the_calendar_is_read_by_a_real_parser_and_moves_with_the_slot(client: httpx.AsyncClient) -> None:
    await an_edition()
    own = await token_for(Role.organizer)
    number = (await added(client, own, title="逗号, 分号; 与\\斜线"))["number"]
    await put(client, own, number, a_slot(at(10), at(10, 15), speakers=[{"name": "示例 讲者"}]))
    answer = await client.get("/agenda.ics?lang=zh-CN")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert b"\r\n" in answer.content
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
    event = Calendar.from_ical(answer.content).walk("VEVENT")[0]
    assert str(event["summary"]) == "逗号, 分号; 与\\斜线"
    assert event.decoded("dtstart") == datetime.fromisoformat(at(10)).astimezone(UTC)
    assert event.decoded("dtend") - event.decoded("dtstart") == timedelta(minutes=15)
    assert event["sequence"] == 0
    assert event.errors == []
    await put(client, own, number, a_slot(at(11), at(11, 15)))
    moved = Calendar.from_ical((await client.get("/agenda.ics")).content).walk("VEVENT")[0]
    assert (moved["uid"], moved["sequence"]) == (event["uid"], 1)
    assert "示例 讲者" in str(moved["description"])


async def test_running_late_moves_what_follows_until_a_pause_takes_it_up(client: httpx.AsyncClient) -> None:
    await an_edition()
    own = await token_for(Role.organizer)
    numbers = [(await added(client, own, title=f"项目{n}"))["number"] for n in range(4)]
    for number, (begins, ends) in zip(
        numbers,
        ((at(10), at(10, 15)), (at(10, 15), at(10, 30)), (at(10, 35), at(10, 50)), (at(11, 30), at(11, 45))),
        strict=True,
    ):
        await put(client, own, number, a_slot(begins, ends))
    edition = await require_current()
    first = (await queries.agenda(edition))[0]
    moved = await services.run_late(CLI, edition, first.id, 10)
    assert [slot.project for slot in moved] == numbers[:3]
    starts = [slot.starts_at.astimezone(edition.zone).isoformat() for slot in await queries.agenda(edition)]
    assert starts == [at(10, 10), at(10, 25), at(10, 40), at(11, 30)]
    assert await MinuteOfStage.count() == 60


async def test_the_agenda_costs_the_same_however_long_it_is(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    own = await token_for(Role.organizer)
    counts = []
    for n in range(3):
        number = (await added(client, own))["number"]
        await put(client, own, number, a_slot(at(10 + n), at(10 + n, 15), speakers=[{"name": "讲者"}]))
        with count_queries() as seen:
            assert len(await queries.agenda(edition)) == n + 1
        counts.append(len(seen))
    assert counts == [4, 4, 4]


@given(
    st.integers(0, 10**6).map(lambda minutes: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)),
    st.integers(1, 700),
    st.integers(1, 700),
)
def test_slots_that_touch_share_no_minute(begins: datetime, one: int, other: int) -> None:
    between = begins + timedelta(minutes=one)
    first = rules.minutes(begins, between)
    second = rules.minutes(between, between + timedelta(minutes=other))
    assert set(first).isdisjoint(second)
    assert len(first) == one
