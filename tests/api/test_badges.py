"""Badges by the API: issued, shown to whom they belong, drawn, revoked, reissued, bound."""

import io
import secrets
from typing import Any

import httpx
import msgspec
import pytest
import zxingcpp
from PIL import Image

from checkin import codes
from checkin.queries import badges as queries
from checkin.services import badges as services
from checkin.services.badges import StaffIn
from core.accounts.roles import Role
from core.errors import NotFound
from tests.exhibitors.desks import a_firm, its_member
from tests.expo import an_edition
from tests.world import token_for

pytestmark = pytest.mark.anyio


async def issued(client: httpx.AsyncClient, **typed: Any) -> dict[str, Any]:
    organizer = await token_for(Role.organizer, f"issuing {secrets.token_hex(4)}")
    answer = await client.post(
        "/api/v1/badges", json={"kind": "guest", "holder": "示例 嘉宾", **typed}, headers=organizer
    )
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_a_groups_badge_says_how_many_come(client: httpx.AsyncClient) -> None:
    await an_edition()
    made = await issued(client, kind="group", size=30, members=["示例甲"], mobile="13800138000", email="a@example.com")
    assert (made["size"], made["members"], made["mobile"]) == (30, ["示例甲"], "+8613800138000")
    assert codes.parse(made["code"]) is not None
    organizer = await token_for(Role.organizer)
    listed = (await client.get("/api/v1/badges?q=shili", headers=organizer)).json()["items"]
    assert [(one["mobile"], one["email"]) for one in listed] == [("138****8000", "a***@example.com")]


async def test_the_pictures_hold_the_code(client: httpx.AsyncClient) -> None:
    await an_edition()
    made = await issued(client)
    organizer = await token_for(Role.organizer)
    png = await client.get(f"/api/v1/badges/{made['serial']}.png", headers=organizer)
    assert png.headers["content-type"] == "image/png"
    [read] = zxingcpp.read_barcodes(Image.open(io.BytesIO(png.content)))
    assert read.text == made["code"]
    svg = await client.get(f"/api/v1/badges/{made['serial']}.svg", headers=organizer)
    assert svg.headers["content-type"].startswith("image/svg+xml")
    assert svg.headers["cache-control"] == "private, no-store"
    pdf = await client.get(f"/api/v1/badges/{made['serial']}.pdf", headers=organizer)
    assert (pdf.headers["content-type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    wrong = await client.get(f"/api/v1/badges/{made['serial']}.pdf?layout=a0", headers=organizer)
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "layout")
    printed = (await client.get("/api/v1/badges?printed=true", headers=organizer)).json()
    assert [one["serial"] for one in printed["items"]] == [made["serial"]]
    assert (await client.get("/api/v1/badges?arrived=true", headers=organizer)).json()["total"] == 0
    for other in (f"{made['serial']}.gif", "123456789", "123456789.png", "x"):
        assert (await client.get(f"/api/v1/badges/{other}", headers=organizer)).status_code == 404, other


async def test_a_revoked_badge_and_one_reissued(client: httpx.AsyncClient) -> None:
    await an_edition()
    organizer = await token_for(Role.organizer)
    one, two = await issued(client), await issued(client)
    gone = await client.post(f"/api/v1/badges/{one['serial']}/revoke", json={"reason": "示例"}, headers=organizer)
    assert (gone.status_code, gone.json()["status"]) == (200, "revoked")
    key = {**organizer, "idempotency-key": "a"}
    again = [await client.post(f"/api/v1/badges/{two['serial']}/reissue", headers=key) for _ in range(2)]
    assert [answer.status_code for answer in again] == [201, 201]
    new = again[0].json()
    assert again[1].json() == new
    assert new["serial"] != two["serial"]
    assert new["code"] != two["code"]
    assert (await client.get(f"/api/v1/badges/{two['serial']}", headers=organizer)).json()["status"] == "replaced"
    refused = await client.post(f"/api/v1/badges/{two['serial']}/reissue", json={}, headers=organizer)
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong_status")
    for path in ("revoke", "reissue"):
        assert (await client.post(f"/api/v1/badges/123456789/{path}", json={}, headers=organizer)).status_code == 404


async def test_blank_badges_are_made_in_advance_and_bound_at_the_gate(client: httpx.AsyncClient) -> None:
    await an_edition()
    organizer, gate = await token_for(Role.organizer), await token_for(Role.gate)
    stock = (await client.post("/api/v1/badges/blanks", json={"count": 2}, headers=organizer)).json()["items"]
    assert [one["status"] for one in stock] == ["blank", "blank"]
    bound = await client.post(
        "/api/v1/badges/bind", json={"code": stock[0]["code"], "holder": "示例 访客"}, headers=gate
    )
    assert (bound.status_code, bound.json()["status"]) == (200, "active")
    by_serial = f"/api/v1/badges/{stock[1]['serial']}/bind"
    assert (await client.post(by_serial, json={"holder": "示例"}, headers=gate)).status_code == 200
    again = await client.post(by_serial, json={"holder": "示例"}, headers=gate)
    assert (again.status_code, again.json()["code"]) == (409, "not_blank")
    nothing = await client.post("/api/v1/badges/bind", json={"code": "HELLO", "holder": "示例"}, headers=gate)
    assert (nothing.status_code, nothing.json()["errors"][0]["field"]) == (422, "code")
    for count in (0, 1001):
        answer = await client.post("/api/v1/badges/blanks", json={"count": count}, headers=organizer)
        assert answer.status_code == 422


async def test_a_batch_is_signed_and_answered_in_order_or_refused_whole(client: httpx.AsyncClient) -> None:
    await an_edition()
    organizer = await token_for(Role.organizer)
    rows = [{"kind": "visitor", "holder": f"示例{n}"} for n in range(1000)]
    answer = await client.post("/api/v1/badges/batch", json={"badges": rows}, headers=organizer)
    made = answer.json()["items"]
    assert [one["holder"] for one in made] == [row["holder"] for row in rows]
    assert len({one["code"] for one in made}) == 1000
    wrong = await client.post("/api/v1/badges/batch", json={"badges": [*rows[:2], {"kind": "x"}]}, headers=organizer)
    assert [fault["field"] for fault in wrong.json()["errors"]] == ["badges[2].kind", "badges[2].holder"]
    too_many = await client.post("/api/v1/badges/batch", json={"badges": [*rows, rows[0]]}, headers=organizer)
    assert too_many.status_code == 422
    listed = await client.get("/api/v1/badges?limit=1", headers=organizer)
    assert listed.json()["total"] == 1000


async def test_an_exhibitor_holds_the_badges_of_its_own_staff_and_no_other(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    number = await a_firm(edition)
    member = await its_member(edition, number)
    own = await services.issue_for(member, edition, number, StaffIn("示例 店员"))
    other = await issued(client)
    assert (await queries.badge_opened_by(member, edition, own.serial)).id == own.id
    with pytest.raises(NotFound):
        await queries.badge_opened_by(member, edition, other["serial"])
    with pytest.raises(NotFound):
        await queries.badge_opened_by(msgspec.structs.replace(member, kind="token"), edition, own.serial)
