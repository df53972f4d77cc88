"""What a phone decides alone by: nothing is skipped, nobody is readable, and later comes only what changed."""

import asyncio
from typing import Any

import httpx
import pytest
from cryptography.exceptions import InvalidTag
from piccolo.querystring import QueryString

from checkin import sealing
from checkin.queries import snapshot
from checkin.queries.badges import BadgeInfo
from checkin.queries.snapshot import BadgeOut, Cursor
from checkin.rules.badges import BadgeIn, checked_batch
from checkin.services import badges, changes
from core.accounts.roles import CLI, Role
from core.db import engine, transaction
from core.editions.queries import EditionInfo
from tests.checkin.gates import Phone, gate
from tests.conftest import BACKEND
from tests.expo import an_edition
from tests.world import queries_of, token_for

pytestmark = pytest.mark.anyio


async def some(edition: EditionInfo, many: int) -> list[BadgeInfo]:
    typed = [BadgeIn("visitor", f"示例 {n}", "示例公司") for n in range(many)]
    return await badges.issue_all(CLI, edition, checked_batch(typed))


async def all_of(edition: EditionInfo, cursor: Cursor | None = None, size: int = 3) -> tuple[list[BadgeOut], Cursor]:
    found: list[BadgeOut] = []
    while True:
        piece = await snapshot.piece(edition, cursor, size)
        cursor = piece.cursor
        if not piece.badges:
            return found, cursor
        found += piece.badges


async def passed() -> None:
    """All that has ended by now is below the horizon: PostgreSQL's waits for whoever else writes on the same server."""
    if BACKEND != "postgres":
        return
    async with transaction():
        [row] = await engine().run_querystring(QueryString("SELECT pg_current_xact_id()::text::bigint AS mine"))
    horizon = QueryString("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS horizon")
    async with asyncio.timeout(60):
        while (await engine().run_querystring(horizon))[0]["horizon"] <= row["mine"]:
            await asyncio.sleep(0.02)


async def told(edition: EditionInfo, cursor: Cursor, wanted: set[str]) -> set[str]:
    """What comes from there on. PostgreSQL's horizon waits for whoever else writes on the same server: so do we."""
    found: set[str] = set()
    async with asyncio.timeout(60):
        while True:
            some, cursor = await all_of(edition, cursor)
            found |= {one.id for one in some}
            if wanted <= found:
                return found
            await asyncio.sleep(0.02)


async def changed(
    client: httpx.AsyncClient, phone: Phone, since: str, wanted: set[str]
) -> tuple[dict[str, dict[str, Any]], str]:
    """The same over HTTP: the rows by their ids."""
    found: dict[str, dict[str, Any]] = {}
    async with asyncio.timeout(60):
        while True:
            some, since = await pieces(client, phone, since)
            found |= {row["id"]: row for row in some}
            if wanted <= set(found):
                return found, since
            await asyncio.sleep(0.02)


async def a_phone(client: httpx.AsyncClient) -> Phone:
    return Phone(client, await token_for(Role.gate))


async def pieces(client: httpx.AsyncClient, phone: Phone, since: str = "") -> tuple[list[dict[str, Any]], str]:
    found: list[dict[str, Any]] = []
    while True:
        asked = {"since": since} if since else {}
        answer = await client.get("/api/v1/gate/snapshot", params=asked, headers=phone.headers)
        assert answer.status_code == 200, answer.text
        body = answer.json()
        since = body["next"]
        if not body["badges"]:
            return found, since
        found += body["badges"]


async def test_the_whole_list_comes_in_pieces_and_then_nothing(opened: None) -> None:
    edition = await an_edition()
    made = await some(edition, 7)
    await passed()
    found, cursor = await all_of(edition)
    assert sorted(int(one.id) for one in found) == sorted(one.uid or 0 for one in made)
    assert await all_of(edition, cursor) == ([], cursor)


async def test_a_holder_is_read_by_the_own_code_alone(opened: None) -> None:
    edition = await an_edition()
    one, other = await some(edition, 2)
    await changes.annotate(CLI, edition, one.serial, "重要来宾：请通知主持人")
    found = {int(badge.id): badge for badge in (await all_of(edition))[0]}
    badge = found[one.uid or 0]
    assert badge.note
    assert sealing.opened(one.code, badge.sealed) == sealing.Holder("示例 0", "示例公司", "重要来宾：请通知主持人")
    with pytest.raises(InvalidTag):
        sealing.opened(other.code, badge.sealed)


