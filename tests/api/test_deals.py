"""Deals over the API."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from core.accounts.roles import Role
from core.editions.queries import forget_current, require_current
from core.editions.tables import Edition
from exhibitors.tables import Status
from tests.exhibitors.world import firm
from tests.expo import TODAY, an_edition
from tests.projects.world import added
from tests.world import sign_in, token_for

pytestmark = pytest.mark.anyio

AMOUNT = "11200000000.00"


def deal(n: int = 1, amount: str | None = AMOUNT, **other: Any) -> dict[str, Any]:
    return {
        "parties": [f"示例投资{n}号", f"示例养老{n}号"],
        "kind": "contract",
        "amount": amount,
        "signed_on": TODAY.isoformat(),
        "allocations": [{"field": "long_term_care", "amount": amount}],
        **other,
    }


class Clerks:
    """Two programs: two pairs of eyes."""

    def __init__(self, client: httpx.AsyncClient, one: dict[str, str], other: dict[str, str]) -> None:
        self.client, self.one, self.other = client, one, other

    async def create(self, status: int = 201, *, headers: dict[str, str] | None = None, **body: Any) -> dict[str, Any]:
        answer = await self.client.post("/api/v1/deals", json=body, headers={**self.one, **(headers or {})})
        assert answer.status_code == status, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def post(self, path: str, body: Any = None, *, by: dict[str, str] | None = None) -> httpx.Response:
        return await self.client.post(f"/api/v1/deals/{path}", json=body, headers=by or self.other)

    async def counting(self, **body: Any) -> str:
        number: str = (await self.create(**body))["number"]
        answer = await self.client.post(f"/api/v1/deals/{number}/confirm", headers=self.other)
        assert answer.status_code == 200, answer.text
        return number

    async def totals(self, query: str = "", **headers: str) -> dict[str, Any]:
        answer = await self.client.get(f"/api/v1/totals{query}", headers=headers or self.one)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


@pytest.fixture
async def clerks(client: httpx.AsyncClient) -> Clerks:
    await an_edition()
    return Clerks(client, await token_for(Role.signing, "one"), await token_for(Role.signing, "other"))


async def test_a_deal_is_written_down_and_counts_once_another_person_confirmed_it(clerks: Clerks) -> None:
    made = await clerks.create(**deal())
    assert (made["number"], made["status"], made["amount"], made["amount_cny"]) == ("D-0001", "draft", AMOUNT, AMOUNT)
    assert (await clerks.totals())["deals"] == 0
    refused = await clerks.post("D-0001/confirm", by=clerks.one)
    assert (refused.status_code, refused.json()["code"]) == (409, "same_person")
    done = await clerks.post("D-0001/confirm")
    assert (done.status_code, done.json()["status"]) == (200, "confirmed")
    found = await clerks.totals()
    assert (found["currency"], found["deals"], found["total"]) == ("CNY", 1, AMOUNT)
    assert found["display"] == {"zh": "112亿元", "en": "¥11.2 billion"}
    again = await clerks.post("D-0001/confirm")
    assert (again.status_code, again.json()["code"]) == (409, "wrong_status")


async def test_the_fields_add_up_and_say_their_share(clerks: Clerks) -> None:
    parts = [("standardization", "0.01"), ("informatization", "100000000000.00"), ("other", "33.33")]
    await clerks.counting(
        **deal(1, "100000000033.34", allocations=[{"field": field, "amount": part} for field, part in parts])
    )
    await clerks.counting(**deal(2, "0.01", kind="intent", allocations=[{"field": "other", "amount": "0.01"}]))
    found = await clerks.totals()
    assert found["total"] == "100000000033.35"
    assert [(one["field"], one["deals"], one["amount"]) for one in found["by_field"]] == [
        ("standardization", 1, "0.01"),
        ("informatization", 1, "100000000000.00"),
        ("long_term_care", 0, "0.00"),
        ("medical_care_integration", 0, "0.00"),
        ("other", 2, "33.34"),
    ]
    assert found["by_field"][0]["name_zh"] == "养老服务机构标准化"
    assert sum(one["share"] for one in found["by_field"]) == 1
    assert {one["kind"]: one["amount"] for one in found["by_kind"]}["intent"] == "0.01"
    assert found["without_intents"] == {"deals": 1, "total": "100000000033.34"}
    assert found["by_day"] == [{"day": TODAY.isoformat(), "deals": 2, "amount": "100000000033.35", "share": 1.0}]
    assert found["display"] == {"zh": "超过1000亿元", "en": "over ¥100 billion"}


async def test_an_amount_that_is_none_is_refused_at_its_field(clerks: Clerks) -> None:
    for amount in ["1e9", "-5", "0", "0.00", "1.234", "1,000", "12.5亿", "NaN", "12345678901234", "10²", "٥", ""]:
        answer = await clerks.create(422, **deal(1, amount))
        assert "amount" in [error["field"] for error in answer["errors"]], amount
    assert (await clerks.client.get("/api/v1/deals", headers=clerks.one)).json()["total"] == 0


async def test_a_number_is_no_string_of_money(clerks: Clerks) -> None:
    answer = await clerks.create(422, **{**deal(), "amount": 11200000000})
    assert answer["errors"][0]["field"] == "amount"


async def test_full_width_digits_are_normalized(clerks: Clerks) -> None:
    made = await clerks.create(**deal(1, " １１２０．５ "))
    assert made["amount"] == "1120.50"


async def test_a_split_that_does_not_add_up_to_the_fen_is_refused(clerks: Clerks) -> None:
    answer = await clerks.create(422, **deal(allocations=[{"field": "other", "amount": "11199999999.99"}]))
    assert (answer["code"], answer["errors"][0]["code"]) == ("allocation_sum", "allocation_sum")


async def test_unknown_members_and_projects_are_refused_at_their_field(clerks: Clerks) -> None:
    answer = await clerks.create(422, **deal(), surprise=1)
    assert [(one["field"], one["code"]) for one in answer["errors"]] == [("surprise", "unknown_member")]
    answer = await clerks.create(422, **deal(), project="P-1")
    assert [one["field"] for one in answer["errors"]] == ["project"]
    answer = await clerks.create(422, **{**deal(), "kind": "handshake"})
    assert [one["field"] for one in answer["errors"]] == ["kind"]


async def test_a_deal_names_the_project_that_it_came_from(clerks: Clerks) -> None:
    project = await added(clerks.client, await token_for(Role.organizer))
    made = await clerks.create(**deal(), project=f" {project['number'].lower()} ")
    assert made["project"] == project["number"]


async def test_the_same_key_answers_as_the_first_time_and_makes_one_deal(clerks: Clerks) -> None:
    key = {"idempotency-key": "abc"}
    first = await clerks.create(headers=key, **deal())
    assert await clerks.create(headers=key, **deal()) == first
    other = await clerks.create(409, headers=key, **deal(2))
    assert other["code"] == "idempotency_mismatch"
    assert (await clerks.client.get("/api/v1/deals", headers=clerks.one)).json()["total"] == 1


async def test_an_amendment_needs_a_reason_and_another_person(clerks: Clerks) -> None:
    number = await clerks.counting(**deal(1, "100.00"))
    change = {"amount": "300.00", "allocations": [{"field": "other", "amount": "300.00"}]}
    path = f"/api/v1/deals/{number}"
    answer = await clerks.client.patch(path, json=change, headers=clerks.one)
    assert [one["field"] for one in answer.json()["errors"]] == ["reason"]
    answer = await clerks.client.patch(path, json={**change, "reason": " "}, headers=clerks.one)
    assert [one["field"] for one in answer.json()["errors"]] == ["reason"]
    answer = await clerks.client.patch(path, json={"amount": "300.00", "reason": "annex"}, headers=clerks.one)
    assert answer.json()["code"] == "allocation_sum"
    answer = await clerks.client.patch(path, json={**change, "reason": "annex"}, headers=clerks.one)
    found = answer.json()
    assert (answer.status_code, found["pending"], found["amount"], found["counted"]["amount"]) == (
        200,
        True,
        "300.00",
        "100.00",
    )
    assert (await clerks.totals())["total"] == "100.00"
    assert (await clerks.post(f"{number}/confirm", {"revision": found["revision"] - 1})).json()["code"] == (
        "changed_meanwhile"
    )
    assert (await clerks.post(f"{number}/confirm", {"revision": found["revision"]})).status_code == 200
    assert (await clerks.totals())["total"] == "300.00"


async def test_what_is_left_out_of_an_amendment_stays(clerks: Clerks) -> None:
    number = (await clerks.create(**deal(1, "5.00", region="慈溪市", witnesses=["示例 甲"], remarks="备注")))["number"]
    answer = await clerks.client.patch(
        f"/api/v1/deals/{number}", json={"reason": "a typo", "region": None, "stage": 2}, headers=clerks.one
    )
    found = answer.json()
    assert (found["region"], found["stage"], found["witnesses"], found["remarks"], found["amount"]) == (
        "",
        2,
        ["示例 甲"],
        "备注",
        "5.00",
    )


async def test_a_void_deal_says_why_and_counts_no_more(clerks: Clerks) -> None:
    number = await clerks.counting(**deal())
    assert (await clerks.post(f"{number}/void", {"reason": ""})).status_code == 422
    answer = await clerks.post(f"{number}/void", {"reason": "signed twice"}, by=clerks.one)
    assert (answer.status_code, answer.json()["status"]) == (200, "void")
    assert (await clerks.totals())["deals"] == 0
    assert (await clerks.post(f"{number}/void", {"reason": "again"})).json()["code"] == "wrong_status"


async def test_revisions_say_who_when_what_and_are_chained(clerks: Clerks) -> None:
    number = await clerks.counting(**deal())
    await clerks.post(f"{number}/void", {"reason": "signed twice"})
    answer = (await clerks.client.get(f"/api/v1/deals/{number}/revisions", headers=clerks.one)).json()
    steps = [(one["revision"], one["step"], one["by"]["name"], one["reason"]) for one in answer["items"]]
    assert steps == [(1, "draft", "one", ""), (2, "confirm", "other", ""), (3, "void", "other", "signed twice")]
    assert [one["previous"] for one in answer["items"][1:]] == [one["hash"] for one in answer["items"][:-1]]
    first = await clerks.client.get(f"/api/v1/deals/{number}/revisions?limit=2", headers=clerks.one)
    rest = await clerks.client.get(
        f"/api/v1/deals/{number}/revisions?limit=2&cursor={first.json()['next']}", headers=clerks.one
    )
    assert [one["revision"] for one in rest.json()["items"]] == [3]


async def test_the_same_deal_from_both_sides_is_told_and_not_refused(clerks: Clerks) -> None:
    number = await firm(await require_current(), 1, Status.approved)
    first = await clerks.create(**deal(1, "100.00", parties=["示例1号护理", "示例银行"]))
    other = deal(1, "101.00", parties=["示例 银行", {"exhibitor": number}], kind="framework")
    second = await clerks.create(**other)
    assert (first["duplicates"], second["duplicates"]) == ([], ["D-0001"])


async def test_an_intent_and_the_contract_it_became_are_told(clerks: Clerks) -> None:
    await clerks.create(**deal(1, "5.00", kind="intent"))
    assert (await clerks.create(**deal(1, "900.00")))["duplicates"] == ["D-0001"]
    assert (await clerks.create(**deal(2)))["duplicates"] == []
    one = (await clerks.client.get("/api/v1/deals/D-0001", headers=clerks.one)).json()
    assert one["duplicates"] == ["D-0002"]


async def test_single_deals_are_for_signing_clerks_alone(clerks: Clerks) -> None:
    await clerks.create(**deal())
    for role in (Role.admin, Role.organizer, Role.viewer, Role.reviewer, Role.gate, Role.exhibitor):
        headers = await token_for(role)
        for path in ("/api/v1/deals", "/api/v1/deals/D-0001", "/api/v1/deals/D-0001/revisions"):
            assert (await clerks.client.get(path, headers=headers)).status_code == 403
        answer = await clerks.client.post("/api/v1/deals", json=deal(), headers=headers)
        assert answer.status_code == 403
    assert (await clerks.client.get("/api/v1/deals")).status_code == 401


async def test_a_deal_that_is_not_there_is_404(clerks: Clerks) -> None:
    for path in ("D-9999", "D-9999/revisions", "x"):
        assert (await clerks.client.get(f"/api/v1/deals/{path}", headers=clerks.one)).status_code == 404
    assert (await clerks.post("D-9999/confirm")).status_code == 404


async def test_totals_are_for_viewers_and_public_where_the_edition_says_so(clerks: Clerks) -> None:
    await clerks.counting(**deal())
    client = clerks.client
    assert (await client.get("/api/v1/totals")).status_code == 401
    assert (await client.get("/api/v1/totals", headers=await token_for(Role.exhibitor))).status_code == 403
    for role in (Role.viewer, Role.organizer, Role.admin):
        assert (await clerks.totals("", **await token_for(role)))["total"] == AMOUNT
    await Edition.update({Edition.totals_public: True}, force=True)
    forget_current()
    found = (await client.get("/api/v1/totals")).json()
    assert (found["total"], found["deals"], found["by_field"], found["by_kind"]) == (AMOUNT, 1, None, None)
    await Edition.update({Edition.breakdown_public: True}, force=True)
    forget_current()
    assert (await client.get("/api/v1/totals")).json()["by_field"][2]["amount"] == AMOUNT


async def test_totals_as_of_a_moment_are_what_they_were(clerks: Clerks) -> None:
    before = (await clerks.totals())["as_of"]
    await clerks.counting(**deal(1, "100.00"))
    between = (await clerks.totals())["as_of"]
    number = await clerks.counting(**deal(2, "200.00"))

    async def at(moment: str) -> str:
        found: str = (await clerks.totals("?as_of=" + moment.replace("+", "%2B")))["total"]
        return found

    assert [await at(moment) for moment in (before, between)] == ["0.00", "100.00"]
    steps = (await clerks.client.get(f"/api/v1/deals/{number}/revisions", headers=clerks.one)).json()["items"]
    moment = datetime.fromisoformat(steps[1]["at"])
    just = timedelta(microseconds=1)
    assert [await at((moment - just).isoformat()), await at(moment.isoformat())] == ["100.00", "300.00"]
    echoed = await clerks.totals("?as_of=" + moment.isoformat().replace("+", "%2B"))
    assert datetime.fromisoformat(echoed["as_of"]) == moment
    refused = await clerks.client.get("/api/v1/totals?as_of=yesterday", headers=clerks.one)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "as_of")


async def test_past_editions_keep_their_deals(clerks: Clerks) -> None:
    await clerks.counting(**deal())
    await an_edition(slug="next")
    assert (await clerks.totals())["deals"] == 0
    assert (await clerks.totals("?edition=2026"))["deals"] == 1
    assert (await clerks.client.get("/api/v1/deals/D-0001", headers=clerks.one)).status_code == 404
    one = await clerks.client.get("/api/v1/deals/D-0001?edition=2026", headers=clerks.one)
    assert one.json()["status"] == "confirmed"
    # Writes go to the current one.
    assert (await clerks.post("D-0001/void", {"reason": "no"})).status_code == 404


async def test_lists_page_and_filter(clerks: Clerks) -> None:
    await clerks.counting(**deal(1))
    await clerks.create(**deal(2, "5.00"))
    await clerks.create(**deal(3, None, kind="intent", allocations=[]))

    async def listed(query: str) -> list[str]:
        answer = await clerks.client.get(f"/api/v1/deals?{query}", headers=clerks.one)
        return [one["number"] for one in answer.json()["items"]]

    assert await listed("") == ["D-0003", "D-0002", "D-0001"]
    assert await listed("status=confirmed") == ["D-0001"]
    assert await listed("kind=intent") == ["D-0003"]
    assert await listed("q=养老2") == ["D-0002"]
    assert await listed("waiting=true") == ["D-0003", "D-0002"]
    first = (await clerks.client.get("/api/v1/deals?limit=2", headers=clerks.one)).json()
    assert (len(first["items"]), first["total"]) == (2, 3)
    assert await listed(f"limit=2&cursor={first['next']}") == ["D-0001"]


async def test_a_browser_with_its_token_may_call_too(clerks: Clerks) -> None:
    await sign_in(clerks.client, Role.signing)
    refused = await clerks.client.post("/api/v1/deals", json=deal())
    assert refused.status_code == 403
    assert (await clerks.client.get("/api/v1/deals")).status_code == 200


async def test_without_an_edition_calls_say_so(client: httpx.AsyncClient) -> None:
    headers = await token_for(Role.signing)
    for answer in (
        await client.get("/api/v1/totals", headers=headers),
        await client.post("/api/v1/deals", json=deal(), headers=headers),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "no_edition")
