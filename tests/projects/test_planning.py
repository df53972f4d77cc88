"""A day of meetings is set up, planned by a worker, carried out, told by mail, kept in calendars, and begins."""

import asyncio
import functools
from datetime import timedelta
from typing import Any

import httpx
import pytest
from icalendar import Calendar

from checkin import holders
from checkin.queries.badges import BadgeInfo
from checkin.rules.badges import BadgeIn
from checkin.services import badges
from core import clock
from core.accounts.roles import CLI, Role
from core.editions.queries import EditionInfo
from core.editions.rules import days_between, moment_of
from core.jobs.worker import Pace, worker
from core.mail.tables import MailMessage
from projects.queries import meetings as queries
from projects.queries import planning as planning_queries
from projects.queries.meetings import Filter, MeetingInfo
from projects.rules.interests import CONSENT_VERSION, InterestIn
from projects.rules.plansettings import SettingsIn
from projects.services import days, interests, planning
from projects.services.readers import readers
from projects.tables import Meeting, MeetingMinute, MeetingPlan, MeetingState, PlanState
from tests.exhibitors.desks import a_firm, its_member
from tests.expo import TODAY, an_edition
from tests.projects.test_meetings import Programs, a_project, organizer
from tests.world import queries_of, send_form, sign_in

pytestmark = pytest.mark.anyio

AHEAD = TODAY + timedelta(days=2)
AT = "/admin/meetings/plan"
HOURS = {f"hours-{AHEAD}": "09：30-10:20, 13:30～14:20"}
SETTINGS = {"minutes": "20", "gap": "5", "walk": "10", **HOURS, "rooms": "一号馆，A，2\n二号馆, B, 1"}


async def an_expo() -> EditionInfo:
    return await an_edition(days=days_between(TODAY - timedelta(days=1), AHEAD, 540, 1020))


async def planned(client: httpx.AsyncClient) -> str:
    """The page, once it no longer renews itself."""
    async with worker(Pace(idle=0.05), chores=False), asyncio.timeout(60):
        while 'http-equiv="refresh"' in (html := (await client.get(AT)).text):
            await asyncio.sleep(0.05)
    return html


async def carried_out(client: httpx.AsyncClient) -> None:
    [plan] = await MeetingPlan.select().where(MeetingPlan.state == PlanState.ready.value)
    answer = await send_form(client, f"{AT}/{plan['id']}/carry-out", AT)
    assert answer.status_code == 303, answer.text
    await planned(client)


async def agreed(programs: Programs, edition: EditionInfo, first: int, many: int) -> list[str]:
    """``many`` firms agree to meet the firm ``first`` about its project."""
    own = await a_firm(edition, first)
    project = await a_project(edition, own)
    return [await programs.agreed(project, await a_firm(edition, first + n)) for n in range(1, many + 1)]


async def a_visitor(edition: EditionInfo, project: str) -> BadgeInfo:
    badge = await badges.issue(CLI, edition, BadgeIn("visitor", "示例访客", "示例街道", email="visitor@example.com"))
    await interests.express(CLI, edition, project, InterestIn(badge=badge.code, consent=CONSENT_VERSION))
    return badge


async def met(edition: EditionInfo, number: str) -> MeetingInfo:
    return await queries.meeting_numbered(edition, number)


