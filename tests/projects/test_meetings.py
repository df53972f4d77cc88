"""Meetings: asked for, answered, at a table that nobody else has, and the deal that came of one."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from checkin.rules.badges import BadgeIn
from checkin.services import badges
from core.accounts.roles import CLI, Role
from core.editions.queries import EditionInfo
from core.mail.tables import MailMessage
from exhibitors.tables import Status
from projects.queries import meetings as queries
from projects.rules.interests import CONSENT_VERSION, InterestIn
from projects.rules.meetings import OPEN, STEPS
from projects.rules.projects import OwnerIn, ProjectIn
from projects.services import interests, projects
from projects.tables import Meeting, MeetingMinute, MeetingState
from tests.exhibitors.desks import a_firm, its_member
from tests.expo import an_edition
from tests.world import queries_of, send_form, sign_in, token_for

pytestmark = pytest.mark.anyio


async def a_project(edition: EditionInfo, owner: str = "") -> str:
    whose = OwnerIn(owner) if owner else "示例养老集团"
    return (await projects.add(CLI, edition, ProjectIn("示例项目", whose, "示例。", "idea"))).number


class Programs:
    """An organizer's token."""

    def __init__(self, client: httpx.AsyncClient, headers: dict[str, str]) -> None:
        self.client = client
        self.headers = headers

    async def post(self, path: str, **body: Any) -> httpx.Response:
        return await self.client.post(f"/api/v1/meetings{path}", json=body, headers=self.headers)

    async def asked(self, project: str, exhibitor: str) -> str:
        answer = await self.post("", project=project, exhibitor=exhibitor)
        assert answer.status_code == 201, answer.text
        found: str = answer.json()["number"]
        return found

    async def agreed(self, project: str, exhibitor: str) -> str:
        number = await self.asked(project, exhibitor)
        assert (await self.post(f"/{number}/accept")).status_code == 200
        return number

    async def place(self, number: str, table: str, starts: Any, minutes: int = 20) -> httpx.Response:
        body = {
            "table": table,
            "starts_at": starts.isoformat(),
            "ends_at": (starts + timedelta(minutes=minutes)).isoformat(),
        }
        return await self.client.put(f"/api/v1/meetings/{number}/time", json=body, headers=self.headers)


async def organizer(client: httpx.AsyncClient) -> Programs:
    return Programs(client, await token_for(Role.organizer))


async def test_two_firms_agree_at_their_desks_get_a_table_say_what_came_of_it_and_a_deal_begins(
    client: httpx.AsyncClient,
) -> None:
    edition = await an_edition()
    own, other = await a_firm(edition, 1), await a_firm(edition, 2)
    await its_member(edition, own)
    project = await a_project(edition, other)
    await sign_in(client, Role.exhibitor)
    mine = f"/portal/{own}/meetings"
    before = await MailMessage.count()
    assert (await send_form(client, mine, f"/portal/{own}/messages", project=project)).status_code == 303
    again = await send_form(client, mine, f"/portal/{own}/messages", project=project)
    assert again.status_code == 422
    assert await MailMessage.count() == before + 1, "the owner is told"
    [met] = await queries.meetings(edition, queries.Filter())
    assert (met.owner_number, met.exhibitor, met.asked_side) == (other, own, "partner")
    assert met.number in (await client.get(mine)).text
    hasty = await send_form(client, f"{mine}/{met.number}/accepted", f"/portal/{own}/messages")
    assert hasty.status_code == 422, "who asked does not answer"
    client.cookies.clear()

    await sign_in(client, Role.organizer)
    at = f"/admin/meetings/{met.number}"
    assert (await send_form(client, f"{at}/accepted", at)).status_code == 303
    lost = await send_form(client, f"{at}/time", at, table=" ", day="1999-01-01", begins="25:00", minutes="x")
    assert lost.status_code == 422
    for name in ("table", "day", "begins", "minutes"):
        assert f'id="f-{name}-error"' in lost.text
    day = edition.today().isoformat()
    placed = await send_form(client, f"{at}/time", at, table="A 桌", day=day, begins="10:30", minutes="20")
    assert placed.status_code == 303
    assert "A 桌" in (await client.get("/admin/meetings/tables")).text
    assert (await send_form(client, f"{at}/outcome", at, side="owner", outcome="nonsense")).status_code == 422
    said = await send_form(client, f"{at}/outcome", at, side="owner", outcome="deal", note="下周签约。")
    assert said.status_code == 303
    done = await queries.meeting_numbered(edition, met.number)
    assert (done.state, done.outcome_owner, done.note) == (MeetingState.held, "deal", "下周签约。")
    client.cookies.clear()

    await sign_in(client, Role.signing)
    form = (await client.get("/admin/deals/new", params={"meeting": met.number})).text
    for value in (met.number, project, f"（{other}）", f"（{own}）"):
        assert value in form


