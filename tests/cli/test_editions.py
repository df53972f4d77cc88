import asyncio
import json
from datetime import datetime

from click.testing import CliRunner

from cli import main
from core import clock, db
from core.editions.queries import EditionInfo, stored_edition

ADD = [
    *("editions", "add", "2026", "--name-zh", "示例博览会", "--name-en", "Sample Expo", "--venue", "示例中心"),
    *("--first-day", "2026-09-15", "--last-day", "2026-09-17"),
]


def stored(slug: str) -> EditionInfo:
    async def read() -> EditionInfo:
        async with db.lifespan():
            return await stored_edition(slug)

    return asyncio.run(read())


def test_an_edition_is_set_up_from_the_command_line(database: None) -> None:
    done = CliRunner().invoke(main, ADD)
    assert (done.exit_code, done.output) == (0, "2026 (current)\n")
    made = stored("2026")
    assert [(day.opens, day.closes) for day in made.days] == [(0, 1440)] * 3
    assert made.registration_closes == datetime.fromisoformat("2026-09-18T00:00:00+08:00")
    assert made.registration_opens is not None
    assert made.registration_opens <= clock.now()
    assert (len(made.fields), len(made.categories), made.timezone) == (5, 17, "Asia/Shanghai")


def test_a_later_one_becomes_current_when_told(database: None) -> None:
    runner = CliRunner()
    runner.invoke(main, ADD)
    assert runner.invoke(main, [*ADD[:2], "2027", *ADD[3:]]).output == "2027\n"
    assert runner.invoke(main, [*ADD[:2], "2028", *ADD[3:], "--current"]).output == "2028 (current)\n"
    listed = json.loads(runner.invoke(main, ["editions", "list", "--json"]).output)
    assert {line["slug"]: line["is_current"] for line in listed} == {"2026": False, "2027": False, "2028": True}
    assert "示例博览会  current" in runner.invoke(main, ["editions", "list"]).output


def test_what_is_refused_is_one_line_and_leaves_1(database: None) -> None:
    runner = CliRunner()
    runner.invoke(main, ADD)
    again = runner.invoke(main, ADD)
    assert (again.exit_code, again.stdout, len(again.stderr.splitlines())) == (1, "", 1)
    bad = runner.invoke(main, [*ADD[:2], "../x", *ADD[3:]])
    assert (bad.exit_code, len(bad.stderr.splitlines())) == (1, 1)


def test_wrong_usage_leaves_2(database: None) -> None:
    runner = CliRunner()
    assert runner.invoke(main, ["editions", "add", "x"]).exit_code == 2
    assert runner.invoke(main, [*ADD[:-1], "2026-09-14"]).exit_code == 2
    assert runner.invoke(main, [*ADD[:-1], "soon"]).exit_code == 2