async def test_a_day_is_set_up_planned_carried_out_and_told(client: httpx.AsyncClient) -> None:
    edition = await an_expo()
    programs = await organizer(client)
    numbers = await agreed(programs, edition, 1, 5)
    await sign_in(client, Role.organizer)
    assert (await send_form(client, AT)).status_code == 422, "no hours and no tables yet"
    assert (await send_form(client, f"{AT}/settings", AT, **SETTINGS)).status_code == 303
    urgent = await send_form(client, f"/admin/meetings/{numbers[4]}/priority", AT, priority="3")
    assert urgent.status_code == 303
    before = await MailMessage.count()
    assert (await send_form(client, AT)).status_code == 303
    assert (await send_form(client, AT)).status_code == 422, "one at a time"
    html = await planned(client)
    assert "双方的共同时间里，其中一方已有其他洽谈。" in html
    assert await MeetingMinute.count() == 0, "nothing counts yet"
    await carried_out(client)
    found = [await met(edition, number) for number in numbers]
    placed = [one for one in found if one.starts_at]
    assert len(placed) == 4, "the firm has four times"
    assert found[4].starts_at, "the urgent one is among them"
    assert {one.place for one in placed} <= {"A1", "A2", "B1"}
    assert await MeetingMinute.count() == 4 * 3 * 20
    assert await MailMessage.count() == before + 5, "each firm once"
    [own] = await MailMessage.select(MailMessage.text).where(
        MailMessage.template == "meeting_day", MailMessage.to_address.like("firm1@%")
    ) or await MailMessage.select(MailMessage.text).where(MailMessage.template == "meeting_day").limit(1)
    assert "A1" in own["text"] or "B1" in own["text"]

    assert (await send_form(client, AT, moves="1")).status_code == 303
    html = await planned(client)
    [plan] = await MeetingPlan.select().where(MeetingPlan.state == PlanState.ready.value)
    assert (await send_form(client, f"{AT}/{plan['id']}/drop", AT)).status_code == 303
    assert (await send_form(client, f"{AT}/{plan['id']}/carry-out", AT)).status_code == 422
    assert [await met(edition, number) for number in numbers] == found


async def test_what_is_typed_wrong_is_told_at_its_field_and_kept(client: httpx.AsyncClient) -> None:
    await an_expo()
    await sign_in(client, Role.organizer)
    day = f"hours-{AHEAD}"
    for wrong, name in (
        ({"minutes": "4"}, "minutes"),
        ({"gap": "x"}, "gap"),
        ({"walk": "61"}, "walk"),
        ({day: "morgens"}, day),
        ({day: "12:00-11:00"}, day),
        ({day: "09:00-11:00, 10:00-12:00"}, day),
        ({day: "09:60-24:30"}, day),
        ({"rooms": "一号馆 A 30"}, "rooms"),
        ({"rooms": "一号馆,A,0"}, "rooms"),
        ({"rooms": "一号馆,A,30\n二号馆,A,3"}, "rooms"),
        ({"rooms": "一号馆,A,300\n二号馆,B,300"}, "rooms"),
        ({"rooms": f"{'馆' * 61},A,3"}, "rooms"),
    ):
        answer = await send_form(client, f"{AT}/settings", AT, **{**SETTINGS, **wrong})
        assert answer.status_code == 422, wrong
        assert f'id="f-{name}-error"' in answer.text, wrong
        assert wrong.popitem()[1].splitlines()[0] in answer.text


async def test_a_plan_goes_around_whoever_is_away_on_stage_or_placed_by_hand(client: httpx.AsyncClient) -> None:
    edition = await an_expo()
    programs = await organizer(client)
    own, other, third = [await a_firm(edition, n) for n in (1, 2, 3)]
    await its_member(edition, own)
    project = await a_project(edition, own)
    first, second = await programs.agreed(project, other), await programs.agreed(project, third)
    await sign_in(client, Role.exhibitor)
    mine = f"/portal/{own}/meetings"
    span = {"day": AHEAD.isoformat(), "begins": "13:00", "ends": "13:50"}
    assert (await send_form(client, f"{mine}/away", f"/portal/{own}/messages", **span)).status_code == 303
    wrong = await send_form(client, f"{mine}/away", f"/portal/{own}/messages", **{**span, "ends": "12:00"})
    assert wrong.status_code == 422
    assert 'id="f-ends-error"' in wrong.text
    client.cookies.clear()

    await sign_in(client, Role.organizer)
    await send_form(client, f"{AT}/settings", AT, **{**SETTINGS, "rooms": "一号馆，A，1"})
    noon = moment_of(AHEAD, 9 * 60 + 35, edition.timezone)
    assert (await programs.place(first, "A1", noon, 25)).status_code == 200, "beside the grid: over two of its times"
    await send_form(client, AT)
    await planned(client)
    await carried_out(client)
    assert (await met(edition, first)).starts_at == noon
    assert (await met(edition, second)).starts_at == moment_of(AHEAD, 13 * 60 + 55, edition.timezone)

    client.cookies.clear()
    await sign_in(client, Role.exhibitor)
    page = (await client.get(mine)).text
    assert "A1" in page
    [kept] = await planning_queries.away(edition)
    assert (await send_form(client, f"{mine}/away", f"/portal/{own}/messages", remove=str(kept.id))).status_code == 303
    assert await planning_queries.away(edition) == []
    calendar = Calendar.from_ical((await client.get(f"{mine}.ics")).content)
    events = calendar.walk("VEVENT")
    assert [event.decoded("dtstart") for event in events] == [noon, moment_of(AHEAD, 835, edition.timezone)]
    assert all(event.errors == [] for event in events)