async def test_nothing_that_names_somebody_stands_in_a_snapshot(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    await badges.issue(CLI, edition, BadgeIn("guest", "示例 贵宾", "示例机构", mobile="13800138000", note="秘密"))
    answer = await client.get("/api/v1/gate/snapshot", headers=await token_for(Role.gate))
    for secret in ("示例 贵宾", "示例机构", "138001", "秘密", "YB:"):
        assert secret not in answer.text


async def test_later_comes_only_what_changed(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    await gate(edition)
    made = await some(edition, 5)
    await passed()
    phone = await a_phone(client)
    found, since = await pieces(client, phone)
    assert len(found) == 5
    await phone.scan(made[1].code)
    again, since = await changed(client, phone, since, {str(made[1].uid)})
    assert list(again) == [str(made[1].uid)]
    [state] = again[str(made[1].uid)]["state"].values()
    assert (state["arrived"], state["arrived_today"]) == (1, 1)
    # Refused scans change nothing.
    await phone.scan(made[1].code)
    assert (await pieces(client, phone, since))[0] == []
    await changes.revoke(CLI, edition, made[2].serial, "")
    again, since = await changed(client, phone, since, {str(made[2].uid)})
    assert [(one["id"], one["status"]) for one in again.values()] == [(str(made[2].uid), "revoked")]


async def test_a_scan_taken_back_is_told_too(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    await gate(edition)
    [one] = await some(edition, 1)
    phone = await a_phone(client)
    _, since = await pieces(client, phone)
    nonce = (await phone.scan(one.code))["nonce"]
    _, since = await changed(client, phone, since, {str(one.uid)})
    assert (await phone.post(f"scans/{nonce}/undo", {})).status_code == 200
    again, _ = await changed(client, phone, since, {str(one.uid)})
    assert [state.get("arrived", 0) for state in again[str(one.uid)].get("state", {}).values()] == [0]


async def test_a_reissued_badge_carries_the_state_of_the_first(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    await gate(edition)
    [one] = await some(edition, 1)
    phone = await a_phone(client)
    await phone.scan(one.code)
    _, since = await pieces(client, phone)
    signed = await changes.sign_again(edition, one.serial)
    made = await changes.reissue(CLI, edition, one.serial, signed, "")
    again, _ = await changed(client, phone, since, {str(one.uid), str(made.uid)})
    assert again[str(one.uid)]["status"] == "replaced"
    assert [state["arrived"] for state in again[str(made.uid)]["state"].values()] == [1]


@pytest.mark.parametrize("since", ["x", "AAAA", "k5OTkw", "%00", "９", "lAHAk5IAAZIAAZIAAQ", "lAHAk5IAAZIAAZIAA" * 20])
async def test_a_cursor_that_is_none_is_said_to_be_so(client: httpx.AsyncClient, since: str) -> None:
    await an_edition()
    answer = await client.get("/api/v1/gate/snapshot", params={"since": since}, headers=await token_for(Role.gate))
    assert answer.status_code in (200, 422, 400)
    assert answer.status_code != 200 or answer.json()["reset"]


async def test_a_phone_of_another_edition_or_from_before_a_restore_begins_anew(opened: None) -> None:
    edition = await an_edition()
    made = await some(edition, 2)
    _, cursor = await all_of(edition)
    for strange in (
        Cursor(edition.id + 1, None, cursor.marks),
        Cursor(edition.id, None, ((2**61, 0), (2**61, 0), (2**61, 0))),
    ):
        piece = await snapshot.piece(edition, strange)
        assert piece.reset
        assert len(piece.badges) == len(made)


async def test_a_piece_of_three_asks_no_more_than_one_of_one(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    await gate(edition)
    phone = await a_phone(client)
    counted = []
    for many in (1, 2):
        for one in await some(edition, many):
            await phone.scan(one.code)
        counted.append(await queries_of(lambda: snapshot.piece(edition, None)))
    assert counted[0] == counted[1]


async def test_a_cursor_skips_nothing_while_many_write_at_once(opened: None) -> None:
    """Commits that end in another order than their numbers were drawn: a reader that goes on meanwhile misses none."""
    edition = await an_edition()
    signed = await badges.sign(edition, checked_batch([BadgeIn("visitor", f"示例 {n}") for n in range(40)]))
    made: list[BadgeInfo] = []
    writing = True

    async def write(some: list[badges.Signed]) -> None:
        for one in some:
            async with transaction():
                made.extend(await badges.put(edition, [one]))
                # The longer it is open the more have drawn later numbers and are through already.
                await asyncio.sleep(0.002)

    async def read() -> tuple[set[str], Cursor]:
        seen: set[str] = set()
        cursor: Cursor | None = None
        while True:
            last = not writing
            found, cursor = await all_of(edition, cursor, 2)
            seen |= {one.id for one in found}
            if last:
                return seen, cursor
            await asyncio.sleep(0)

    readers = [asyncio.create_task(read()) for _ in range(2)]
    await asyncio.gather(*(write(signed[n::8]) for n in range(8)))
    writing = False
    every = {str(one.uid) for one in made}
    for seen, cursor in await asyncio.gather(*readers):
        assert seen | await told(edition, cursor, every - seen) == every


async def test_a_change_that_is_not_through_yet_comes_when_it_is(opened: None) -> None:
    """PostgreSQL: the earlier number commits last. The cursor waits for it."""
    edition = await an_edition()
    first, second = await some(edition, 2)
    _, cursor = await all_of(edition)
    drawn, go = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        async with transaction():
            await badges.changed(edition.id, [first.id])
            drawn.set()
            if BACKEND == "postgres":
                await go.wait()

    task = asyncio.create_task(slow())
    await drawn.wait()
    async with transaction():
        await badges.changed(edition.id, [second.id])
    early, cursor = await all_of(edition, cursor)
    go.set()
    await task
    both = {str(first.uid), str(second.uid)}
    seen = {one.id for one in early}
    assert seen | await told(edition, cursor, both - seen) == both
