"""The trail: what is recorded, how it is sealed, and that whatever is tampered with is named."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core import chain
from core.accounts.roles import SYSTEM, Actor
from core.audit import heads, rules, sealing, services
from core.audit.tables import AuditEntry, AuditSeal
from core.audit.verify import Finding, Walk
from core.chain import GENESIS
from core.config import settings
from core.context import request_id
from core.db import transaction
from core.db.migrations import raw
from tests.seals import seal_everything

pytestmark = pytest.mark.anyio

LIN = Actor("account", 7, "林一")


async def test_an_entry_says_who_what_before_after_and_in_which_request(opened: None) -> None:
    token = request_id.set("r-1")
    try:
        async with transaction():
            number = await services.record(
                LIN,
                "exhibitor.approved",
                "exhibitor:4711",
                before={"status": "submitted"},
                after={"status": "approved", "booth": None},
                personal={"contact": "王二"},
                note="齐全",
            )
    finally:
        request_id.reset(token)
    row = await AuditEntry.select().where(AuditEntry.id == number).first()
    assert row is not None
    assert (row["actor"], row["name"], row["action"], row["object"]) == (
        "account:7",
        "林一",
        "exhibitor.approved",
        "exhibitor:4711",
    )
    assert (row["before"], row["after"]) == ('{"status":"submitted"}', '{"booth":null,"status":"approved"}')
    assert (row["personal"], row["note"], row["request_id"]) == ('{"contact":"王二"}', "齐全", "r-1")


async def test_nothing_is_recorded_outside_a_transaction(opened: None) -> None:
    with pytest.raises(RuntimeError):
        await services.record(LIN, "thing.done", "thing:1")
    assert await AuditEntry.count() == 0


async def test_an_entry_goes_with_the_transaction_that_failed(opened: None) -> None:
    async def fails() -> None:
        async with transaction():
            await services.record(LIN, "thing.done", "thing:1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fails()
    assert await AuditEntry.count() == 0


async def test_seals_follow_each_other(opened: None) -> None:
    for n in range(3):
        async with transaction():
            await services.record(LIN, "thing.done", f"thing:{n}")
    assert await seal_everything() == 3
    seals = await AuditSeal.select().order_by(AuditSeal.position)
    assert [seal["position"] for seal in seals] == [1, 2, 3]
    assert [seal["previous"] for seal in seals] == ["0" * 64, seals[0]["hash"], seals[1]["hash"]]
    assert (await sealing.head()).hash == seals[2]["hash"]


async def write_unsealed(count: int, **more: Any) -> list[int]:
    made = []
    for n in range(count):
        async with transaction():
            made.append(await services.record(LIN, "thing.done", f"thing:{n}", **more))
    return made


async def write(count: int, **more: Any) -> list[int]:
    """So many entries, sealed."""
    made = await write_unsealed(count, **more)
    await seal_everything()
    return made


async def tamper(*statements: str) -> None:
    """What somebody with the database's password can do, triggers or not."""
    if settings().is_sqlite:
        with closing(sqlite3.connect(settings().database.removeprefix("sqlite:///"))) as connection:
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                connection.execute(f"DROP TRIGGER {name}")
            for statement in statements:
                connection.execute(statement)
            connection.commit()
        return
    rival = await asyncpg.connect(settings().database)
    try:
        await rival.execute("SET session_replication_role = replica")
        for statement in statements:
            await rival.execute(statement)
    finally:
        await rival.close()


async def findings(*heads: tuple[str, rules.Head]) -> list[Finding]:
    return [finding async for finding in Walk(heads).findings()]


async def codes() -> list[tuple[str, int | None, int | None]]:
    return [(f.code, f.position, f.entry) for f in await findings()]


