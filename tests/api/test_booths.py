from typing import Any

import httpx
import pytest

from core.accounts.roles import Role
from exhibitors.tables import Booth, Status
from tests.expo import an_edition
from tests.halls import a_firm
from tests.world import token_for

pytestmark = pytest.mark.anyio


async def ready(client: httpx.AsyncClient) -> dict[str, str]:
    own = await token_for(Role.organizer)
    body = {"booths": [{"code": f"a-{n}", "hall": "1号馆", "kind": "standard", "area_m2": 9} for n in (101, 102, 103)]}
    made = await client.post("/api/v1/booths", json=body, headers=own)
    assert made.status_code == 201, made.text
    return own


async def test_booths_are_made_without_a_place_and_stand_on_the_plan_all_the_same(client: httpx.AsyncClient) -> None:
    await an_edition()
    own = await ready(client)
    body: dict[str, Any] = {
        "booths": [
            {"code": "A-101", "hall": "1号馆", "kind": "standard", "area_m2": 9},
            {"code": "B-1", "hall": "2号馆", "kind": "光地", "area_m2": "36"},
        ]
    }
    again = await client.post("/api/v1/booths", json=body, headers=own)
    assert again.status_code == 201, again.text
    assert [item["code"] for item in again.json()["items"]] == ["A-101", "B-1"]
    assert await Booth.count() == 4
    listed = (await client.get("/api/v1/booths?limit=3", headers=own)).json()
    assert (listed["total"], [item["code"] for item in listed["items"]]) == (4, ["A-101", "A-102", "A-103"])
    assert [(item["x"], item["y"]) for item in listed["items"]] == [(3, 3), (6, 3), (9, 3)]
    rest = (await client.get("/api/v1/booths", params={"limit": 3, "cursor": listed["next"]}, headers=own)).json()
    assert rest["items"] == [
        {
            "code": "B-1",
            "hall": "2号馆",
            "kind": "raw",
            "area_m2": 36,
            "x": 3,
            "y": 3,
            "width": 6,
            "height": 6,
            "open_sides": 4,
            "zone": "",
            "state": "free",
            "exhibitor": None,
        }
    ]
    assert (await client.get("/api/v1/booths", params={"hall": "2号馆"}, headers=own)).json()["total"] == 1


async def test_a_booth_that_is_there_and_differs_is_refused(client: httpx.AsyncClient) -> None:
    await an_edition()
    own = await ready(client)
    body = {
        "booths": [{"code": "C-1", "hall": "1号馆"}, {"code": "A-101", "hall": "1号馆", "kind": "raw", "area_m2": 36}]
    }
    refused = await client.post("/api/v1/booths", json=body, headers=own)
    assert (refused.status_code, refused.json()["code"]) == (409, "booth_exists")
    assert await Booth.count() == 3


@pytest.mark.parametrize(
    ("booth", "field", "code"),
    [
        ({"code": " "}, "code", "required"),
        ({"code": "x" * 21}, "code", "too_long"),
        ({"code": "A/1"}, "code", "invalid"),
        ({"code": ".."}, "code", "invalid"),
        ({"hall": ""}, "hall", "required"),
        ({"hall": "1/2"}, "hall", "invalid"),
        ({"kind": "tent"}, "kind", "unknown"),
        ({"area_m2": 0}, "area_m2", "area"),
        ({"area_m2": -9}, "area_m2", "area"),
        ({"area_m2": "nine"}, "area_m2", "area"),
        ({"area_m2": 1e300}, "area_m2", "area"),
        ({"kind": "raw", "area_m2": None}, "area_m2", "required"),
        ({"x": 1}, "x", "unknown_member"),
    ],
)
async def test_each_bad_booth_is_named(client: httpx.AsyncClient, booth: dict[str, Any], field: str, code: str) -> None:
    await an_edition()
    own = await token_for(Role.organizer)
    one = {"code": "A-1", "hall": "1", "kind": "standard", "area_m2": 9, **booth}
    answer = await client.post("/api/v1/booths", json={"booths": [one]}, headers=own)
    assert answer.status_code == 422, answer.text
    (fault,) = answer.json()["errors"]
    assert (fault["field"].replace("[0]", ".0").removeprefix("booths.0."), fault["code"]) == (field, code)


async def test_a_booth_is_given_moved_and_taken_back(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    own = await ready(client)
    one, other = await a_firm(edition, 0), await a_firm(edition, 1)
    given = await client.put(f"/api/v1/exhibitors/{one}/booth", json={"booth": " ａ-101 "}, headers=own)
    assert given.json() == {"number": one, "status": "booth_assigned", "booth": "A-101", "booths": ["A-101"]}
    refused = await client.put(
        f"/api/v1/exhibitors/{other}/booth", json={"booth": "A-101"}, headers={**own, "accept-language": "en"}
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "booth_taken")
    assert one in refused.json()["detail"]
    assert "示例" in refused.json()["detail"]
    unknown = await client.put(f"/api/v1/exhibitors/{other}/booth", json={"booth": "Z-1"}, headers=own)
    assert (unknown.status_code, unknown.json()["code"]) == (409, "booth_unknown")
    moved = await client.put(f"/api/v1/exhibitors/{one}/booth", json={"booths": ["A-102", "A-103"]}, headers=own)
    assert moved.json()["booths"] == ["A-102", "A-103"]
    assert (await client.put(f"/api/v1/exhibitors/{other}/booth", json={"booth": "A-101"}, headers=own)).is_success
    for _ in range(2):
        assert (await client.delete(f"/api/v1/exhibitors/{one}/booth", headers=own)).status_code == 204
    states = [item["state"] for item in (await client.get("/api/v1/booths", headers=own)).json()["items"]]
    assert states == ["held", "free", "free"]


async def test_only_organizers_give_only_approved_get_and_only_who_is_there(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    own = await ready(client)
    number = await a_firm(edition, status=Status.submitted)
    address = f"/api/v1/exhibitors/{number}/booth"
    early = await client.put(address, json={"booth": "A-101"}, headers=own)
    assert (early.status_code, early.json()["code"]) == (409, "wrong_status")
    reviewer = await token_for(Role.reviewer)
    assert (await client.put(address, json={"booth": "A-101"}, headers=reviewer)).status_code == 403
    for call in (client.put("/api/v1/exhibitors/000000/booth", json={"booth": "A-101"}, headers=own),):
        assert (await call).status_code == 404
    assert (await client.delete("/api/v1/exhibitors/000000/booth", headers=own)).status_code == 404
    assert (await client.put(address, json={}, headers=own)).status_code == 422
    assert (await client.put(address, json={"booth": "  "}, headers=own)).status_code == 422
