"""Phones that had no network: what they let in stands, and what the rules would have said is told."""

import asyncio
from contextvars import copy_context
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from piccolo.querystring import QueryString

from checkin.tables import Badge, BadgeKind, Scan
from core import clock
from core.accounts.roles import Role
from core.db import engine, transaction
from tests.checkin.gates import Phone, badges_of, gate, nonce
from tests.checkin.test_scans import at_the_gate, everything_adds_up
from tests.conftest import BACKEND
from tests.world import token_for

pytestmark = pytest.mark.anyio


def at(**earlier: float) -> str:
    return (clock.now() - timedelta(**earlier)).isoformat()


def seen(results: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [(one["verdict"], one["reason"], one["conflict"]) for one in results]


async def test_a_batch_is_answered_in_its_order_and_doubles_nothing_when_sent_again(client: httpx.AsyncClient) -> None:
    edition, phone = await at_the_gate(client)
    one, two = await badges_of(edition, 2)
    scans = [
        {"code": two.code, "nonce": nonce(), "scanned_at": at(seconds=3)},
        {"code": "nobody's", "nonce": nonce(), "scanned_at": at(seconds=2)},
        {"code": one.code, "nonce": nonce(), "scanned_at": at(seconds=1), "device_verdict": "admitted"},
    ]
    first = await phone.batch(scans, at())
    assert [answer["nonce"] for answer in first] == [scan["nonce"] for scan in scans]
    assert seen(first) == [("admitted", None, False), ("refused", "unknown_code", False), ("admitted", None, False)]
    assert [answer["holder"] and answer["holder"]["name"] for answer in first] == ["示例 1", None, "示例 0"]
    assert await phone.batch(scans, at()) == first
    assert await phone.batch([scans[0], *scans], at()) == [first[0], *first], "also twice in one"
    assert await Scan.count() == 3
    await everything_adds_up(edition, phone)


async def test_of_two_phones_that_let_one_badge_in_the_later_to_arrive_is_the_conflict(
    client: httpx.AsyncClient,
) -> None:
    edition, phone = await at_the_gate(client)
    [badge] = await badges_of(edition)
    other = Phone(client, await token_for(Role.gate, "other"))
    later = {"code": badge.code, "nonce": nonce(), "scanned_at": at(seconds=1), "device_verdict": "admitted"}
    sooner = {"code": badge.code, "nonce": nonce(), "scanned_at": at(seconds=9), "device_verdict": "admitted"}
    first = await phone.batch([later], at())
    second = await other.batch([sooner], at())
    assert seen(first + second) == [("admitted", None, False), ("admitted", "already_used", True)]
    assert await phone.batch([later], at()) == first, "an earlier answer never changes"
    assert [row["conflict"] for row in await Scan.select().order_by(Scan.id)] == [False, True]
    assert second[0]["inside"] == 1
    online = await phone.scan(badge.code)
    assert (online["verdict"], online["reason"]) == ("refused", "already_used")
    told, true = (datetime.fromisoformat(str(one)) for one in (online["first_admitted_at"], sooner["scanned_at"]))
    assert abs(told - true) < timedelta(seconds=2)
    await everything_adds_up(edition, phone)


@pytest.mark.skipif(BACKEND != "postgres", reason="SQLite has one writer")
async def test_a_batch_that_waited_while_others_went_on_is_counted_as_inside(client: httpx.AsyncClient) -> None:
    """A snapshot does not list the transaction that took it, and has later ones: that does not mean it saw itself."""
    edition, phone = await at_the_gate(client, reentry="daily")
    known, new, later = await badges_of(edition, 3)
    yesterday = at(days=1)  # counted apart from today
    await phone.batch([{"code": known.code, "nonce": nonce(), "scanned_at": yesterday}], at())
    outside = copy_context()

    async def waits() -> bool:
        asked = (
            "SELECT 1 FROM pg_locks w JOIN pg_locks h ON h.transactionid = w.transactionid AND h.granted"
            " WHERE NOT w.granted AND h.pid = pg_backend_pid()"
        )
        return bool(await engine().run_querystring(QueryString(asked)))

    async with transaction():
        await engine().run_querystring(QueryString("SELECT root FROM presence FOR UPDATE"))
        scans = [{"code": one.code, "nonce": nonce()} for one in (new, known)]
        batch = asyncio.create_task(phone.batch(scans, at()), context=outside)
        async with asyncio.timeout(20):
            while not await waits():
                await asyncio.sleep(0)
        other = phone.batch([{"code": later.code, "nonce": nonce(), "scanned_at": yesterday}], at())
        await asyncio.create_task(other, context=outside.copy())
    assert [answer["inside"] for answer in await batch] == [1, 2]
    assert (await phone.scan(later.code))["inside"] == 3
    await everything_adds_up(edition, phone)


async def test_what_a_phone_refused_stands_refused_and_what_it_let_in_without_a_badge_is_shown(
    client: httpx.AsyncClient,
) -> None:
    edition, phone = await at_the_gate(client)
    fine, gone = await badges_of(edition, 2)
    await Badge.update({Badge.status: "revoked"}).where(Badge.id == gone.id)
    found = await phone.batch(
        [
            {"code": fine.code, "nonce": nonce(), "device_verdict": "refused", "device_reason": "not_today"},
            {"code": gone.code, "nonce": nonce(), "device_verdict": "refused"},
            {"code": gone.code, "nonce": nonce(), "device_verdict": "admitted"},
            {"code": "YB:nobody", "nonce": nonce(), "device_verdict": "admitted"},
            {"code": fine.code, "nonce": nonce(), "offline": False},
            {"code": fine.code, "nonce": nonce(), "offline": False},
        ],
        at(),
    )
    assert seen(found) == [
        ("refused", "not_today", False),
        ("refused", "revoked", False),
        ("admitted", "revoked", True),
        ("refused", "unknown_code", True),
        ("admitted", None, False),
        ("refused", "already_used", False),
    ]
    await everything_adds_up(edition, phone)


async def test_a_phone_whose_clock_is_wrong_is_set_right_by_the_time_that_it_says(client: httpx.AsyncClient) -> None:
    edition, phone = await at_the_gate(client)
    one, two = await badges_of(edition, 2)
    wrong = clock.now() + timedelta(minutes=7)
    await phone.batch(
        [
            {"code": one.code, "nonce": "a", "scanned_at": (wrong - timedelta(minutes=5)).isoformat()},
            {"code": two.code, "nonce": "b", "scanned_at": (wrong + timedelta(hours=1)).isoformat()},
        ],
        wrong.isoformat(),
    )
    rows = await Scan.select().order_by(Scan.id)
    about = [abs(row["skew_ms"] - 420_000) < 30_000 for row in rows]
    assert about == [True, True]
    assert abs(rows[0]["scanned_at"] - (clock.now() - timedelta(minutes=5))) < timedelta(minutes=1)
    assert rows[1]["scanned_at"] == rows[1]["arrived_at"], "what a phone sends has happened"
    await everything_adds_up(edition, phone)


async def test_what_arrives_a_day_late_is_judged_as_of_its_own_day(client: httpx.AsyncClient) -> None:
    edition, phone = await at_the_gate(client, reentry="daily", exits=True)
    [badge] = await badges_of(edition)
    await phone.scan(badge.code)
    with clock.moved(timedelta(days=1)):
        await phone.scan(badge.code)
        yesterday = (clock.now() - timedelta(days=1) + timedelta(seconds=1)).isoformat()
        two_days_ago = (clock.now() - timedelta(days=2)).isoformat()
        found = await phone.batch(
            [
                {"code": badge.code, "nonce": nonce(), "scanned_at": yesterday},
                {"code": badge.code, "nonce": nonce(), "scanned_at": yesterday, "direction": "out"},
                {"code": badge.code, "nonce": nonce(), "scanned_at": two_days_ago},
            ],
            clock.now().isoformat(),
        )
        assert seen(found) == [
            ("admitted", "already_inside", True),
            ("admitted", None, False),
            ("admitted", None, False),
        ]
        assert (await phone.scan(badge.code))["reason"] == "already_inside", "today is as it was"
        await everything_adds_up(edition, phone)
        day_before = edition.today() - timedelta(days=1)
        assert (await phone.stats(day=day_before.isoformat()))["inside"] == 0


async def test_who_went_on_offline_has_left_the_hall_before(client: httpx.AsyncClient) -> None:
    edition, phone = await at_the_gate(client, area="HALL-1", exits=True, reentry="free", capacity=1)
    await gate(edition, "GATE-2", area="HALL-2", exits=True, reentry="free", leaves=["HALL-1"])
    one, two = await badges_of(edition, 2)
    found = await phone.batch(
        [
            {"code": one.code, "nonce": nonce()},
            {"code": two.code, "nonce": nonce()},
            {"code": one.code, "nonce": nonce(), "checkpoint": "GATE-2"},
        ],
        at(),
    )
    assert seen(found) == [("admitted", None, False), ("admitted", "full", True), ("admitted", None, False)]
    assert (await phone.stats())["inside"] == 1
    await everything_adds_up(edition, phone)


async def test_a_batch_that_cannot_be_judged_says_where_and_leaves_nothing(client: httpx.AsyncClient) -> None:
    edition, phone = await at_the_gate(client)
    [badge] = await badges_of(edition)
    fine = {"code": badge.code, "checkpoint": "GATE-1", "nonce": "fine", "scanned_at": at()}
    for wrong, field in (
        ({**fine, "nonce": "b", "checkpoint": "NOWHERE"}, "scans[1].checkpoint"),
        ({**fine, "nonce": ""}, "scans.1.nonce"),
        ({**fine, "nonce": "b", "device_verdict": "perhaps"}, "scans.1.device_verdict"),
    ):
        answer = await phone.post("scans/batch", {"device_time": at(), "scans": [fine, wrong]})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    too_many = [{**fine, "nonce": str(n)} for n in range(501)]
    assert (await phone.post("scans/batch", {"device_time": at(), "scans": too_many})).status_code == 422
    assert (await phone.post("scans/batch", {"device_time": at(), "scans": []})).status_code == 422
    assert await Scan.count() == 0


async def test_a_group_that_came_in_parts_at_two_gates(client: httpx.AsyncClient) -> None:
    edition, phone = await at_the_gate(client)
    [group] = await badges_of(edition, kind=BadgeKind.group, size=5)
    found = await phone.batch(
        [{"code": group.code, "nonce": nonce(), "count": 3}, {"code": group.code, "nonce": nonce(), "count": 3}], at()
    )
    assert seen(found) == [("admitted", None, False), ("admitted", "already_used", True)]
    assert [one["inside"] for one in found] == [3, 5]
    await everything_adds_up(edition, phone)
