"""``yinbo run`` as processes on PostgreSQL: before it is migrated, and with several workers."""

import asyncio
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from tests.cli.test_run import PATIENCE, YINBO, ask, serving
from tests.conftest import BACKEND
from tests.live import environment
from tests.postgres import own_database

pytestmark = pytest.mark.skipif(BACKEND != "postgres", reason="about PostgreSQL")


@pytest.fixture
def empty() -> Iterator[str]:
    with own_database("run") as url:
        yield url


def yinbo(home: Path, database: str, *words: str, given: str = "") -> str:
    done = subprocess.run(
        [YINBO, *words],
        env={**environment(home, 0), "YINBO_DATABASE_URL": database},
        cwd=home,
        capture_output=True,
        text=True,
        input=given,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def value(database: str, sql: str) -> object:
    async def fetch() -> object:
        connection = await asyncpg.connect(database)
        try:
            return await connection.fetchval(sql)
        finally:
            await connection.close()

    return asyncio.run(fetch())


def test_before_it_is_migrated_it_waits_with_one_line_and_then_works(tmp_path: Path, empty: str) -> None:
    with serving(tmp_path, YINBO_DATABASE_URL=empty) as (process, port):
        assert (ask(port, "/healthz"), ask(port, "/readyz"), ask(port, "/")) == (200, 503, 503)
        yinbo(tmp_path, empty, "migrate")
        until = time.monotonic() + PATIENCE
        while not value(empty, "SELECT count(*) FROM periodic") and time.monotonic() < until:
            time.sleep(0.05)
        assert value(empty, "SELECT count(*) FROM periodic"), "nobody began to work"
        assert ask(port, "/readyz") == 200
        process.terminate()
        assert process.wait(PATIENCE) == 0
    said = (tmp_path / "err").read_text()
    assert "Traceback" not in said
    assert "traceback" not in said
    assert [line.count("not ready") for line in said.splitlines() if '"event":"request"' not in line] == [1, 0]


def test_it_stops_at_once_while_it_still_waits(tmp_path: Path, empty: str) -> None:
    with serving(tmp_path, YINBO_DATABASE_URL=empty) as (process, port):
        assert ask(port, "/healthz") == 200
        process.terminate()
        assert process.wait(5) == 0
