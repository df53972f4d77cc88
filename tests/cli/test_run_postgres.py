"""``yinbo run`` as processes on PostgreSQL: before it is migrated, and with several workers."""

import asyncio
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import httpx
import pytest

from tests.cli.test_run import PATIENCE, YINBO, ask, serving
from tests.conftest import BACKEND
from tests.live import environment
from tests.postgres import own_database
from tests.world import PASSWORD, send_form

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


@pytest.mark.anyio
async def test_two_workers_know_the_same_sessions(tmp_path: Path, empty: str) -> None:
    """Signed in on one connection, known on others whichever worker takes them, and signed out on all."""
    await asyncio.to_thread(yinbo, tmp_path, empty, "migrate")
    words = ("users", "add", "li@example.com", "--role", "organizer", "--name", "李", "--password-stdin")
    await asyncio.to_thread(yinbo, tmp_path, empty, *words, given=PASSWORD + "\n")
    with serving(tmp_path, "--workers", "2", YINBO_DATABASE_URL=empty) as (process, port):
        url = f"http://127.0.0.1:{port}"
        async with httpx.AsyncClient(base_url=url, timeout=PATIENCE) as client:
            assert (await client.get("/readyz")).status_code == 200
            entered = await send_form(client, "/login", email="li@example.com", password=PASSWORD)
            assert entered.status_code == 303
            cookies = dict(client.cookies)

            async def seen_by() -> tuple[str, int]:
                """Over a connection of its own: which worker took it, and what the account's page answers."""
                async with httpx.AsyncClient(base_url=url, timeout=PATIENCE, cookies=cookies) as other:
                    told = (await other.get("/metrics")).text
                    worker = re.search(r'yinbo_process_info{pid="(\d+)"}', told)
                    assert worker is not None
                    return worker[1], (await other.get("/account")).status_code

            async def both(status: int) -> bool:
                seen: set[str] = set()
                for _ in range(25):
                    # Several at once, so that one worker can't take them all.
                    told = await asyncio.gather(*(seen_by() for _ in range(8)))
                    seen |= {worker for worker, answered in told if answered == status}
                    if len(seen) == 2:
                        return True
                return False

            assert await both(200)
            assert (await send_form(client, "/logout", at="/account")).status_code == 303
            # The other worker may hold on to what it knew for a second.
            assert await both(303)
        process.terminate()
        assert await asyncio.to_thread(process.wait, PATIENCE) == 0
    assert "Traceback" not in (tmp_path / "err").read_text()