async def test_what_changed_since_the_plan_was_made_is_passed_over(client: httpx.AsyncClient) -> None:
    edition = await an_expo()
    programs = await organizer(client)
    gone, taken, left = await agreed(programs, edition, 1, 3)
    await sign_in(client, Role.organizer)
    await send_form(client, f"{AT}/settings", AT, **SETTINGS)
    await send_form(client, AT)
    await planned(client)
    plan = await planning_queries.latest(edition)
    assert plan
    assert plan.proposal
    spots = {one.meeting: one for one in plan.proposal.placed}
    assert (await programs.post(f"/{gone}/cancel")).status_code == 200
    wanted = spots[(await met(edition, taken)).id]
    [foreign] = await agreed(programs, edition, 20, 1)
    at = planning_queries.moment(wanted.starts)
    assert (await programs.place(foreign, wanted.table, at)).status_code == 200
    await carried_out(client)
    assert (await met(edition, gone)).state is MeetingState.cancelled
    assert (await met(edition, taken)).starts_at is None
    assert (await met(edition, left)).starts_at is not None


async def test_two_who_want_a_plan_at_once_get_one(opened: None) -> None:
    edition = await an_expo()
    rooms = {AHEAD.isoformat(): "09:30-12:00"}
    await planning.set_up(CLI, edition, SettingsIn(20, 5, 0, rooms, "一号馆,A,2"))
    answers = await asyncio.gather(
        *(planning.propose(CLI, edition, keeps=True) for _ in range(4)), return_exceptions=True
    )
    assert sum(isinstance(one, int) for one in answers) == 1
    assert all(isinstance(one, int | planning.PlanUnderWay) for one in answers)


async def test_a_visitor_answers_and_sees_the_day_on_the_page_of_the_badge(client: httpx.AsyncClient) -> None:
    edition = await an_expo()
    project = await a_project(edition)
    badge = await a_visitor(edition, project)
    other = await badges.issue(CLI, edition, BadgeIn("visitor", "示例路人"))
    programs = await organizer(client)
    number = (await programs.post("", project=project, badge=badge.serial)).json()["number"]
    mine, theirs = (f"/badge/{holders.key_of(edition.id, one.serial, one.uid)}" for one in (badge, other))
    assert "示例养老集团" in (await client.get(mine)).text
    assert (await send_form(client, f"{theirs}/meetings/{number}/accepted", "/visit")).status_code == 404
    assert (await send_form(client, f"{mine}/meetings/{number}/held", "/visit")).status_code == 404
    assert (await send_form(client, f"{mine}/meetings/{number}/accepted", mine)).status_code == 303
    assert (await met(edition, number)).state is MeetingState.accepted
    span = {"day": AHEAD.isoformat(), "begins": "9:30", "ends": "12:00"}
    assert (await send_form(client, f"{mine}/away", mine, **span)).status_code == 303
    wrong = await send_form(client, f"{mine}/away", mine, **{**span, "day": "1999-01-01"})
    assert (wrong.status_code, 'id="f-day-error"' in wrong.text) == (422, True)
    starts = moment_of(AHEAD, 600, edition.timezone)
    assert (await programs.place(number, "A7", starts)).status_code == 200
    assert "A7" in (await client.get(mine)).text
    calendar = (await client.get(f"{mine}/meetings.ics")).content
    [event] = Calendar.from_ical(calendar).walk("VEVENT")
    assert (str(event["summary"]), event.decoded("dtstart")) == ("示例养老集团", starts)
    assert number.encode() not in (await client.get(f"{theirs}/meetings.ics")).content
    assert (await send_form(client, f"{mine}/meetings/{number}/cancelled", mine)).status_code == 303
    assert (await met(edition, number)).state is MeetingState.cancelled


