"""``kill -9`` under write load: what a client was told of is there afterwards, whole, with its mail and its audit."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from core import clock
from tests.conftest import BACKEND
from tests.firms import application
from tests.live import _free_port as free_port
from tests.live import environment
from tests.postgres import own_database

BIN = Path(sys.executable).parent
ROUNDS = int(os.environ.get("YINBO_TEST_CRASHES", "20"))
CLIENTS = 8
#: Acknowledged writes after which the server is killed.
ENOUGH = 12
PATIENCE = 60.0


@pytest.fixture
def server_env(tmp_path: Path) -> Iterator[dict[str, str]]:
    env = environment(tmp_path, free_port())
    if BACKEND == "sqlite":
        yield env
        return
    with own_database("crash") as url:
        yield env | {"YINBO_DATABASE_URL": url}


def _yinbo(env: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        [str(BIN / "yinbo"), *words], env=env, cwd=env["YINBO_DATA_DIR"], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, (words, done.stdout, done.stderr)
    return done.stdout.strip()


class Nursery:
    def __init__(self, env: dict[str, str]) -> None:
        self.url = env["YINBO_BASE_URL"]
        self._alive = 0
        self._log = Path(env["YINBO_DATA_DIR"]) / "server.log"
        command = [sys.executable, "-m", "tests.nursery", self.url.rpartition(":")[2]]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
            )

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def start(self) -> int:
        assert self._process.stdin is not None
        self._process.stdin.write("start\n")
        self._process.stdin.flush()
        pid = self._alive = int(self._line())
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                if httpx.get(self.url + "/readyz", timeout=5).status_code == 200:
                    return pid
            except httpx.TransportError:
                pass
            time.sleep(0.02)
        raise AssertionError(self._log.read_text())

    def end(self, pid: int, how: signal.Signals) -> None:
        os.kill(pid, how)
        assert self._line() == "ended"
        self._alive = 0

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        if self._alive:
            os.kill(self._alive, signal.SIGKILL)
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()


async def _register_until_killed(nursery: Nursery, pid: int, first: int) -> dict[str, str]:
    """Number and name of each exhibitor that the server acknowledged."""
    told: dict[str, str] = {}
    enough = asyncio.Event()
    numbers = iter(range(first, first + 100_000))

    async def client() -> None:
        async with httpx.AsyncClient(base_url=nursery.url, timeout=30) as http:
            for number in numbers:
                body = application(number)
                try:
                    answer = await http.post("/api/v1/exhibitors", json=body)
                except httpx.TransportError:
                    return
                assert answer.status_code == 201, answer.text
                told[answer.json()["number"]] = body["name"]
                if len(told) >= ENOUGH:
                    enough.set()

    clients = [asyncio.create_task(client()) for _ in range(CLIENTS)]
    try:
        async with asyncio.timeout(PATIENCE):
            await enough.wait()
    finally:
        await asyncio.to_thread(nursery.end, pid, signal.SIGKILL)
        await asyncio.gather(*clients)
    return told


def _exhibitors(url: str, token: str) -> dict[str, str]:
    found: dict[str, str] = {}
    cursor: str | None = ""
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=30) as http:
        while cursor is not None:
            where = {"limit": "500", **({"cursor": cursor} if cursor else {})}
            page: dict[str, Any] = http.get("/api/v1/exhibitors", params=where).json()
            found |= {item["number"]: item["name"] for item in page["items"]}
            cursor = page["next"]
    return found


_COUNTS = """
import asyncio
from core import db
from core.audit.tables import AuditEntry
from core.mail.tables import MailMessage

async def main():
    async with db.lifespan():
        entries = await AuditEntry.count().where(AuditEntry.action == "exhibitor.submitted")
        print(entries, await MailMessage.count().where(MailMessage.template == "registered"))

asyncio.run(main())
"""


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_what_was_acknowledged_is_there_after_every_kill(server_env: dict[str, str]) -> None:
    env, url = server_env, server_env["YINBO_BASE_URL"]
    first, last = (str(clock.now().date() + timedelta(days=days)) for days in (1, 3))
    _yinbo(env, "migrate")
    _yinbo(
        env, "editions", "add", "2026", "--name-zh", "示例博览会", "--name-en", "Sample Expo", "--venue", "Hall",
        "--first-day", first, "--last-day", last, "--current",
    )  # fmt: skip
    token = _yinbo(env, "tokens", "add", "crash", "--role", "reviewer")
    told: dict[str, str] = {}
    nursery = Nursery(env)
    try:
        for number in range(ROUNDS):
            pid = nursery.start()
            told |= asyncio.run(_register_until_killed(nursery, pid, number * 100_000 + 1))
        pid = nursery.start()
        stored = _exhibitors(url, token)
        nursery.end(pid, signal.SIGTERM)
    finally:
        nursery.close()
    assert len(told) >= ROUNDS * ENOUGH
    assert {key: stored.get(key) for key in told} == told
    # What was in flight stands whole or not at all: each firm has its one audit entry and its one mail.
    counts = subprocess.run([sys.executable, "-c", _COUNTS], env=env, check=True, capture_output=True, text=True)
    assert counts.stdout.split() == [str(len(stored)), str(len(stored))]
    _yinbo(env, "ledger", "verify")