async def test_a_trail_that_nobody_touched_verifies(opened: None) -> None:
    await write(5, before={"a": 1}, personal={"mobile": "+8613800000000"})
    walk = Walk()
    assert [f async for f in walk.findings()] == []
    assert (walk.report.checked, walk.report.unsealed) == (5, 0)
    assert walk.report.head == str(await sealing.head())


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", "1"),
        ("actor", "'account:8'"),
        ("action", "'thing.undone'"),
        ("object", "'thing:9'"),
        ("before", "NULL"),
        ("after", "'{}'"),
        ("request_id", "'x'"),
        ("note", "'x'"),
        ("name_digest", "'x'"),
        ("personal_digest", "'x'"),
    ],
)
async def test_a_changed_column_is_named(opened: None, column: str, value: str) -> None:
    entries = await write(4, before={"a": 1}, personal={"mobile": "+8613800000000"})
    await tamper(f'UPDATE audit_entry SET "{column}" = {value} WHERE id = {entries[1]}')
    found = await findings()
    assert ("changed", 2, entries[1]) in [(f.code, f.position, f.entry) for f in found]
    assert {f.position for f in found} == {2}
    if column not in ("at", "action"):
        assert found[0].action == "thing.done"
        assert found[0].at is not None


@pytest.mark.parametrize(
    ("column", "value"), [("id", "900"), ("name", "'x'"), ("name_salt", "'x'"), ("personal", "'{}'")]
)
async def test_a_change_beside_the_chain_is_named(opened: None, column: str, value: str) -> None:
    entries = await write(3, personal={"mobile": "+8613800000000"})
    await tamper(f'UPDATE audit_entry SET "{column}" = {value} WHERE id = {entries[1]}')
    expected = {
        "id": [("missing", 2, entries[1]), ("not_queued", None, 900)],
    }.get(column, [("personal_changed", 2, entries[1])])
    assert await codes() == expected


async def test_personal_data_that_was_wiped_without_a_record_is_named(opened: None) -> None:
    entries = await write(3, personal={"mobile": "+8613800000000"})
    await tamper(f"UPDATE audit_entry SET personal = NULL, personal_salt = NULL WHERE id = {entries[0]}")
    assert await codes() == [("erased_without_record", 1, entries[0])]


async def test_an_erasure_can_not_be_borrowed_for_another_entry(opened: None) -> None:
    entries = await write(3, personal={"mobile": "+8613800000000"})
    assert await services.erase_personal(LIN, "thing:0") == 1
    erasure = entries[-1] + 1
    await tamper(
        f"UPDATE audit_entry SET personal = NULL, personal_salt = NULL, personal_erased_by = {erasure}"
        f" WHERE id = {entries[1]}"
    )
    assert await codes() == [("erased_without_record", 2, entries[1])]


async def test_an_entry_deleted_in_the_middle_is_missed(opened: None) -> None:
    entries = await write(4)
    await tamper(f"DELETE FROM audit_entry WHERE id = {entries[1]}")
    assert await codes() == [("missing", 2, entries[1])]


async def test_an_entry_deleted_with_its_seal_is_missed(opened: None) -> None:
    entries = await write(4)
    await tamper(
        f"DELETE FROM audit_entry WHERE id = {entries[1]}", f"DELETE FROM audit_seal WHERE entry = {entries[1]}"
    )
    assert await codes() == [("seal_missing", 2, None)]


async def test_closing_the_gap_of_a_deleted_entry_shows(opened: None) -> None:
    entries = await write(3)
    await tamper(
        f"DELETE FROM audit_entry WHERE id = {entries[1]}",
        "DELETE FROM audit_seal WHERE position = 2",
        "UPDATE audit_seal SET position = 2 WHERE position = 3",
        "UPDATE audit_seal SET previous = (SELECT hash FROM audit_seal WHERE position = 1) WHERE position = 2",
        "UPDATE audit_head SET position = 2",
    )
    assert ("changed", 2, entries[2]) in await codes()


async def test_a_tail_cut_off_in_the_database_shows_by_the_kept_head(opened: None) -> None:
    entries = await write(4)
    await tamper(
        f"DELETE FROM audit_entry WHERE id > {entries[1]}",
        "DELETE FROM audit_seal WHERE position > 2",
        "UPDATE audit_head SET position = 2, hash = (SELECT hash FROM audit_seal WHERE position = 2)",
    )
    found = await findings()
    assert [(f.code, f.position, f.until) for f in found] == [("tail_cut", 3, 4)]
    heads.head_file().unlink()
    assert await findings() == []
    before = rules.Head(4, "ab" * 32)
    assert [f.code for f in await findings(("--head", before))] == ["tail_cut"]


async def test_a_tail_cut_without_moving_the_head_shows(opened: None) -> None:
    entries = await write(4)
    await tamper(f"DELETE FROM audit_entry WHERE id > {entries[2]}", "DELETE FROM audit_seal WHERE position > 3")
    heads.head_file().unlink()
    assert [(f.code, f.position, f.until) for f in await findings()] == [("tail_cut", 4, 4)]