async def test_at_the_tables_a_badge_says_where_and_is_noted(client: httpx.AsyncClient) -> None:
    edition = await an_expo()
    programs = await organizer(client)
    own, other = await a_firm(edition, 1), await a_firm(edition, 2)
    number = await programs.agreed(await a_project(edition, own), other)
    exhibitor = await badges.issue_for(CLI, edition, other, badges.StaffIn("示例人员"))
    stranger = await badges.issue(CLI, edition, BadgeIn("visitor", "示例路人"))
    soon = (clock.now() + timedelta(minutes=10)).replace(second=0, microsecond=0)
    assert (await programs.place(number, "A7", soon)).status_code == 200
    client.cookies.clear()
    await sign_in(client, Role.gate)
    at = "/admin/meetings/arrivals"
    shown = await send_form(client, at, badge=exhibitor.code)
    assert shown.status_code == 200, shown.text
    assert "A7" in shown.text
    first = (await met(edition, number)).partner_here_at
    assert first is not None
    assert (await met(edition, number)).owner_here_at is None
    assert (await send_form(client, at, badge=exhibitor.serial)).status_code == 200
    assert (await met(edition, number)).partner_here_at == first, "the first time counts"
    for nobody in (stranger.code, "000000000", "nonsense", ""):
        refused = await send_form(client, at, badge=nobody)
        assert (refused.status_code, 'id="f-badge-error"' in refused.text) == (422, True), nobody


async def test_reminders_go_out_once(opened: None, client: httpx.AsyncClient) -> None:
    edition = await an_expo()
    programs = await organizer(client)
    numbers = await agreed(programs, edition, 1, 2)
    ahead = moment_of(AHEAD, 600, edition.timezone)
    soon = (clock.now() + timedelta(minutes=20)).replace(second=0, microsecond=0)
    assert (await programs.place(numbers[0], "A1", ahead)).status_code == 200
    assert (await programs.place(numbers[1], "A1", soon)).status_code == 200
    for _ in range(2):
        await days.eve(edition, AHEAD)
        await days.soon(edition)
    told = await MailMessage.select(MailMessage.template, MailMessage.text).where(
        MailMessage.template.is_in(["meeting_day", "meeting_soon"])
    )
    assert sorted(one["template"] for one in told) == ["meeting_day"] * 2 + ["meeting_soon"] * 2
    moved = soon + timedelta(minutes=5)
    assert (await programs.place(numbers[1], "A1", moved)).status_code == 200
    await days.soon(edition)
    assert await MailMessage.count().where(MailMessage.template == "meeting_soon") == 4, "moved, it is told anew"


async def test_what_is_over_without_a_word_is_found(client: httpx.AsyncClient) -> None:
    edition = await an_expo()
    programs = await organizer(client)
    numbers = await agreed(programs, edition, 1, 2)
    past = (clock.now() - timedelta(hours=2)).replace(second=0, microsecond=0)
    assert (await programs.place(numbers[0], "A1", past)).status_code == 200
    await sign_in(client, Role.organizer)
    page = (await client.get("/admin/meetings", params={"state": "over"})).text
    assert (numbers[0] in page, numbers[1] in page) == (True, False)
    assert await queries.count_meetings(edition, Filter(over=clock.now())) == 1


async def test_the_number_of_queries_does_not_grow_with_what_is_planned(client: httpx.AsyncClient) -> None:
    edition = await an_expo()
    programs = await organizer(client)
    counts: list[tuple[Any, ...]] = []
    for n, many in ((1, 1), (10, 2)):
        await agreed(programs, edition, n, many)
        times: dict[Any, Any] = {Meeting.starts_at: moment_of(AHEAD, 600, edition.timezone), Meeting.place: "Z"}
        await Meeting.update(times).where(Meeting.edition == edition.id)
        read = await queries_of(lambda: planning_queries.problem(edition, keeps=True))
        known = await queries.placed(edition)
        counts.append((read, await queries_of(functools.partial(readers, edition, known))))
    assert counts[0] == counts[1]


