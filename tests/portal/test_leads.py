import io

import httpx
import pytest
from openpyxl import load_workbook

from checkin.rules.badges import BadgeIn
from checkin.rules.leads import CONSENT_VERSION
from checkin.services import badges
from core.accounts.roles import CLI, Role
from tests.exhibitors import desks
from tests.expo import an_edition
from tests.world import csrf_in, send_form, sign_in, token_for

pytestmark = pytest.mark.anyio


async def test_staff_type_a_number_show_the_question_and_keep_the_visitor(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    number = await desks.a_firm(edition)
    await desks.its_member(edition, number)
    visitor = await badges.issue(CLI, edition, BadgeIn("visitor", "=示例 访客", "示例养老院"))
    await sign_in(client, Role.exhibitor)
    at = f"/portal/{number}/leads"
    wrong = await send_form(client, at, serial="000000001", note="=想看护理床")
    assert wrong.status_code == 422
    assert "=想看护理床" in wrong.text
    asked = await send_form(client, at, serial=visitor.serial, note="=想看护理床")
    assert asked.status_code == 200
    assert "=示例 访客" not in asked.text
    assert 'lang="en"' in asked.text
    form = {"_csrf": csrf_in(asked.text), "serial": visitor.serial, "note": "=想看护理床", "consent": CONSENT_VERSION}
    kept = await client.post(at, data={**form, "asked_in": "en"})
    assert kept.status_code == 303
    one = kept.headers["location"]
    assert "=示例 访客" in (await client.get(one)).text
    lost = await send_form(client, one, note="x" * 2001, rating="4")
    assert lost.status_code == 422
    assert (await send_form(client, one, note="=下周致电", rating="5", tags="护理床， 经销商")).status_code == 303
    listed = (await client.get(at)).text
    assert "护理床, 经销商" in listed
    assert "=示例 访客" in (await client.get(f"{at}?q=经销商&rating=5")).text
    assert "=示例 访客" not in (await client.get(f"{at}?q=无此人")).text
    sheet = load_workbook(io.BytesIO((await client.get(f"{at}.xlsx")).content)).active
    assert sheet is not None
    rows = list(sheet.values)
    assert len(rows) == 2
    assert "=示例 访客" in rows[1]


async def test_another_exhibitor_gets_nothing_by_any_way(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    number, other = await desks.a_firm(edition), await desks.a_firm(edition, 2)
    await desks.its_member(edition, other)
    visitor = await badges.issue(CLI, edition, BadgeIn("visitor", "示例 访客"))
    header = await token_for(Role.organizer)
    api = f"/api/v1/exhibitors/{number}/leads"
    body = {"code": visitor.code, "consent": CONSENT_VERSION}
    lead = (await client.post(api, json=body, headers=header)).json()["lead"]["id"]
    await sign_in(client, Role.exhibitor)
    for path in (f"/portal/{number}/leads", f"/portal/{number}/leads.xlsx", f"/portal/{number}/leads/{lead}", api):
        assert (await client.get(path)).status_code == 404, path
    assert (await client.get(f"/portal/{other}/leads/{lead}")).status_code == 404
    assert (await client.get(f"/api/v1/exhibitors/{other}/leads")).json()["total"] == 0


async def test_a_program_asks_first_and_lists_its_own(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    number = await desks.a_firm(edition)
    visitor = await badges.issue(CLI, edition, BadgeIn("visitor", "示例 访客"))
    header, api = await token_for(Role.organizer), f"/api/v1/exhibitors/{number}/leads"
    first = (await client.post(api, json={"code": visitor.code.lower(), "nonce": "a"}, headers=header)).json()
    assert (first["status"], first["lead"]) == ("consent_needed", None)
    assert "护理" in first["question"]["zh"] or number in first["question"]["zh"] or first["question"]["en"]
    body = {"code": visitor.code, "nonce": "a", "consent": first["question"]["version"], "rating": 3}
    for _ in range(2):
        kept = (await client.post(api, json=body, headers=header)).json()
        assert (kept["status"], kept["lead"]["holder"], kept["lead"]["times"]) == ("held", "示例 访客", 1)
    listed = (await client.get(api, headers=header)).json()
    assert [one["rating"] for one in listed["items"]] == [3]
    assert (await client.post(api, json={}, headers=header)).status_code == 422
    for odd in ("nonsense", "YB:" + "X" * 5000, "一"):
        assert (await client.post(api, json={"code": odd}, headers=header)).json()["status"] == "unknown_badge"
    assert (await client.get(f"{api}?rating=9", headers=header)).status_code == 422
