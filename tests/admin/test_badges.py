import httpx
import pytest

from checkin.tables import Badge
from core.accounts.roles import Role
from tests.expo import an_edition
from tests.firms import application
from tests.world import send_form, sign_in, token_for

pytestmark = pytest.mark.anyio


async def test_an_organizer_issues_a_crew_badge_at_the_desk(client: httpx.AsyncClient) -> None:
    await an_edition()
    await sign_in(client, Role.organizer)
    lost = await send_form(client, "/admin/badges", kind="crew", holder=" ", organisation="示例组委会")
    assert lost.status_code == 422
    assert 'value="示例组委会"' in lost.text
    assert (await send_form(client, "/admin/badges", kind="crew", holder="示例人员")).status_code == 303
    badge = await Badge.select().first()
    assert badge is not None
    page = (await client.get("/admin/badges")).text
    assert badge["serial"] in page
    assert badge["code"] not in page


async def test_badges_over_the_api(client: httpx.AsyncClient) -> None:
    await an_edition()
    own = await token_for(Role.organizer)
    body = {"kind": "crew", "holder": "示例", "days": ["2026-09-15"]}
    first = await client.post("/api/v1/badges", json=body, headers={**own, "idempotency-key": "a"})
    assert first.status_code == 201, first.text
    again = await client.post("/api/v1/badges", json=body, headers={**own, "idempotency-key": "a"})
    assert again.json() == first.json()
    batch = {"badges": [{"kind": "visitor", "holder": f"示例{n}"} for n in range(3)]}
    made = await client.post("/api/v1/badges/batch", json=batch, headers=own)
    assert [item["holder"] for item in made.json()["items"]] == ["示例0", "示例1", "示例2"]
    listed = (await client.get("/api/v1/badges?limit=3", headers=own)).json()
    assert (listed["total"], len(listed["items"])) == (4, 3)
    rest = (await client.get("/api/v1/badges", params={"limit": 3, "cursor": listed["next"]}, headers=own)).json()
    assert ([item["serial"] for item in rest["items"]], rest["next"]) == ([first.json()["serial"]], None)
    one = await client.get(f"/api/v1/badges/{first.json()['serial']}", headers=own)
    assert one.json() == first.json()
    assert (await client.get("/api/v1/badges/000", headers=own)).status_code == 404
    assert (await client.get("/api/v1/badges", headers=await token_for(Role.gate))).status_code == 403


async def test_reviewers_read_applications_by_api_and_desk(client: httpx.AsyncClient) -> None:
    await an_edition()
    for n in (1, 2):
        await client.post("/api/v1/exhibitors", json=application(n))
    own = await token_for(Role.reviewer)
    listed = (await client.get("/api/v1/exhibitors?limit=1&field=informatization", headers=own)).json()
    assert (listed["total"], listed["items"][0]["contact"]["mobile"]) == (2, "138****8000")
    query = {"limit": 1, "field": "informatization", "cursor": listed["next"]}
    second = (await client.get("/api/v1/exhibitors", params=query, headers=own)).json()
    number = second["items"][0]["number"]
    one = (await client.get(f"/api/v1/exhibitors/{number}", headers=own)).json()
    assert (one["category"], one["contact"]["mobile"]) == ("NURS", "+8613800138000")
    assert (await client.get("/api/v1/exhibitors")).status_code == 401
    await sign_in(client, Role.reviewer)
    page = (await client.get("/admin/exhibitors", params={"q": "1号", "status": "submitted"})).text
    assert f'href="/admin/exhibitors/{number}?' in page
    assert "138****8000" in page
    assert "13800138000" not in (await client.get(f"/admin/exhibitors/{number}")).text
    assert "没有找到" in (await client.get("/admin/exhibitors", params={"q": "nobody"})).text
