"""From a pitch to a signature: each step counted once, in its order, with the days between."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import httpx
import pytest
from openpyxl import load_workbook

from core import clock
from core.accounts.roles import Role
from core.editions.queries import EditionInfo
from deals.queries import funnel as queries
from deals.rules.funnel import Line, Stage, funnel, ordered
from projects.tables import Meeting
from tests.deals.world import counting, draft
from tests.exhibitors.desks import a_firm
from tests.expo import an_edition
from tests.projects.test_meetings import Programs, a_project, organizer
from tests.world import queries_of, sign_in

pytestmark = pytest.mark.anyio

START = datetime(2026, 9, 15, 2, tzinfo=UTC)


def line(project: str, *days: tuple[Stage, int], fen: int = 0) -> Line:
    at = {stage: START + timedelta(days=n) for stage, n in days}
    return Line(project=project, title=project, title_en="", owner="示例", fen=fen, at=at)


def test_shares_and_days_are_worked_out_plainly() -> None:
    lines = [
        line("P1", (Stage.pitch, 0), (Stage.interest, 1), (Stage.meeting, 2), (Stage.intent, 2), (Stage.signed, 9)),
        line("P2", (Stage.pitch, 0), (Stage.interest, 3)),
        line("P3", (Stage.interest, 0), (Stage.signed, 1), fen=5),
        line("P4"),
    ]
    assert [(step.stage, step.projects, step.of_all, step.of_before, step.days) for step in funnel(lines)] == [
        (Stage.pitch, 2, 50, 50, None),
        (Stage.interest, 3, 75, 100, 2.0),
        (Stage.meeting, 1, 25, 33, 1.0),
        (Stage.intent, 1, 25, 100, 0.0),
        (Stage.signed, 2, 50, 100, 7.0),
    ]
    assert [one.project for one in ordered(lines)] == ["P3", "P1", "P2", "P4"]
    assert [step.of_all for step in funnel([])] == [None] * 5


async def a_talk(programs: Programs, edition: EditionInfo, project: str, n: int, outcome: str) -> None:
    number = await programs.agreed(project, await a_firm(edition, n))
    assert (await programs.place(number, f"T{n}", clock.now() - timedelta(hours=n))).status_code == 200
    assert (await programs.post(f"/{number}/outcome", outcome=outcome, side="partner")).status_code == 200


async def test_a_project_goes_from_interest_to_a_deal(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    programs = await organizer(client)
    first, second = await a_project(edition), await a_project(edition)
    await a_talk(programs, edition, first, 1, "deal")
    await a_talk(programs, edition, first, 2, "informative")
    await counting(edition, 1, project=first)
    await counting(edition, 2, project=first, undisclosed=True)
    await draft(edition, 3, project=first)
    lines = {one.project: one for one in await queries.lines(edition)}
    one = lines[first]
    assert (one.meetings, one.intents, one.deals, one.fen, one.bare) == (2, 1, 2, 125_000_000_000, 1)
    assert {*one.at} == {Stage.meeting, Stage.intent, Stage.signed}
    assert one.at[Stage.meeting] <= one.at[Stage.intent] <= one.at[Stage.signed]
    assert lines[second].at == {}
    await sign_in(client, Role.organizer)
    page = (await client.get("/admin/projects/funnel")).text
    assert "12.5亿" in page
    book = load_workbook(BytesIO((await client.get("/admin/projects/funnel.xlsx")).content))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert [first, 2, 1, 2, "1250000000.00"] == [rows[1][0], *rows[1][4:8]]


async def test_the_number_of_queries_does_not_grow_with_the_projects(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    programs = await organizer(client)
    counts = []
    for n, many in ((1, 1), (10, 2)):
        for more in range(many):
            await a_talk(programs, edition, await a_project(edition), n + more, "deal")
        counts.append(await queries_of(lambda: queries.lines(edition)))
    assert counts[0] == counts[1]
    assert await Meeting.count() == 3
