"""Projects and the agenda as files, from the command line."""

import asyncio
from pathlib import Path

import pytest
from click.testing import CliRunner
from icalendar import Calendar
from openpyxl import load_workbook

from cli import main
from core import db
from core.accounts.roles import CLI
from projects.rules.meetings import MeetingIn
from projects.rules.projects import ProjectIn
from projects.rules.timetable import SlotIn
from projects.services import meetings, projects, timetable
from tests.exhibitors.desks import a_firm
from tests.expo import an_edition


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_projects_and_the_agenda_are_written_to_files(database: None, tmp_path: Path, lang: str) -> None:
    async def prepare() -> tuple[str, str]:
        async with db.lifespan():
            edition = await an_edition()
            made = await projects.add(CLI, edition, ProjectIn("示例项目", "示例集团", "示例。", "idea", investment="5"))
            begins = edition.opens_at(edition.days[0])
            ends = edition.closes_at(edition.days[0])
            await timetable.give_slot(CLI, edition, made.number, SlotIn("主舞台", begins.isoformat(), ends.isoformat()))
            met = await meetings.ask(CLI, edition, MeetingIn(made.number, await a_firm(edition)))
            return made.number, met.number

    number, meeting = asyncio.run(prepare())
    runner = CliRunner()
    sheet, feed = tmp_path / "projects.xlsx", tmp_path / "agenda.ics"
    assert runner.invoke(main, ["export", "projects", str(sheet), "--lang", lang]).exit_code == 0
    assert runner.invoke(main, ["export", "agenda", str(feed), "--lang", lang]).exit_code == 0
    rows = [[str(cell) for cell in row] for row in load_workbook(sheet).active.iter_rows(values_only=True)]  # type: ignore[union-attr]
    assert any(number in row and "5.00" in row for row in rows)
    talks = tmp_path / "meetings.xlsx"
    assert runner.invoke(main, ["export", "meetings", str(talks), "--lang", lang]).exit_code == 0
    rows = [[str(cell) for cell in row] for row in load_workbook(talks).active.iter_rows(values_only=True)]  # type: ignore[union-attr]
    assert any(meeting in row and number in row for row in rows)
    [event] = Calendar.from_ical(feed.read_bytes()).walk("VEVENT")
    assert "示例项目" in str(event["SUMMARY"])
