"""SQLite's one writer: a second process, one that holds too long, a loop after the other, the settings of the file."""

import asyncio
import contextvars
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import Any

import pytest

from core import db
from core.db import Busy, TransactionMisuse, sqlite_threads, transaction
from core.db.sqlite import SqliteDoor, reads_only
from tests.conftest import BACKEND
from tests.core.notes import Note, codes, noted, write

pytestmark = [pytest.mark.anyio, pytest.mark.skipif(BACKEND != "sqlite", reason="about SQLite")]

PATIENCE = 30.0

#: What the command line does: one small transaction after the other, in a process of its own.
ANOTHER = """
import asyncio
from core import db
from tests.core.notes import write

async def main():
    async with db.lifespan():
        for number in range(60):
            await write(f"other{number:03}")

asyncio.run(main())
"""


def door() -> SqliteDoor:
    found = db.engine()
    assert isinstance(found, SqliteDoor)
    return found


@pytest.fixture
async def notes(opened: None) -> AsyncIterator[None]:
    async with noted():
        yield


async def test_a_write_survives_power_loss_because_the_file_is_synced(notes: None) -> None:
    async with transaction():
        settings = [
            (await door().run_ddl(f"PRAGMA {name}"))[0][name]
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert settings == ["wal", 2, 1]


async def test_a_reader_cannot_write(notes: None) -> None:
    def delete(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM test_note")

    async def never(_connection: Any) -> None: ...

    sneaky = db.ReadJob(sqlite=delete, postgres=never)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        await db.run_read(sneaky)


@pytest.mark.parametrize(
    ("query", "reads"),
    [
        ("SELECT 1", True),
        ("  select 1", True),
        ("WITH a AS (SELECT 1) SELECT * FROM a", True),
        ("WITH a AS (SELECT 1) INSERT INTO b SELECT * FROM a", False),
        ("INSERT INTO a VALUES (1)", False),
        ("UPDATE a SET b = 1 RETURNING b", False),
        ("-- a remark\nSELECT 1", False),  # the writer can read, too
    ],
)
async def test_only_what_reads_goes_to_the_readers(query: str, reads: bool) -> None:
    assert reads_only(query) is reads


async def test_a_second_process_writes_while_this_one_is_never_idle(notes: None) -> None:
    stop = asyncio.Event()
    written = 0

    async def busy(name: int) -> None:
        nonlocal written
        number = 0
        while not stop.is_set():
            await write(f"own{name}-{number}")
            number += 1
            written += 1

    own = [asyncio.create_task(busy(name)) for name in range(16)]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", ANOTHER, env={**os.environ, "PYTHONPATH": os.getcwd()}, stderr=subprocess.PIPE
    )
    try:
        async with asyncio.timeout(PATIENCE):
            _, said = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
        stop.set()
    await asyncio.gather(*own)
    assert (process.returncode, said.decode()) == (0, "")
    others = [code for code in await codes() if code.startswith("other")]
    assert len(others) == 60
    assert await Note.count() == written + 60


async def test_all_who_wait_for_a_lock_that_never_ends_are_told_together(
    notes: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write("before")
    monkeypatch.setattr(sqlite_threads, "BUSY_SECONDS", 0.3)
    other = sqlite3.connect(door().path, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        async with asyncio.timeout(5):  # one after the other would take 15
            results = await asyncio.gather(*(write(f"{number}") for number in range(50)), return_exceptions=True)
        assert [type(result) for result in results] == [Busy] * 50
        assert await codes() == ["before"]
        other.execute("ROLLBACK")
    finally:
        other.close()
    await write("after")
    assert await codes() == ["after", "before"]


async def test_whoever_holds_the_writer_too_long_is_rolled_back_and_told(notes: None) -> None:
    with pytest.raises(TransactionMisuse, match="held the writer"):
        async with door().transaction(seconds=0.2):
            await Note.insert(Note(code="held"))
            # Comes through only when this transaction was put out, since it needs the writer.
            async with asyncio.timeout(PATIENCE):
                await _from_outside(write("next"))
            await Note.insert(Note(code="late"))
    assert await codes() == ["next"]


def _from_outside(work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
    """A task that knows nothing of the transaction around its start."""
    return asyncio.get_running_loop().create_task(work, context=contextvars.Context())


async def test_a_long_holder_who_only_commits_is_told_too(notes: None) -> None:
    with pytest.raises(TransactionMisuse, match="held the writer"):
        async with door().transaction(seconds=0.2):
            await Note.insert(Note(code="held"))
            async with asyncio.timeout(PATIENCE):
                await _from_outside(write("next"))
    assert await codes() == ["next"]


async def test_writers_come_in_the_order_in_which_they_asked(notes: None) -> None:
    async with transaction():
        await Note.insert(Note(code="first"))
        waiting = [_from_outside(write(f"{number:03}")) for number in range(40)]
        await asyncio.sleep(0)
    await asyncio.gather(*waiting)
    rows = await Note.select(Note.code).order_by(Note.id)
    assert [row["code"] for row in rows] == ["first", *(f"{number:03}" for number in range(40))]


async def test_a_commit_that_fails_fails_for_all_who_share_it(notes: None) -> None:
    await door().run_ddl("CREATE TABLE test_reply (note INTEGER REFERENCES test_note (id))")
    try:
        async with transaction():  # holds the writer, so that all the others come to share one commit
            await Note.insert(Note(code="first"))
            bad = _from_outside(_breaks_the_commit())
            good = _from_outside(write("good"))
            await asyncio.sleep(0)
        # The first shares it too or not, as the group was cut: it was told the truth in either case.
    except sqlite3.IntegrityError:
        first = []
    else:
        first = ["first"]
    results = await asyncio.gather(bad, good, return_exceptions=True)
    assert isinstance(results[0], sqlite3.IntegrityError)
    kept = ["good"] if results[1] is None else []
    assert await codes() == sorted(first + kept)
    await write("next")
    await door().run_ddl("DROP TABLE test_reply")


async def _breaks_the_commit() -> None:
    async with transaction():
        await door().run_ddl("PRAGMA defer_foreign_keys = 1")
        await door().run_ddl("INSERT INTO test_reply (note) VALUES (4711)")


def _names() -> set[str]:
    return {thread.name for thread in threading.enumerate()}


def test_the_door_opens_again_in_another_loop_and_leaves_no_thread(database: None) -> None:
    async def once(code: str) -> list[str]:
        async with db.lifespan():
            await Note.create_table(if_not_exists=True)
            await write(code)
            return await codes()

    assert asyncio.run(once("a")) == ["a"]
    assert not _names() & {"yinbo-writer", "yinbo-reader"}
    assert asyncio.run(once("b")) == ["a", "b"]
    assert not _names() & {"yinbo-writer", "yinbo-reader"}


def test_a_stop_waits_for_what_was_asked_for(database: None) -> None:
    async def main() -> None:
        async with db.lifespan():
            await Note.create_table(if_not_exists=True)
            tasks = [asyncio.create_task(write(f"{number}")) for number in range(50)]
            await asyncio.sleep(0)  # they have asked
        await asyncio.gather(*tasks)

    asyncio.run(main())
    connection = sqlite3.connect(Path(os.environ["YINBO_DATA_DIR"]) / "yinbo.sqlite")
    try:
        assert connection.execute("SELECT count(*) FROM test_note").fetchone() == (50,)
    finally:
        connection.close()
