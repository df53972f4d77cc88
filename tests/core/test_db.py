"""The door, on whichever database: what a transaction promises."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from piccolo.querystring import QueryString

from core import db
from core.db import Busy, TransactionMisuse, after_commit, insert_together, transaction
from tests.core.notes import COUNT, TWO, Note, codes, noted, write

pytestmark = pytest.mark.anyio

PATIENCE = 20.0


@pytest.fixture(autouse=True)
async def _notes(opened: None) -> AsyncIterator[None]:
    async with noted():
        yield


class Oops(Exception):
    pass


async def test_a_block_that_raises_leaves_nothing() -> None:
    with pytest.raises(Oops):
        async with transaction():
            await Note.insert(Note(code="a"))
            raise Oops
    assert await codes() == []


async def test_of_many_at_once_only_the_failing_ones_are_undone() -> None:
    async def one(number: int) -> None:
        async with transaction():
            await Note.insert(Note(code=f"{number:03}"))
            if number % 3 == 0:
                raise Oops

    results = await asyncio.gather(*(one(number) for number in range(60)), return_exceptions=True)
    assert [type(result) for result in results] == [Oops if n % 3 == 0 else type(None) for n in range(60)]
    assert await codes() == [f"{n:03}" for n in range(60) if n % 3]


async def test_a_thousand_writers_at_once_all_succeed() -> None:
    await asyncio.gather(*(write(f"{number}") for number in range(1000)))
    assert await Note.count() == 1000


async def test_a_nested_block_joins_the_outer_one() -> None:
    with pytest.raises(Oops):
        async with transaction():
            await write("inner")
            raise Oops
    assert await codes() == []
    async with transaction():
        await write("inner")
        await Note.insert(Note(code="outer"))
    assert await codes() == ["inner", "outer"]


async def test_a_swallowed_error_of_a_nested_block_dooms_the_whole() -> None:
    with pytest.raises(TransactionMisuse):
        async with transaction():
            await Note.insert(Note(code="outer"))
            try:
                async with transaction():
                    await Note.insert(Note(code="inner"))
                    raise Oops
            except Oops:
                pass
    assert await codes() == []


async def test_a_doomed_transaction_refuses_further_statements() -> None:
    with pytest.raises(TransactionMisuse, match="swallowed"):
        async with transaction():
            await Note.insert(Note(code="a"))
            with pytest.raises(Exception, match=r"(?i)unique"):
                await Note.insert(Note(code="a"))
            await Note.select()
    assert await codes() == []


async def test_a_savepoint_undoes_itself_alone() -> None:
    async with transaction():
        await Note.insert(Note(code="before"))
        with pytest.raises(Oops):
            async with transaction(savepoint=True):
                await Note.insert(Note(code="within"))
                raise Oops
        with pytest.raises(Exception, match=r"(?i)unique"):
            async with transaction(savepoint=True):
                await Note.insert(Note(code="before"))
        await Note.insert(Note(code="after"))
    assert await codes() == ["after", "before"]


async def test_a_task_beside_the_owner_may_not_use_its_transaction() -> None:
    async with transaction():
        await Note.insert(Note(code="a"))
        with pytest.raises(TransactionMisuse, match="another task"):
            await asyncio.create_task(Note.count().run())
    assert await codes() == ["a"]


async def test_a_task_that_outlives_the_transaction_is_on_its_own() -> None:
    over = asyncio.Event()

    async def later() -> None:
        await over.wait()
        await write("later")

    async with transaction():
        task = asyncio.create_task(later())
        await Note.insert(Note(code="a"))
    over.set()
    await task
    assert await codes() == ["a", "later"]


@pytest.mark.parametrize("steps", [0, 1, 2, 3, 5, 8, 13, 21, 34])
async def test_a_client_that_goes_away_at_any_moment_leaves_nothing_held(steps: int) -> None:
    finished: list[str] = []

    async def visit(code: str) -> None:
        async with transaction():
            await Note.insert(Note(code=code))
            await Note.update({Note.amount: 1}).where(Note.code == code)
        finished.append(code)

    tasks = [asyncio.create_task(visit(f"{number:02}")) for number in range(20)]
    for _ in range(steps):
        await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    async with asyncio.timeout(PATIENCE):
        await write("next")
    rows = await Note.select(Note.code, Note.amount).where(Note.code != "next")
    # Whoever was told of success finds it; nobody finds half.
    assert set(finished) <= {row["code"] for row in rows}
    assert [row for row in rows if row["amount"] != 1] == []


async def test_one_who_goes_away_while_holding_lets_the_others_in() -> None:
    inside = asyncio.Event()

    async def hold() -> None:
        async with transaction():
            await Note.insert(Note(code="held"))
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(hold())
    await inside.wait()
    waiting = asyncio.create_task(write("next"))
    task.cancel()
    async with asyncio.timeout(PATIENCE):
        await waiting
    assert await codes() == ["next"]


async def test_what_follows_a_commit_follows_it_once_and_never_a_rollback() -> None:
    seen: list[str] = []
    async with transaction():
        await Note.insert(Note(code="a"))
        async with transaction():
            after_commit(lambda: seen.append("nested"))
        assert seen == []
        after_commit(lambda: seen.append("outer"))
    assert seen == ["nested", "outer"]
    with pytest.raises(Oops):
        async with transaction():
            await Note.insert(Note(code="b"))
            after_commit(lambda: seen.append("never"))
            raise Oops
    assert seen == ["nested", "outer"]


async def test_a_failing_hook_is_logged_and_undoes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    seen: list[str] = []

    def fails() -> None:
        raise Oops

    with caplog.at_level(logging.ERROR, "yinbo.db"):
        async with transaction():
            await Note.insert(Note(code="a"))
            after_commit(fails)
            after_commit(lambda: seen.append("second"))
    assert [record.message for record in caplog.records] == ["after_commit hook failed"]
    assert seen == ["second"]
    assert await codes() == ["a"]


async def test_a_hook_needs_a_transaction() -> None:
    with pytest.raises(TransactionMisuse):
        after_commit(lambda: None)


async def test_readers_see_a_write_as_soon_as_it_is_acknowledged() -> None:
    for number in range(100):
        await write(f"{number}")
        assert await Note.count() == number + 1


async def test_a_reader_never_sees_what_is_not_committed() -> None:
    inside, seen = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with transaction():
            await Note.insert(Note(code="a"))
            inside.set()
            await seen.wait()

    task = asyncio.create_task(hold())
    await inside.wait()
    assert await codes() == []
    seen.set()
    await task
    assert await codes() == ["a"]


async def test_a_prepared_job_stands_or_falls_as_a_whole() -> None:
    done = await asyncio.gather(
        db.run_job(TWO, "a", "b"), db.run_job(TWO, "c", "c"), db.run_job(TWO, "d", "e"), return_exceptions=True
    )
    assert isinstance(done[1], Exception)
    assert await codes() == ["a", "b", "d", "e"]
    assert [done[0]] == await Note.select(Note.id).where(Note.code == "b").output(as_list=True)
    assert await db.run_read(COUNT) == 4


async def test_a_prepared_job_inside_a_transaction_is_part_of_it() -> None:
    with pytest.raises(Oops):
        async with transaction():
            await db.run_job(TWO, "a", "b")
            assert await db.run_read(COUNT) == 2
            raise Oops
    assert await codes() == []


async def test_values_come_back_as_they_went_in() -> None:
    shanghai = timezone(timedelta(hours=8))
    full = Note(
        code="全角 ½ 🏥 'quoted\" \\",
        amount=2**53 + 1,
        at=datetime(2025, 9, 15, 9, 30, 0, 123457, tzinfo=shanghai),
        day=date(2024, 2, 29),
        text="",
    )
    edges = [Note(code="largest", amount=2**63 - 1), Note(code="smallest", amount=-(2**63))]
    async with transaction():
        await Note.insert(full, *edges)
    row = await Note.select().where(Note.code == full.code).first()
    assert row is not None
    del row["id"]
    assert row == {
        "code": "全角 ½ 🏥 'quoted\" \\",
        "amount": 9007199254740993,
        "at": datetime(2025, 9, 15, 1, 30, 0, 123457, tzinfo=UTC),
        "day": date(2024, 2, 29),
        "text": "",
    }
    assert row["at"].utcoffset() == timedelta(0)
    others = await Note.select().where(Note.code.is_in(["largest", "smallest"])).order_by(Note.code)
    assert [(one["amount"], one["at"], one["day"], one["text"]) for one in others] == [
        (9223372036854775807, None, None, None),
        (-9223372036854775808, None, None, None),
    ]


@pytest.mark.parametrize("rows", [1, 3])
async def test_statements_can_be_counted(rows: int) -> None:
    async with transaction():
        await Note.insert(*(Note(code=f"{number}") for number in range(rows)))
    with db.count_queries() as sent:
        await codes()
        await db.run_read(COUNT)
    assert len(sent) == 2


async def test_a_commit_that_fails_is_no_success() -> None:
    seen: list[str] = []
    door = db.engine()
    if door.engine_type == "sqlite":
        first, rule = "PRAGMA defer_foreign_keys = 1", ""
    else:
        first, rule = "SET CONSTRAINTS ALL DEFERRED", "DEFERRABLE"
    await door.run_ddl(f"CREATE TABLE test_reply (note INTEGER REFERENCES test_note (id) {rule})")
    try:
        with pytest.raises(Exception, match=r"(?i)foreign key"):
            async with transaction():
                await door.run_ddl(first)
                await door.run_ddl("INSERT INTO test_reply (note) VALUES (4711)")
                after_commit(lambda: seen.append("never"))
        await write("next")
        assert seen == []
        assert await codes() == ["next"]
    finally:
        await door.run_ddl("DROP TABLE test_reply")


async def test_a_busy_database_is_a_503_with_a_time_to_come_back() -> None:
    busy = Busy()
    assert (busy.status, busy.code, busy.retry_after) == (503, "busy", 2)


async def test_inserts_together_come_in_their_order_and_go_together() -> None:
    at = datetime(2026, 9, 15, 9, 30, tzinfo=UTC)
    async with transaction():
        with db.count_queries() as counted:
            await insert_together(Note.insert(Note(code="a"), Note(code="b")), Note.insert(Note(code="c", at=at)))
    assert len(counted) == 2
    assert await codes() == ["a", "b", "c"]
    assert (await Note.select(Note.at).where(Note.code == "c").first() or {})["at"] == at
    with pytest.raises(Exception, match=r"(?i)unique"):
        async with transaction():
            await insert_together(Note.insert(Note(code="d")), Note.insert(Note(code="a")), Note.insert(Note(code="e")))
    with pytest.raises(TransactionMisuse):
        await insert_together(Note.insert(Note(code="f")))
    assert await codes() == ["a", "b", "c"]


def _counted_twice() -> db.Reading[tuple[int, int]]:
    first = yield QueryString("SELECT COUNT(*) AS n FROM test_note WHERE amount = {}", 0)
    second = yield QueryString("SELECT COUNT(*) AS n FROM test_note WHERE amount = {}", 0)
    return first[0]["n"], second[0]["n"]


async def test_reads_in_one_snapshot_are_of_one_moment_and_a_transaction_sees_its_own() -> None:
    job = db.in_one_snapshot(_counted_twice)
    ended = asyncio.Event()
    seen: list[tuple[int, int]] = []

    async def look() -> None:
        while not ended.is_set():
            seen.append(await db.run_read(job))

    async def fill() -> None:
        for number in range(60):
            await write(f"{number:03}")
        ended.set()

    await asyncio.gather(fill(), look(), look())
    assert all(first == second for first, second in seen)
    assert len(set(seen)) > 1
    async with db.transaction():
        await Note.insert(Note(code="own"))
        assert await db.run_read(job) == (61, 61)
    assert await db.run_read(job) == (61, 61)