async def test_swapped_entries_are_named(opened: None) -> None:
    entries = await write(4)
    await tamper(
        "UPDATE audit_seal SET entry = -1 WHERE position = 2",
        f"UPDATE audit_seal SET entry = {entries[1]} WHERE position = 3",
        f"UPDATE audit_seal SET entry = {entries[2]} WHERE position = 2",
    )
    assert (await codes())[:2] == [("changed", 2, entries[2]), ("changed", 3, entries[1])]


async def test_an_entry_put_in_by_hand_is_named(opened: None) -> None:
    await write(2)
    await tamper(
        "INSERT INTO audit_entry (id, at, actor, action, object, request_id, note, name_digest)"
        " VALUES (900, 1, 'account:1', 'thing.forged', 'thing:1', '', '', '')"
    )
    found = await findings()
    assert [(f.code, f.entry, f.action) for f in found] == [("not_queued", 900, "thing.forged")]


async def test_a_chain_hashed_anew_with_another_key_shows(opened: None, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = await write(30)
    await tamper(f"UPDATE audit_entry SET note = 'forged' WHERE id = {entries[0]}")
    rows = {row["id"]: row for row in await AuditEntry.select()}
    previous, statements = GENESIS, []
    for position, entry in enumerate(entries, 1):
        values = tuple(rows[entry][name] for name in rules.CHAINED)
        made = chain.digest(b"guessed", rules.ENTRY, (position, previous, entry, *values))
        statements.append(f"UPDATE audit_seal SET previous = '{previous}', hash = '{made}' WHERE position = {position}")
        previous = made
    await tamper(*statements, f"UPDATE audit_head SET hash = '{previous}'")
    heads.head_file().unlink()
    found = await findings()
    assert [f.position for f in found[:20]] == list(range(1, 21))
    assert [(f.code, f.position, f.until) for f in found[20:]] == [("changed", 21, 30), ("rehashed", 1, 30)]


async def test_another_key_neither_verifies_nor_seals(opened: None, monkeypatch: pytest.MonkeyPatch) -> None:
    await write(2)
    own = chain.key
    monkeypatch.setattr(chain, "key", lambda purpose: own(f"other {purpose}"))
    async with transaction():
        await services.record(LIN, "thing.done", "thing:1")
    with pytest.raises(sealing.WrongKey):
        await sealing.seal_all()
    assert "other_key" in [f.code for f in await findings()]
    assert await AuditSeal.count() == 2


async def test_a_moved_head_shows(opened: None) -> None:
    await write(3)
    await tamper("UPDATE audit_head SET position = 2")
    assert "head_moved" in [f.code for f in await findings()]


async def test_an_unreadable_row_is_named_and_the_others_are_checked(opened: None) -> None:
    if not settings().is_sqlite:
        pytest.skip("PostgreSQL takes no invalid UTF-8")
    entries = await write(5)
    await tamper(
        f"UPDATE audit_entry SET note = CAST(x'ff' AS TEXT) WHERE id = {entries[1]}",
        f"UPDATE audit_entry SET note = 'x' WHERE id = {entries[3]}",
    )
    assert await codes() == [("unreadable", 2, None), ("changed", 4, entries[3])]


async def test_erased_personal_data_leaves_the_chain_valid(opened: None) -> None:
    await write(3, personal={"mobile": "+8613800000000"})
    assert await services.erase_personal(SYSTEM, "thing:1", note="asked for by letter") == 1
    assert await services.erase_personal(SYSTEM, "account:7") == 3
    assert await services.erase_personal(SYSTEM, "account:7") == 0
    walk = Walk()
    assert [f async for f in walk.findings()] == []
    assert walk.report.erased == 4
    rows = await AuditEntry.select().where(AuditEntry.actor == "account:7").order_by(AuditEntry.id)
    assert [row["name"] for row in rows] == [None, None, None]
    assert [row["personal"] is None for row in rows] == [False, True, False]
    erasures = await AuditEntry.select().where(AuditEntry.action == rules.ERASED).order_by(AuditEntry.id)
    assert [row["object"] for row in erasures] == ["thing:1", "account:7"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET note = 'x'",
        "UPDATE audit_entry SET name = 'x'",
        "UPDATE audit_entry SET personal = NULL, personal_salt = NULL",
        "DELETE FROM audit_entry",
        "UPDATE audit_seal SET hash = 'x'",
        "DELETE FROM audit_seal",
    ],
)
async def test_the_database_refuses_to_change_the_trail(opened: None, statement: str) -> None:
    await write(1, personal={"mobile": "+8613800000000"})
    with pytest.raises(Exception, match="append-only"):
        await raw(statement)
    assert await findings() == []


