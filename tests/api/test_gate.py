"""What the scanner's page asks beside scans: people without a badge at hand, and who is signed in."""

import httpx
import pytest

from checkin.queries.people import masked
from checkin.rules.badges import BadgeIn
from checkin.services import badges, changes
from core.accounts.roles import CLI, Role
from core.db import transaction
from tests.checkin.gates import gate, nonce
from tests.expo import an_edition
from tests.world import csrf_in, sign_in, token_for

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("name", "shown"),
    [("王小明", "王＊明"), ("李雷", "李＊"), ("欧阳示例人", "欧＊＊＊人"), ("Wei Li", "W·· L·"), ("堃", "堃＊")],
)
def test_a_name_is_told_by_its_ends(name: str, shown: str) -> None:
    assert masked(name) == shown


async def test_somebody_is_found_by_name_pinyin_firm_or_four_digits_and_masked(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    made = await badges.issue(CLI, edition, BadgeIn("visitor", "王示例", "示例养老院", mobile="13800131234"))
    await badges.issue(CLI, edition, BadgeIn("visitor", "李无关", "别家"))
    crew = await token_for(Role.gate)
    for q in ("王示例", "wangshili", "养老院", "1234", made.serial):
        answer = await client.get("/api/v1/gate/search", params={"q": q}, headers=crew)
        assert [(one["serial"], one["holder"], one["mobile"]) for one in answer.json()["items"]] == [
            (made.serial, "王＊例", "****1234")
        ], q
        assert "王示例" not in answer.text
        assert "1380013" not in answer.text
        assert "YB:" not in answer.text
    for q in ("", "王", "  ", "%"):
        answer = await client.get("/api/v1/gate/search", params={"q": q}, headers=crew)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "q")
    assert (await client.get("/api/v1/gate/search?q=%25%25", headers=crew)).json()["items"] == []


async def test_ten_are_shown_at_most(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    for n in range(12):
        await badges.issue(CLI, edition, BadgeIn("visitor", f"示例{n}"))
    answer = await client.get("/api/v1/gate/search", params={"q": "示例"}, headers=await token_for(Role.gate))
    assert len(answer.json()["items"]) == 10


async def test_whoever_was_found_is_admitted_by_the_same_rules(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    await gate(edition)
    made = await badges.issue(CLI, edition, BadgeIn("visitor", "王示例"))
    crew = await token_for(Role.gate)
    verdicts = []
    for _ in range(2):
        body = {"serial": made.serial, "checkpoint": "GATE-1", "nonce": nonce()}
        answer = await client.post("/api/v1/gate/admit", json=body, headers=crew)
        assert answer.status_code == 200, answer.text
        verdicts.append((answer.json()["verdict"], answer.json()["reason"]))
    assert verdicts == [("admitted", None), ("refused", "already_used")]
    body = {"serial": "000000000", "checkpoint": "GATE-1", "nonce": nonce()}
    assert (await client.post("/api/v1/gate/admit", json=body, headers=crew)).status_code == 404


async def test_a_walk_in_gets_a_new_badge_or_a_blank_one(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    signed = await badges.sign(edition, changes.checked_blanks("visitor", 1))
    async with transaction():
        [blank] = await changes.store_blanks(CLI, edition, signed)
    crew = await token_for(Role.gate)
    answer = await client.post("/api/v1/gate/walk-in", json={"holder": "李示例"}, headers=crew)
    assert (answer.status_code, answer.json()["kind"]) == (201, "visitor")
    bound = {"holder": "赵示例", "code": f" {blank.code.lower()}\r\n"}
    answer = await client.post("/api/v1/gate/walk-in", json=bound, headers=crew)
    assert (answer.status_code, answer.json()["serial"]) == (201, blank.serial)
    answer = await client.post("/api/v1/gate/walk-in", json=bound, headers=crew)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_blank")
    for wrong, field in (
        ({"holder": " "}, "holder"),
        ({"holder": "李", "kind": "crew"}, "kind"),
        ({"holder": "李", "code": "123456789"}, "code"),
    ):
        answer = await client.post("/api/v1/gate/walk-in", json=wrong, headers=crew)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    answer = await client.post(
        "/api/v1/gate/walk-in", json={"holder": "李", "kind": "crew"}, headers=await token_for(Role.organizer)
    )
    assert answer.status_code == 201


async def test_a_signed_in_browser_learns_what_its_calls_must_carry(client: httpx.AsyncClient) -> None:
    await an_edition()
    assert (await client.get("/api/v1/gate/session")).status_code == 401
    await sign_in(client, Role.gate)
    token = (await client.get("/api/v1/gate/session")).json()["csrf"]
    assert (await client.post("/api/v1/gate/heartbeat", json={})).status_code == 403
    answer = await client.post("/api/v1/gate/heartbeat", json={}, headers={"x-csrf-token": token})
    assert answer.status_code == 200


async def test_the_worker_keeps_the_page_and_all_it_is_made_of(client: httpx.AsyncClient) -> None:
    await an_edition()
    answer = await client.get("/scan/sw.js")
    assert answer.headers["service-worker-allowed"] == "/scan"
    assert "'wasm-unsafe-eval'" in answer.headers["content-security-policy"]
    page = (await client.get("/scan?kept")).text
    assert "data-kept" in page
    assert csrf_free(page)
    for kept in (".wasm", "/scan/manifest.webmanifest", "/static/assets/scan-"):
        assert kept in answer.text
    for address in (await client.get("/scan/manifest.webmanifest")).json()["icons"]:
        assert (await client.get(address["src"])).status_code == 200
    assert "'wasm-unsafe-eval'" not in (await client.get("/")).headers["content-security-policy"]


def csrf_free(page: str) -> bool:
    """What is kept on a phone holds nobody's token."""
    try:
        csrf_in(page)
    except AssertionError:
        return True
    return False