async def test_nobody_who_is_none_of_the_two_sees_or_moves_a_meeting(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    own, one, other = [await a_firm(edition, n) for n in (1, 2, 3)]
    await its_member(edition, own)
    programs = await organizer(client)
    number = await programs.asked(await a_project(edition, one), other)
    client.cookies.clear()
    await sign_in(client, Role.exhibitor)
    assert (await client.get(f"/api/v1/meetings/{number}")).status_code == 404
    assert (await client.get("/api/v1/meetings")).json()["items"] == []
    mine = f"/portal/{own}/meetings"
    assert number not in (await client.get(mine)).text
    for act in ("accepted", "declined", "cancelled", "outcome"):
        assert (await send_form(client, f"{mine}/{number}/{act}", f"/portal/{own}/messages")).status_code == 404
    foreign = {"project": await a_project(edition, one), "exhibitor": other}
    assert (await send_form(client, mine, f"/portal/{own}/messages", **foreign)).status_code == 422


async def test_no_table_and_no_firm_has_two_meetings_at_a_time_also_when_planned_at_once(
    client: httpx.AsyncClient,
) -> None:
    edition = await an_edition()
    firms = [await a_firm(edition, n) for n in range(1, 6)]
    programs = await organizer(client)
    first = await programs.agreed(await a_project(edition, firms[0]), firms[1])
    same_firm = await programs.agreed(await a_project(edition, firms[2]), firms[1])
    elsewhere = await programs.agreed(await a_project(edition, firms[3]), firms[4])
    starts = edition.opens_at(edition.days[1])
    assert (await programs.place(first, "A", starts)).status_code == 200
    for number, table, at in (
        (same_firm, "B", starts + timedelta(minutes=19)),
        (elsewhere, "A", starts - timedelta(minutes=1)),
    ):
        refused = await programs.place(number, table, at)
        assert (refused.status_code, refused.json()["code"]) == (409, "table_taken")
    answers = await asyncio.gather(
        programs.place(same_firm, "C", starts + timedelta(minutes=20)),
        programs.place(elsewhere, "C", starts + timedelta(minutes=30)),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert (await programs.place(first, "A", starts + timedelta(hours=3))).status_code == 200, "moved"
    assert (await programs.place(elsewhere, "A", starts)).status_code == 200, "what it left is free"
    assert (await programs.post(f"/{elsewhere}/cancel")).status_code == 200
    row = await Meeting.select(Meeting.id).where(Meeting.number == elsewhere).first()
    assert row is not None
    assert await MeetingMinute.count().where(MeetingMinute.meeting == row["id"]) == 0


async def test_what_is_asked_twice_at_once_is_asked_once_and_again_when_it_is_over(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    project, firm = await a_project(edition), await a_firm(edition)
    programs = await organizer(client)
    answers = await asyncio.gather(*(programs.post("", project=project, exhibitor=firm) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
    [met] = await queries.meetings(edition, queries.Filter())
    assert (await programs.post(f"/{met.number}/decline")).status_code == 200
    assert (await programs.post("", project=project, exhibitor=firm)).status_code == 201


async def test_a_visitor_is_met_only_who_has_shown_interest(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    project = await a_project(edition)
    badge = await badges.issue(CLI, edition, BadgeIn("visitor", "示例访客", "示例街道", email="visitor@example.com"))
    programs = await organizer(client)
    assert (await programs.post("", project=project, badge=badge.serial)).status_code == 422
    await interests.express(CLI, edition, project, InterestIn(badge=badge.code, consent=CONSENT_VERSION))
    before = await MailMessage.count()
    made = (await programs.post("", project=project, badge=badge.serial)).json()
    assert (made["partner"], made["badge"], made["status"]) == ("示例访客", badge.serial, "requested")
    assert await MailMessage.count() == before + 1
    for wrong in ({}, {"exhibitor": "1", "badge": "2"}, {"exhibitor": "999999"}, {"badge": "\x00"}):
        assert (await programs.post("", project=project, **wrong)).status_code == 422, wrong
    assert (await programs.post("", project="P000000", exhibitor="1")).status_code == 422
    waiting = await a_firm(edition, 9, Status.submitted)
    assert (await programs.post("", project=project, exhibitor=waiting)).status_code == 422


async def test_every_step_that_is_none_is_refused(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    programs = await organizer(client)
    acts = {"accept": MeetingState.accepted, "decline": MeetingState.declined, "cancel": MeetingState.cancelled}
    project, firm = await a_project(edition), await a_firm(edition)
    number = await programs.asked(project, firm)
    for state in MeetingState:
        for act, wanted in acts.items():
            open_ = Meeting.who if state in OPEN else None
            await Meeting.update({Meeting.state: state.value, Meeting.open: open_}).where(Meeting.number == number)
            answer = await programs.post(f"/{number}/{act}")
            assert answer.status_code == (200 if wanted in STEPS[state] else 409), (state, act)
    await Meeting.update({Meeting.state: "requested"}).where(Meeting.number == number)
    assert (await programs.post(f"/{number}/outcome", outcome="deal")).status_code == 409
    assert (await programs.place(number, "A", edition.opens_at(edition.days[0]))).status_code == 409


async def test_a_deal_names_a_meeting_that_there_is(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    programs = await organizer(client)
    number = await programs.agreed(await a_project(edition), await a_firm(edition))
    signing = await token_for(Role.signing)
    body = {
        "parties": ["示例甲", "示例乙"],
        "kind": "contract",
        "signed_on": edition.today().isoformat(),
        "amount": "100",
        "allocations": [{"field": "other", "amount": "100"}],
    }
    made = await client.post("/api/v1/deals", json={**body, "meeting": number}, headers=signing)
    assert made.status_code == 201, made.text
    assert made.json()["meeting"] == number
    unknown = await client.post("/api/v1/deals", json={**body, "meeting": "M000000"}, headers=signing)
    assert [fault["field"] for fault in unknown.json()["errors"]] == ["meeting"]


async def test_the_number_of_queries_does_not_grow_with_the_meetings(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    programs = await organizer(client)
    await sign_in(client, Role.organizer)
    counts, n = [], 0
    for more in (1, 2):
        for _ in range(more):
            n += 2
            await programs.asked(await a_project(edition, await a_firm(edition, n)), await a_firm(edition, n + 1))
        counts.append(await queries_of(lambda: client.get("/admin/meetings")))
    assert counts[0] == counts[1]
