"""The timetable in the desk: put on a stage, moved, running late, taken off."""

import asyncio

import httpx
import pytest

from checkin.tables import Badge
from core.accounts.roles import CLI, Role
from core.editions.queries import EditionInfo
from core.mail.tables import MailMessage
from projects.queries import agenda as queries
from projects.rules.projects import ContactIn, OwnerIn, ProjectIn
from projects.services import projects
from tests.exhibitors.desks import a_firm
from tests.expo import TODAY, an_edition
from tests.world import queries_of, send_form, sign_in

pytestmark = pytest.mark.anyio

AT = "/admin/timetable"
AFTER = {"stage": "主舞台", "day": TODAY.isoformat(), "minutes": "15"}


async def a_project(edition: EditionInfo, title: str = "示例项目") -> str:
    return (await projects.add(CLI, edition, ProjectIn(title, "示例养老集团", "示例。", "idea"))).number


async def put(client: httpx.AsyncClient, **typed: str) -> httpx.Response:
    return await send_form(client, f"{AT}/new", f"{AT}/new", **{**AFTER, **typed})


async def test_a_pitch_and_a_break_are_put_on_a_stage_and_everybody_reads_it(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    number = await a_project(edition)
    await sign_in(client, Role.organizer)
    assert f"?project={number}" in (await client.get(AT)).text
    assert f'value="{number}" selected' in (await client.get(f"{AT}/new", params={"project": number})).text
    speakers = "示例 讲者，示例养老集团\n另一位 示例"
    assert (await put(client, project=number, begins="10：00", speakers=speakers)).status_code == 303
    assert (await put(client, kind="pause", title="茶歇", begins="1015")).status_code == 303
    pitch, pause = await queries.agenda(edition)
    assert [(who.name, who.organisation) for who in pitch.speakers] == [
        ("示例 讲者", "示例养老集团"),
        ("另一位 示例", ""),
    ]
    assert f"{pitch.starts_at.astimezone(edition.zone):%H:%M}" == "10:00"
    assert pause.starts_at == pitch.ends_at
    page = (await client.get(AT)).text
    assert f"?project={number}" not in page
    assert "茶歇" in (await client.get("/agenda")).text


async def test_what_is_wrong_is_told_at_its_field_and_nothing_typed_is_lost(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    number = await a_project(edition)
    await sign_in(client, Role.organizer)
    lost = await put(client, begins="25:00", minutes="many", day="2001-01-01", stage=" ", speakers="示例 讲者")
    assert lost.status_code == 422
    for name in ("title", "stage", "day", "begins", "minutes"):
        assert f'id="f-{name}-error"' in lost.text, name
    for typed in ('value="25:00"', 'value="many"', "示例 讲者"):
        assert typed in lost.text
    unknown = await put(client, project="P000000", begins="10:00")
    assert 'id="f-project-error"' in unknown.text
    assert (await put(client, project=number, begins="10:00")).status_code == 303
    taken = await put(client, kind="talk", title="示例演讲", begins="10:05")
    assert taken.status_code == 422
    assert "示例演讲" in taken.text
    for path in ("/999999", "/999999/late", "/999999/remove"):
        assert (await send_form(client, AT + path, f"{AT}/new", late="5")).status_code == 404


async def test_of_two_who_drop_a_pitch_into_the_same_time_at_once_one_wins(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    numbers = [await a_project(edition, f"示例项目{n}") for n in range(2)]
    await sign_in(client, Role.organizer)
    answers = await asyncio.gather(*(put(client, project=number, begins="11:00") for number in numbers))
    assert sorted(answer.status_code for answer in answers) == [303, 422]
    assert len(await queries.agenda(edition)) == 1


async def test_moved_late_and_taken_off(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    number = await a_project(edition)
    await sign_in(client, Role.organizer)
    await put(client, project=number, begins="10:00")
    await put(client, kind="talk", title="示例演讲", begins="10:15")
    pitch, talk = await queries.agenda(edition)
    here = f"{AT}/{pitch.id}"
    assert (await send_form(client, f"{here}/late", here, late="0")).status_code == 422
    assert (await send_form(client, f"{here}/late", here, late="20")).status_code == 303
    assert [
        one.starts_at - before.starts_at
        for one, before in zip(await queries.agenda(edition), (pitch, talk), strict=True)
    ]
    assert {f"{one.starts_at.astimezone(edition.zone):%H:%M}" for one in await queries.agenda(edition)} == {
        "10:20",
        "10:35",
    }
    moved = await send_form(
        client, f"{AT}/{talk.id}", f"{AT}/{talk.id}", **AFTER, kind="talk", title="示例演讲", begins="14:00"
    )
    assert moved.status_code == 303
    stage = (await queries.stages(edition))[0]
    assert (await send_form(client, f"{AT}/stages/{stage.id}", AT, changeover="999")).status_code == 422
    assert (await send_form(client, f"{AT}/stages/{stage.id}", AT, changeover="5")).status_code == 303
    assert (await queries.stages(edition))[0].changeover == 5
    assert (await send_form(client, f"{here}/remove", here)).status_code == 303
    assert [one.id for one in await queries.agenda(edition)] == [talk.id]


async def test_the_number_of_queries_does_not_grow_with_the_timetable(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    await sign_in(client, Role.organizer)
    counts, at = [], 9
    for more in (1, 2):
        for _ in range(more):
            await put(client, project=await a_project(edition), begins=f"{at}:00")
            at += 1
        counts.append(await queries_of(lambda: client.get(AT)))
    assert counts[0] == counts[1]


async def test_who_runs_late_is_told_and_speakers_get_badges_once(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    firm = await a_firm(edition)
    of_firm = (await projects.add(CLI, edition, ProjectIn("示例甲", OwnerIn(firm), "示例。", "idea"))).number
    contact = ContactIn("示例联系人", None, "project@example.com")
    outside = ProjectIn("示例乙", "示例集团", "示例。", "idea", contact=contact)
    of_other = (await projects.add(CLI, edition, outside)).number
    nobody = await a_project(edition)
    await sign_in(client, Role.organizer)
    speakers = "示例 讲者，示例养老集团\n另一位 示例"
    for number, begins in ((of_firm, "10:00"), (of_other, "10:15"), (nobody, "10:30")):
        assert (await put(client, project=number, begins=begins, speakers=speakers)).status_code == 303
    first = (await queries.agenda(edition))[0]
    here = f"{AT}/{first.id}"
    for _ in range(2):
        assert (await send_form(client, f"{here}/badges", here)).status_code == 303
    assert await Badge.count().where(Badge.kind == "speaker") == 2
    assert (await send_form(client, f"{here}/late", here, late="10")).status_code == 303
    told = await MailMessage.select(MailMessage.to_address, MailMessage.text).where(
        MailMessage.template == "pitch_later"
    )
    assert len(told) == 2, "who has no address hears nothing"
    assert "project@example.com" in {mail["to_address"] for mail in told}
    assert any("10:25" in mail["text"] and "示例乙" in mail["text"] for mail in told)


async def test_on_the_board_a_slot_moves_to_another_stage_or_is_told_why_not(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    await sign_in(client, Role.organizer)
    at = f"{AT}/board"
    assert "data-board" not in (await client.get(at)).text, "no stage yet"
    await put(client, kind="talk", title="示例甲", begins="10:00", speakers="示例 讲者")
    await put(client, kind="talk", title="示例乙", begins="11:00")
    await put(client, kind="talk", title="示例丙", begins="10:00", stage="二号舞台")
    by_title = {one.said("zh-CN"): one for one in await queries.agenda(edition)}
    first, third = by_title["示例甲"], by_title["示例丙"]
    here, there = str(first.stage.id), str(third.stage.id)
    page = f"{at}?day={TODAY.isoformat()}"
    assert (await client.get(page)).text.count("data-slot=") == 3
    for stage, begins in ((there, "10:05"), (here, "10:50"), (here, "x")):
        refused = await send_form(client, f"{at}/{first.id}", page, stage=stage, begins=begins)
        assert (refused.status_code, 'class="summary"' in refused.text) == (422, True), begins
    assert (await send_form(client, f"{at}/{first.id}", page, stage="999999", begins="10:00")).status_code == 404
    assert (await send_form(client, f"{at}/999999", page, stage=here, begins="10:00")).status_code == 404
    assert (await send_form(client, f"{at}/{first.id}", page, stage=there, begins="14:05")).status_code == 303
    moved = next(one for one in await queries.agenda(edition) if one.id == first.id)
    assert (moved.stage.name, f"{moved.starts_at.astimezone(edition.zone):%H:%M}") == ("二号舞台", "14:05")
    assert [who.name for who in moved.speakers] == ["示例 讲者"]
    for odd in ("?day=1999-01-01", "?day=nonsense", "?day=' OR 1"):
        assert (await client.get(at + odd)).status_code == 200