async def test_either_side_may_ask_for_another_time_and_an_organizer_gives_it(client: httpx.AsyncClient) -> None:
    edition = await an_expo()
    own, other = await a_firm(edition, 1), await a_firm(edition, 2)
    await its_member(edition, own)
    programs = await organizer(client)
    number = await programs.agreed(await a_project(edition, own), other)
    assert (await programs.place(number, "A1", moment_of(AHEAD, 600, edition.timezone))).status_code == 200
    await sign_in(client, Role.exhibitor)
    at, page = f"/portal/{own}/meetings/{number}/wish", f"/portal/{own}/messages"
    day, begins = f"wish_day-{number}", f"wish_begins-{number}"
    for wrong, name in (({day: "1999-01-01", begins: "10:00"}, day), ({day: AHEAD.isoformat(), begins: "x"}, begins)):
        answer = await send_form(client, at, page, **wrong)
        assert (answer.status_code, f'id="f-{name}-error"' in answer.text) == (422, True), wrong
    past = await send_form(client, at, page, **{day: (TODAY - timedelta(days=1)).isoformat(), begins: "10:00"})
    assert (past.status_code, f'id="f-{begins}-error"' in past.text) == (422, True)
    before = await MailMessage.count()
    assert (await send_form(client, at, page, **{day: AHEAD.isoformat(), begins: "14:00"})).status_code == 303
    assert await MailMessage.count() == before + 1, "the other side is told"
    wished = await met(edition, number)
    assert (wished.wished_at, wished.wished_by) == (moment_of(AHEAD, 840, edition.timezone), "owner")
    assert wished.place == "A1", "it stays where it is until an organizer moves it"
    client.cookies.clear()
    await sign_in(client, Role.organizer)
    assert 'value="14:00"' in (await client.get(f"/admin/meetings/{number}")).text
    assert (await programs.place(number, "A2", moment_of(AHEAD, 840, edition.timezone))).status_code == 200
    assert (await met(edition, number)).wished_at is None
    assert (await programs.post(f"/{number}/cancel")).status_code == 200
    client.cookies.clear()
    await sign_in(client, Role.exhibitor)
    late = await send_form(client, at, page, **{day: AHEAD.isoformat(), begins: "14:00"})
    assert late.status_code == 422


async def test_a_visitor_says_what_came_of_it_and_wishes_another_time(client: httpx.AsyncClient) -> None:
    edition = await an_expo()
    project = await a_project(edition)
    badge = await a_visitor(edition, project)
    programs = await organizer(client)
    number = (await programs.post("", project=project, badge=badge.serial)).json()["number"]
    assert (await programs.post(f"/{number}/accept")).status_code == 200
    mine = f"/badge/{holders.key_of(edition.id, badge.serial, badge.uid)}"
    at = f"{mine}/meetings/{number}"
    span = {f"wish_day-{number}": AHEAD.isoformat(), f"wish_begins-{number}": "11:00"}
    assert (await send_form(client, f"{at}/wish", mine, **span)).status_code == 303
    assert (await met(edition, number)).wished_by == "partner"
    wrong = await send_form(client, f"{at}/outcome", mine, **{f"outcome-{number}": "nonsense"})
    assert (wrong.status_code, f'id="f-outcome-{number}-error"' in wrong.text) == (422, True)
    said = {f"outcome-{number}": "cooperation", f"note-{number}": "下月互访。"}
    assert (await send_form(client, f"{at}/outcome", mine, **said)).status_code == 303
    done = await met(edition, number)
    assert (done.state, done.outcome_partner, done.outcome_owner) == (MeetingState.held, "cooperation", "")
    assert 'value="cooperation" selected' in (await client.get(mine)).text
    assert (await send_form(client, f"{at}/cancelled", mine)).status_code == 303, "told on the page, nothing changed"
    assert (await met(edition, number)).state is MeetingState.held
