"""A scan at a gate: judged once, written down for good, answered alike however often it comes."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from piccolo.querystring import QueryString

from checkin import codes, keys
from checkin.queries.checkpoints import checkpoints
from checkin.rules.gate import replay
from checkin.services import tally
from checkin.services.scans import record
from checkin.tables import AreaBar, Badge, BadgeKind, BadgeStatus, Presence, Scan
from core import clock
from core.accounts.roles import CLI, Role
from core.accounts.services import tokens
from core.db import engine
from core.editions.queries import EditionInfo
from tests.checkin.gates import Phone, badges_of, gate, nonce
from tests.expo import TODAY, an_edition
from tests.world import token_for

pytestmark = pytest.mark.anyio


async def at_the_gate(client: httpx.AsyncClient, **terms: Any) -> tuple[EditionInfo, Phone]:
    edition = await an_edition()
    await gate(edition, **terms)
    return edition, Phone(client, await token_for(Role.gate))


async def everything_adds_up(edition: EditionInfo, phone: Phone) -> None:
    """Presences are what a replay of the scans makes, bars what is inside, and figures what was scanned."""
    scans = await Scan.select().order_by(Scan.id)
    undone = {row["scan"] for row in await engine().run_querystring(QueryString("SELECT scan FROM scan_undo"))}
    sizes = {row["id"]: row["size"] for row in await Badge.select(Badge.id, Badge.size)}
    today = clock.now().astimezone(edition.zone).date()
    for row in await Presence.select():
        counted = [
            record.admission(scan, edition.zone)
            for scan in scans
            if (scan["area"], scan["root"]) == (row["area"], row["root"])
            and scan["verdict"] == "admitted"
            and scan["id"] not in undone
        ]
        assert record.state(row) == replay(counted, sizes[row["root"]]), row
    for bar in await AreaBar.select():
        there = await Presence.select().where(Presence.area == bar["area"], Presence.day == bar["day"])
        if bar["day"] == today:  # a presence knows its latest day
            assert bar["inside"] == sum(row["inside"] for row in there)
        of = [
            scan["delta"]
            for scan in scans
            if scan["area"] == bar["area"] and scan["scanned_at"].astimezone(edition.zone).date() == bar["day"]
        ]
        assert undone or bar["inside"] == sum(of)
    for one in (await checkpoints(edition.id)).values():
        answer = await phone.client.get(f"/api/v1/checkpoints/{one.code}/stats", headers=phone.headers)
        found = answer.json()
        own = [s for s in scans if s["checkpoint"] == one.id and s["id"] not in undone and s["nonce"][0] != "→"]
        admitted = [s for s in own if s["verdict"] == "admitted"]
        assert found["admitted"] == sum(s["people"] for s in admitted if s["direction"] == "in")
        assert found["left"] == sum(s["people"] for s in admitted if s["direction"] == "out")
        assert sum(found["refused"].values()) == len(own) - len(admitted)
        inside = await Presence.select().where(Presence.area == one.area.id, Presence.day == today)
        assert found["inside"] == sum(there["inside"] for there in inside)


async def test_an_answer_says_how_many_are_in_the_area_by_then(client: httpx.AsyncClient) -> None:
    """At once and exact, before anything is folded; the same nonce gets the number that it got first."""
    edition, phone = await at_the_gate(client)
    badges = await badges_of(edition, 6)
    first = await phone.scan(badges[0].code, nonce="first")
    more = [(await phone.scan(badge.code))["inside"] for badge in badges[1:4]]
    assert [first["inside"], *more] == [1, 2, 3, 4]
    again = await phone.scan(badges[0].code)
    assert (again["verdict"], again["inside"], again["here"]) == ("refused", 4, 1)
    assert await phone.scan(badges[0].code, nonce="first") == first
    await tally.fold_all(edition)
    assert (await phone.scan(badges[4].code))["inside"] == 5
    assert (await phone.scan("nonsense"))["inside"] == 5
    undone = await phone.client.post("/api/v1/scans/first/undo", json={}, headers=phone.headers)
    assert undone.status_code == 200
    assert (await phone.stats())["inside"] == 4
    await asyncio.gather(*(phone.scan(badge.code) for badge in badges))
    assert (await phone.stats())["inside"] == 6
    await everything_adds_up(edition, phone)


async def test_the_first_scan_lets_in_and_the_second_says_when_that_was(client: httpx.AsyncClient) -> None:
    edition, phone = await at_the_gate(client)
    [badge] = await badges_of(edition, note="请联系主办方")
    first = await phone.scan(badge.code)
    [row] = await Scan.select()
    when = row["scanned_at"].astimezone(edition.zone).isoformat()
    assert first == {
        "nonce": row["nonce"],
        "verdict": "admitted",
        "reason": None,
        "holder": {"name": "示例 0", "organisation": "示例公司", "kind": "visitor", "note": "请联系主办方"},
        "first_admitted_at": when,
        "inside": 1,
        "here": 1,
        "count": 1,
        "size": 1,
    }
    again = await phone.scan(badge.code)
    assert (again["verdict"], again["reason"], again["first_admitted_at"]) == ("refused", "already_used", when)
    assert await Scan.count() == 2
    await everything_adds_up(edition, phone)


async def test_the_same_nonce_gets_its_first_answer_and_is_one_scan(client: httpx.AsyncClient) -> None:
    edition, phone = await at_the_gate(client)
    one, other = await badges_of(edition, 2)
    first = await phone.scan(one.code, nonce="same")
    assert await phone.scan(one.code, nonce="same") == first
    assert await phone.scan(other.code, nonce="same") == first, "whatever else it says"
    refused = await phone.scan(one.code, nonce="again")
    assert await phone.scan(one.code, nonce="again") == refused
    assert (await phone.scan("nobody's", nonce="same"))["verdict"] == "admitted"
    assert await Scan.count() == 2
    assert (await phone.scan(other.code))["verdict"] == "admitted"
    await everything_adds_up(edition, phone)


async def test_codes_count_as_scanners_and_hands_deliver_them(client: httpx.AsyncClient) -> None:
    edition, phone = await at_the_gate(client, reentry="free")
    [badge] = await badges_of(edition)
    wide = "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in badge.code)
    for typed in (badge.code.lower(), f"\r\n{badge.code}\r\n", wide):
        assert (await phone.scan(typed))["verdict"] == "admitted", typed


@pytest.mark.parametrize(
    "code", ["", "YB:", "https://example.com/ticket/1", "x" * 5000, "🎫" * 2000, "YB:" + "A" * 114]
)
async def test_what_is_no_badge_is_an_answer_and_kept_without_the_code(client: httpx.AsyncClient, code: str) -> None:
    edition, phone = await at_the_gate(client)
    found = await phone.scan(code)
    assert (found["verdict"], found["holder"], found["inside"]) == ("refused", None, 0)
    assert found["reason"] in ("unknown_code", "bad_signature")
    [row] = await Scan.select()
    assert (row["badge"], len(row["seen"]), row["kind"]) == (None, 32, "")
    await everything_adds_up(edition, phone)


@pytest.mark.parametrize("status", [BadgeStatus.revoked, BadgeStatus.replaced, BadgeStatus.blank])
async def test_a_badge_out_of_force_is_refused(client: httpx.AsyncClient, status: BadgeStatus) -> None:
    edition, phone = await at_the_gate(client)
    [badge] = await badges_of(edition, status=status.value)
    assert (await phone.scan(badge.code))["reason"] == "revoked"


async def test_another_editions_badge_is_signed_by_no_key_of_this_one(client: httpx.AsyncClient) -> None:
    other = await an_edition(current=False, slug="2025")
    _, phone = await at_the_gate(client)
    [badge] = await badges_of(other)
    assert (await phone.scan(badge.code))["reason"] == "bad_signature"


async def test_a_sound_signature_of_no_badge_is_unknown_and_a_struck_key_opens_nothing(
    client: httpx.AsyncClient,
) -> None:
    edition, phone = await at_the_gate(client)
    signer = await keys.signer(edition)
    claims = codes.Claims(BadgeKind.visitor, signer.number, codes.new_uid(), ())
    code = codes.make(signer.private, claims)
    assert (await phone.scan(code))["reason"] == "unknown_code"
    changed = code[:-1] + ("1" if code[-1] == "0" else "0")
    assert (await phone.scan(changed))["reason"] in ("bad_signature", "unknown_code")
    [badge] = await badges_of(edition)
    await keys.strike_off(CLI, edition, signer.number, "示例原因")
    assert (await phone.scan(badge.code))["reason"] == "bad_signature"
    assert (await phone.scan(code))["reason"] == "bad_signature"


async def test_each_rule_says_its_own_reason(client: httpx.AsyncClient) -> None:
    edition, phone = await at_the_gate(client, kinds=["crew"])
    yesterday = (TODAY - timedelta(days=1)).isoformat()
    await gate(edition, "YESTERDAY", days=[yesterday])
    await gate(edition, "SHUT", active=False)
    await gate(edition, "OUT", exits=True)
    visitor, crew = (*await badges_of(edition), *await badges_of(edition, kind=BadgeKind.crew, days=yesterday))
    for badge, checkpoint, other, reason in (
        (visitor, "GATE-1", {}, "wrong_area"),
        (crew, "GATE-1", {}, "not_today"),
        (visitor, "YESTERDAY", {}, "not_today"),
        (visitor, "SHUT", {}, "closed"),
        (visitor, "OUT", {"direction": "out"}, "not_inside"),
    ):
        phone.checkpoint = checkpoint
        assert (await phone.scan(badge.code, **other))["reason"] == reason, checkpoint
    phone.checkpoint = "OUT"
    assert (await phone.scan(visitor.code))["verdict"] == "admitted"
    assert (await phone.scan(visitor.code))["reason"] == "already_inside"
    left = await phone.scan(visitor.code, direction="out")
    assert (left["verdict"], left["inside"]) == ("admitted", 0)
    assert (await phone.scan(visitor.code))["reason"] == "already_used"


async def test_a_day_later_a_badge_enters_again_where_days_count_anew(client: httpx.AsyncClient) -> None:
    edition, phone = await at_the_gate(client, reentry="daily")
    [badge] = await badges_of(edition)
    assert (await phone.scan(badge.code))["verdict"] == "admitted"
    assert (await phone.scan(badge.code))["reason"] == "already_used"
    with clock.moved(timedelta(days=1)):
        again = await phone.scan(badge.code)
        assert (again["verdict"], again["inside"]) == ("admitted", 1)
        assert (await phone.scan(badge.code))["first_admitted_at"] == again["first_admitted_at"]
        await everything_adds_up(edition, phone)


async def test_two_gates_of_one_hall_share_who_came(client: httpx.AsyncClient) -> None:
    edition, phone = await at_the_gate(client, area="hall-1")
    await gate(edition, "GATE-2", area="HALL-1")
    [badge] = await badges_of(edition)
    await phone.scan(badge.code)
    phone.checkpoint = "gate-2"
    assert (await phone.scan(badge.code))["reason"] == "already_used"
    assert (await phone.stats())["inside"] == 1


async def test_who_enters_a_hall_has_left_the_other(client: httpx.AsyncClient) -> None:
    edition, phone = await at_the_gate(client, area="HALL-1", reentry="free", exits=True, capacity=5)
    await gate(edition, "GATE-2", area="HALL-2", reentry="free", exits=True, leaves=["hall-1"], capacity=5)
    [badge] = await badges_of(edition)
    await phone.scan(badge.code)
    phone.checkpoint = "GATE-2"
    entry = nonce()
    assert (await phone.scan(badge.code, nonce=entry))["verdict"] == "admitted"
    assert (await phone.stats())["inside"] == 1
    phone.checkpoint = "GATE-1"
    gone = await phone.stats()
    assert (gone["inside"], gone["admitted"], gone["left"]) == (0, 1, 0), "nobody was scanned out here"
    phone.checkpoint = "GATE-2"
    taken = await phone.post(f"scans/{entry}/undo", {})
    assert taken.json() == {"nonce": entry, "undone": True, "inside": 0}
    phone.checkpoint = "GATE-1"
    assert (await phone.stats())["inside"] == 1
    await everything_adds_up(edition, phone)


async def test_a_group_comes_in_parts(client: httpx.AsyncClient) -> None:
    edition, phone = await at_the_gate(client)
    [group] = await badges_of(edition, kind=BadgeKind.group, size=10)
    some = await phone.scan(group.code, count=4)
    assert (some["verdict"], some["count"], some["size"], some["inside"]) == ("admitted", 4, 10, 4)
    assert (await phone.scan(group.code, count=7))["reason"] == "already_used"
    rest = await phone.scan(group.code)
    assert (rest["count"], rest["inside"]) == (6, 10)
    assert (await phone.stats())["admitted"] == 10
    await everything_adds_up(edition, phone)


async def test_a_full_hall_takes_nobody_more_until_somebody_leaves(client: httpx.AsyncClient) -> None:
    edition, phone = await at_the_gate(client, capacity=2, exits=True, reentry="free")
    one, two, three = await badges_of(edition, 3)
    for badge in (one, two):
        assert (await phone.scan(badge.code))["verdict"] == "admitted"
    assert (await phone.scan(three.code))["reason"] == "full"
    await phone.scan(one.code, direction="out")
    assert (await phone.scan(three.code))["verdict"] == "admitted"
    await everything_adds_up(edition, phone)


async def test_a_capacity_set_in_the_middle_of_the_day_counts_who_is_inside_already(client: httpx.AsyncClient) -> None:
    edition, phone = await at_the_gate(client)
    one, two = await badges_of(edition, 2)
    await phone.scan(one.code)
    organizer = await token_for(Role.organizer)
    changed = await client.patch("/api/v1/checkpoints/gate-1", json={"capacity": 1}, headers=organizer)
    assert (changed.status_code, changed.json()["capacity"]) == (200, 1)
    assert (await phone.scan(two.code))["reason"] == "full"
    await everything_adds_up(edition, phone)


async def test_the_time_of_a_scan_is_the_phones_unless_it_cannot_be(client: httpx.AsyncClient) -> None:
    edition, phone = await at_the_gate(client, reentry="free")
    [badge] = await badges_of(edition)
    now = clock.now()
    for said, stands in (
        (now - timedelta(minutes=30), True),
        (now + timedelta(minutes=4), True),
        (now + timedelta(minutes=6), False),
        (now - timedelta(days=20_000), False),
    ):
        key = nonce()
        await phone.scan(badge.code, nonce=key, scanned_at=said.isoformat())
        [row] = await Scan.select().where(Scan.nonce == key)
        assert (row["scanned_at"] == said) == stands
        assert abs(row["arrived_at"] - now) < timedelta(minutes=1)
    assert (await phone.send(badge.code, scanned_at="2026-09-15T09:00:00")).status_code == 422
    edge = await phone.send(badge.code, scanned_at="0001-01-01T00:00:00+14:00")
    assert edge.status_code in (200, 422)
    await everything_adds_up(edition, phone)


async def test_what_cannot_be_judged_is_told_at_its_member(client: httpx.AsyncClient) -> None:
    edition, phone = await at_the_gate(client)
    [badge] = await badges_of(edition)
    for wrong, field in (
        ({"checkpoint": "NOWHERE"}, "checkpoint"),
        ({"checkpoint": "示例"}, "checkpoint"),
        ({"nonce": ""}, "nonce"),
        ({"nonce": "two words"}, "nonce"),
        ({"nonce": "x" * 65}, "nonce"),
        ({"direction": "up"}, "direction"),
        ({"count": 0}, "count"),
        ({"count": 2**70}, ""),
        ({"code": 7}, "code"),
        ({"door": "A"}, "door"),
    ):
        answer = await phone.send(badge.code, **wrong)
        assert answer.status_code in (400, 422), answer.text
        if field:
            assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert await Scan.count() == 0


async def test_a_token_bound_to_a_checkpoint_may_use_that_one_only(client: httpx.AsyncClient) -> None:
    edition, phone = await at_the_gate(client)
    await gate(edition, "GATE-2")
    [badge] = await badges_of(edition)
    phone.headers = {"authorization": "Bearer " + await tokens.add(CLI, "bound", Role.gate, checkpoint="gate-2")}
    refused = await phone.send(badge.code)
    assert (refused.status_code, refused.json()["code"]) == (403, "other_checkpoint")
    assert (await phone.send(badge.code, checkpoint="NOWHERE")).status_code == 403
    assert (await phone.send(badge.code, checkpoint="GATE-2")).status_code == 200
    one = {"code": badge.code, "checkpoint": "GATE-1", "nonce": nonce(), "scanned_at": clock.now().isoformat()}
    batch = await phone.post("scans/batch", {"device_time": clock.now().isoformat(), "scans": [one]})
    assert batch.status_code == 403
    assert await Scan.count() == 1


async def test_a_revoked_token_scans_no_more(client: httpx.AsyncClient) -> None:
    edition, phone = await at_the_gate(client)
    [badge] = await badges_of(edition)
    assert (await phone.send(badge.code)).status_code == 200
    await tokens.revoke(CLI, "gate program")
    assert (await phone.send(badge.code)).status_code == 401


async def test_a_reissued_badge_does_not_enter_twice(client: httpx.AsyncClient) -> None:
    edition, phone = await at_the_gate(client)
    lost, new = await badges_of(edition, 2)
    await Badge.update({Badge.status: "replaced", Badge.replaced_by: new.id}).where(Badge.id == lost.id)
    await Badge.update({Badge.root: lost.id}).where(Badge.id == new.id)
    await Badge.update({Badge.status: "active"}).where(Badge.id == lost.id)
    await phone.scan(lost.code)
    await Badge.update({Badge.status: "replaced"}).where(Badge.id == lost.id)
    assert (await phone.scan(new.code))["reason"] == "already_used"
    assert (await phone.scan(lost.code))["reason"] == "revoked"


async def test_a_scan_taken_back_stays_written_down_and_does_not_count(client: httpx.AsyncClient) -> None:
    edition, phone = await at_the_gate(client)
    [badge] = await badges_of(edition)
    key = nonce()
    await phone.scan(badge.code, nonce=key)
    other = Phone(client, await token_for(Role.gate, "another phone"))
    refused = await other.post(f"scans/{key}/undo", {})
    assert (refused.status_code, refused.json()["code"]) == (403, "other_device")
    for _ in range(2):
        assert (await phone.post(f"scans/{key}/undo", {"reason": "误扫"})).status_code == 200
    assert (await phone.stats())["admitted"] == 0
    await everything_adds_up(edition, phone)
    assert await Presence.select(Presence.arrived, Presence.inside) == [{"arrived": 0, "inside": 0}]
    again = await phone.scan(badge.code)
    assert again["verdict"] == "admitted"
    assert (await phone.post("scans/unheard-of/undo", {})).status_code == 404
    twice = nonce()
    await phone.scan(badge.code, nonce=twice)
    assert (await phone.post(f"scans/{twice}/undo", {})).json()["code"] == "not_admitted"
    await everything_adds_up(edition, phone)


async def test_after_a_quarter_of_an_hour_only_an_organizer_takes_back(client: httpx.AsyncClient) -> None:
    edition, phone = await at_the_gate(client)
    [badge] = await badges_of(edition)
    key = nonce()
    await phone.scan(badge.code, nonce=key)
    with clock.moved(timedelta(minutes=16)):
        assert (await phone.post(f"scans/{key}/undo", {})).json()["code"] == "too_late"
        organizer = Phone(client, await token_for(Role.organizer))
        assert (await organizer.post(f"scans/{key}/undo", {})).status_code == 200


async def test_scans_are_listed_in_their_order_and_filtered(client: httpx.AsyncClient) -> None:
    edition, phone = await at_the_gate(client)
    one, two = await badges_of(edition, 2)
    for badge in (one, two, one):
        await phone.scan(badge.code)
    await phone.scan("nobody's")
    organizer = await token_for(Role.organizer)

    async def listed(**query: Any) -> Any:
        answer = await client.get("/api/v1/scans", params=query, headers=organizer)
        assert answer.status_code == 200, answer.text
        return answer.json()

    first = await listed(limit=3)
    assert (first["total"], [item["badge"] for item in first["items"]]) == (4, [one.serial, two.serial, one.serial])
    rest = await listed(limit=3, cursor=first["next"])
    assert [(item["badge"], item["reason"]) for item in rest["items"]] == [(None, "unknown_code")]
    assert rest["next"] is None
    assert (await listed(badge=one.serial))["total"] == 2
    assert (await listed(verdict="refused", checkpoint="gate-1"))["total"] == 2
    assert (await listed(reason="already_used"))["total"] == 1
    assert (await listed(conflict="true"))["total"] == 0


async def test_without_an_edition_or_a_checkpoint_there_is_nothing_to_scan_at(client: httpx.AsyncClient) -> None:
    phone = Phone(client, await token_for(Role.gate))
    assert (await phone.send("YB:")).status_code == 409
    await an_edition()
    assert (await phone.send("YB:")).status_code == 422