async def test_many_sealers_at_once_make_one_chain(opened: None) -> None:
    for n in range(40):
        async with transaction():
            await services.record(LIN, "thing.done", f"thing:{n}")
    await asyncio.gather(*(seal_everything() for _ in range(6)))
    assert [row["position"] for row in await AuditSeal.select().order_by(AuditSeal.position)] == list(range(1, 41))
    assert await findings() == []


async def test_writers_and_the_sealer_run_side_by_side(opened: None) -> None:
    async def one(n: int) -> None:
        for m in range(5):
            async with transaction():
                await services.record(LIN, "thing.done", f"thing:{n}-{m}")

    async with sealing.worker():
        await asyncio.gather(*(one(n) for n in range(10)))
    await seal_everything()
    assert await findings() == []
    assert await AuditSeal.count() == 50


async def test_a_late_commit_delays_the_seals_behind_it_and_is_never_skipped(opened: None) -> None:
    """Its entry has the lowest number and the latest commit."""
    if settings().is_sqlite:
        pytest.skip("SQLite has one writer")
    late = await asyncpg.connect(settings().database)
    try:
        held = late.transaction()
        await held.start()
        await late.execute(
            "INSERT INTO audit_entry (at, actor, action, object, request_id, note, name_digest)"
            " VALUES (1, 'account:1', 'thing.late', 'thing:0', '', '', '')"
        )
        quick = await write_unsealed(3)
        await sealing.seal_all()
        assert await AuditSeal.count() == 0
        walk = Walk()
        assert [f async for f in walk.findings()] == []
        assert walk.report.unsealed == 3
        await held.commit()
    finally:
        await late.close()
    assert await seal_everything() == 4
    seals = await AuditSeal.select().order_by(AuditSeal.position)
    assert [seal["entry"] for seal in seals] == [quick[0] - 1, *quick]


async def test_entries_of_another_server_are_sealed_too(opened: None) -> None:
    """A copied database brings transaction numbers that this server has not given out yet."""
    if settings().is_sqlite:
        pytest.skip("SQLite has no transaction numbers")
    async with transaction():
        await services.record(LIN, "thing.done", "thing:1")
    await raw("UPDATE audit_pending SET xid = 4611686018427387904")
    assert await seal_everything() == 1
    await write(1)
    assert await findings() == []


@given(
    st.lists(st.one_of(st.none(), st.text(), st.integers())), st.lists(st.one_of(st.none(), st.text(), st.integers()))
)
def test_no_two_records_encode_alike(one: list[Any], other: list[Any]) -> None:
    def shown(fields: list[Any]) -> list[str | None]:
        return [None if field is None else str(field) for field in fields]

    assume(all(text is None or text.isprintable() for text in shown(one + other)))
    assert (chain.encode(one) == chain.encode(other)) == (shown(one) == shown(other))


async def test_an_auditor_finds_the_same_with_the_sql_of_the_docs(opened: None) -> None:
    if settings().is_sqlite:
        pytest.skip("the documented query is PostgreSQL's")
    entries = await write(3, before={"名": "林"}, personal={"a": 1}, note="说明")
    text = (Path(__file__).parents[2] / "docs" / "ledger.md").read_text()
    query = text.partition("```sql\n")[2].partition("```")[0].replace(":key", "$1")
    auditor = await asyncpg.connect(settings().database)
    try:
        await auditor.execute("CREATE EXTENSION IF NOT EXISTS pgcrypto")
        key = chain.key("audit chain")
        assert await auditor.fetch(query, key) == []
        await tamper(f"UPDATE audit_entry SET note = 'x' WHERE id = {entries[1]}")
        assert [row["position"] for row in await auditor.fetch(query, key)] == [2]
    finally:
        await auditor.close()
