"""Projects: handed in, published, changed, seen by those whom they concern."""

import httpx
import pytest

from core.accounts.roles import Role
from core.db import count_queries
from projects.queries import projects as queries
from projects.queries.projects import Filter
from projects.rules.projects import OWN_STEPS, STEPS
from projects.tables import ProjectState
from tests.exhibitors.desks import a_firm, its_member
from tests.expo import an_edition
from tests.projects.world import a_project, added
from tests.world import csrf_in, sign_in, token_for

pytestmark = pytest.mark.anyio


async def test_an_organizers_project_is_public_at_once_and_shows_no_contact(client: httpx.AsyncClient) -> None:
    await an_edition()
    own = await token_for(Role.organizer)
    project = await added(client, own)
    assert project["status"] == "published"
    assert project["owner"] == {"exhibitor": None, "name": "示例养老集团"}
    assert (project["investment"], project["funding_sought"]) == ("1200000000.00", "300000000.50")
    assert project["needs"] == ["SMRT"]
    assert project["contact"] == {"name": "示例联系人", "mobile": "+8613800138000", "email": "Project@example.com"}
    one = (await client.get(f"/projects/{project['number']}")).text
    listed = (await client.get("/projects")).text
    assert "示例康养社区" in one
    assert "示例康养社区" in listed
    assert "12亿元" in one
    assert "超过3亿元" in one
    for page in (one, listed):
        for secret in ("示例联系人", "13800138000", "project@example.com"):
            assert secret not in page.lower()
    english = (await client.get(f"/projects/{project['number']}", headers={"accept-language": "en"})).text
    assert "<h1>Sample care community</h1>" in english
    assert "¥1.2 billion" in english


async def test_what_is_wrong_is_said_at_its_member_all_at_once(client: httpx.AsyncClient) -> None:
    await an_edition()
    own = await token_for(Role.organizer)
    body = a_project(
        title=" ",
        stage="dreaming",
        fields=["gold"],
        cooperation=["theft"],
        funding_sought="1e9",
        needs=["XXXX"],
        owner="",
    )
    answer = await client.post("/api/v1/projects", json=body, headers=own)
    assert answer.status_code == 422
    assert {(error["field"], error["code"]) for error in answer.json()["errors"]} == {
        ("title", "required"),
        ("owner", "required"),
        ("stage", "unknown"),
        ("fields[0]", "unknown"),
        ("cooperation[0]", "unknown"),
        ("needs[0]", "unknown"),
        ("funding_sought", "exponent"),
    }
    more = await client.post("/api/v1/projects", json=a_project(investment="1", funding_sought="2"), headers=own)
    assert more.json()["errors"][0]["field"] == "funding_sought"
    unknown = await client.post("/api/v1/projects", json=a_project(owner={"exhibitor": "000000"}), headers=own)
    assert unknown.json()["errors"][0] == {
        "field": "owner.exhibitor",
        "code": "unknown",
        "message": "没有此编号的参展商。",
    }


async def test_the_same_key_makes_one_project(client: httpx.AsyncClient) -> None:
    await an_edition()
    own = {**await token_for(Role.organizer), "idempotency-key": "one"}
    assert (await added(client, own))["number"] == (await added(client, own))["number"]


async def test_an_exhibitor_hands_in_its_own_and_nobody_elses(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    mine, theirs = await a_firm(edition, 1), await a_firm(edition, 2)
    await its_member(edition, mine)
    organizer = await token_for(Role.organizer)
    await sign_in(client, Role.exhibitor)
    headers = {"x-csrf-token": csrf_in((await client.get("/account")).text)}
    refused = await client.post("/api/v1/projects", json=a_project(owner={"exhibitor": theirs}), headers=headers)
    assert refused.status_code == 404
    nobodys = await client.post("/api/v1/projects", json=a_project(), headers=headers)
    assert nobodys.json()["errors"][0]["field"] == "owner"
    project = await added(client, headers, owner={"exhibitor": mine})
    number = project["number"]
    assert project["status"] == "submitted"
    assert (await client.get(f"/projects/{number}")).status_code == 404
    assert (
        await client.patch(f"/api/v1/projects/{number}", json={"status": "published"}, headers=headers)
    ).status_code == 403

    other = await added(client, organizer, title="别家的项目")
    seen = (await client.get("/api/v1/projects", headers=headers)).json()
    assert [item["number"] for item in seen["items"]] == [number]
    assert seen["total"] == 1
    assert (await client.get(f"/api/v1/projects/{other['number']}", headers=headers)).status_code == 404
    hands_off = await client.patch(f"/api/v1/projects/{other['number']}", json={"title": "我的"}, headers=headers)
    assert hands_off.status_code == 404

    answer = await client.patch(f"/api/v1/projects/{number}", json={"status": "published"}, headers=organizer)
    assert answer.json()["status"] == "published"
    assert (await client.get(f"/projects/{number}")).status_code == 200
    changed = await client.patch(f"/api/v1/projects/{number}", json={"title": "改了名的社区"}, headers=headers)
    assert (changed.json()["status"], changed.json()["title"]) == ("submitted", "改了名的社区")
    assert (await client.get(f"/projects/{number}")).status_code == 404
    assert "改了名的社区" not in (await client.get("/projects")).text


async def test_a_change_keeps_what_it_does_not_name_and_null_empties(client: httpx.AsyncClient) -> None:
    await an_edition()
    own = await token_for(Role.organizer)
    number = (await added(client, own))["number"]
    changed = await client.patch(
        f"/api/v1/projects/{number}", json={"funding_sought": None, "fields": ["other"]}, headers=own
    )
    assert changed.json()["funding_sought"] is None
    assert changed.json()["fields"] == ["other"]
    assert changed.json()["investment"] == "1200000000.00"
    assert changed.json()["cooperation"] == ["investment", "operation"]
    assert (await client.patch(f"/api/v1/projects/{number}", json={"colour": 1}, headers=own)).status_code == 422


def test_nobody_but_an_organizer_publishes_and_every_step_leads_somewhere_known() -> None:
    assert set(STEPS) == set(OWN_STEPS) == set(ProjectState)
    assert all(ProjectState.published not in after for after in OWN_STEPS.values())


async def test_an_illegal_step_is_refused(client: httpx.AsyncClient) -> None:
    await an_edition()
    own = await token_for(Role.organizer)
    number = (await added(client, own))["number"]
    refused = await client.patch(f"/api/v1/projects/{number}", json={"status": "rejected"}, headers=own)
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong_status")


async def test_a_list_costs_the_same_however_long_it_is(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    own = await token_for(Role.organizer)
    counts = []
    for wanted in (1, 3):
        while len(await queries.published(edition, Filter())) < wanted:
            await added(client, own)
        with count_queries() as seen:
            assert len(await queries.published(edition, Filter())) == wanted
        counts.append(len(seen))
    assert counts == [4, 4]


async def test_projects_are_found_by_a_word_and_by_field(client: httpx.AsyncClient) -> None:
    await an_edition()
    own = await token_for(Role.organizer)
    await added(client, own, title="甲项目", fields=["other"])
    await added(client, own, title="乙项目", fields=["standardization"])
    assert "乙项目" not in (await client.get("/projects?field=other")).text
    found = (await client.get("/projects?q=乙")).text
    assert "乙项目" in found
    assert "甲项目" not in found
    assert (await client.get("/projects?q=%25&field=nonsense")).status_code == 200
