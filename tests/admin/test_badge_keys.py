"""Keys that sign badges, in the desk and on the command line."""

import asyncio
import json

import httpx
import pytest
from click.testing import CliRunner

from checkin import keys
from checkin.rules.badges import BadgeIn
from checkin.services import badges
from checkin.tables import Badge
from cli import main
from core import db
from core.accounts.roles import CLI, Role
from core.audit.tables import AuditEntry
from tests.expo import an_edition
from tests.world import send_form, sign_in

AT = "/admin/badges/keys"


@pytest.mark.anyio
async def test_a_lost_key_is_followed_by_a_new_one_and_struck_off_with_a_reason(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    await sign_in(client, Role.admin)
    assert (await client.get(AT)).text.count("<article") == 0
    await badges.issue(CLI, edition, BadgeIn("crew", "示例 人员"))
    assert (await send_form(client, AT, AT)).status_code == 303
    page = (await client.get(AT)).text
    assert page.count("<article") == 2
    [first, second] = sorted(await keys.keys_of(edition.id), key=lambda one: one.number)
    assert (first.badges, second.badges) == (1, 0)
    assert first.public in page
    reason = {"reason": "示例：硬盘遗失"}
    for typed, faults in (({}, 2), ({"sure": "1"}, 1), (reason, 1), ({"reason": " ", "sure": "1"}, 1)):
        lost = await send_form(client, f"{AT}/1/strike-off", AT, **typed)
        assert (lost.status_code, lost.text.count('class="error"')) == (422, faults), typed
        assert typed.get("reason", "").strip() in lost.text
    done = await send_form(client, f"{AT}/1/strike-off", AT, reason="示例：硬盘遗失", sure="1")
    assert done.status_code == 303
    assert await Badge.exists().where(Badge.code.like("struck %"))
    [entry] = await AuditEntry.select().where(AuditEntry.action == "badge_key.struck_off")
    assert entry["note"] == "示例：硬盘遗失"
    assert (await send_form(client, f"{AT}/1/strike-off", AT, reason="示例", sure="1")).status_code == 404


def test_keys_from_the_command_line(database: None) -> None:
    async def a_badge() -> None:
        async with db.lifespan():
            await badges.issue(CLI, await an_edition(), BadgeIn("crew", "示例 人员"))

    asyncio.run(a_badge())
    runner = CliRunner()
    assert runner.invoke(main, ["keys", "rotate"]).exit_code == 0
    refused = runner.invoke(main, ["keys", "strike-off", "1", "--reason", "示例"], input="n\n")
    assert refused.exit_code == 1
    assert runner.invoke(main, ["keys", "strike-off", "1", "--reason", " ", "--yes"]).exit_code == 1
    assert runner.invoke(main, ["keys", "strike-off", "7", "--reason", "示例", "--yes"]).exit_code == 1
    done = runner.invoke(main, ["keys", "strike-off", "1", "--reason", "示例：介质遗失", "--yes"])
    assert done.exit_code == 0, done.output
    listed = json.loads(runner.invoke(main, ["keys", "list", "--json"]).output)
    states = [(one["number"], one["retired_at"] is None, one["badges"]) for one in listed]
    assert states == [(2, True, 0), (1, False, 0)]
    assert "struck off" in runner.invoke(main, ["keys", "list"]).output
    assert runner.invoke(main, ["keys", "list", "--edition", "1999"]).exit_code == 1
