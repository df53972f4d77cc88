"""``kill -9`` under write load: what a client was told of is there afterwards, whole, with its mail and its audit."""

import asyncio
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from core import clock
from tests.conftest import BACKEND, POSTGRES
from tests.firms import application
from tests.live import _free_port as free_port
from tests.live import environment

BIN = Path(sys.executable).parent
ROUNDS = int(os.environ.get("YINBO_TEST_CRASHES", "20"))
CLIENTS = 8
#: Acknowledged writes after which the server is killed.
ENOUGH = 12
PATIENCE = 60.0


async def _on_server(statement: str) -> None:
    connection = await asyncpg.connect(POSTGRES)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture
def server_env(tmp_path: Path) -> Iterator[dict[str, str]]:
    env = environment(tmp_path, free_port())
    if BACKEND == "sqlite":
        yield env
        return
    name = f"yinbo_crash_{secrets.token_hex(4)}"
    asyncio.run(_on_server(f'CREATE DATABASE "{name}"'))
    try:
        yield env | {"YINBO_DATABASE_URL": POSTGRES.rpartition("/")[0] + "/" + name}
    finally:
        asyncio.run(_on_server(f'DROP DATABASE "{name}" WITH (FORCE)'))


def _yinbo(env: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        [str(BIN / "yinbo"), *words], env=env, cwd=env["YINBO_DATA_DIR"], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, (words, done.stdout, done.stderr)
    return done.stdout.strip()


def _start(env: dict[str, str]) -> "subprocess.Popen[bytes]":
    url = env["YINBO_BASE_URL"]
    with (Path(env["YINBO_DATA_DIR"]) / "server.log").open("ab") as log:
        command = [str(BIN / "yinbo"), "run", "--port", url.rpartition(":")[2]]
        process = subprocess.Popen(command, env=env, cwd=env["YINBO_DATA_DIR"], stdout=log, stderr=log)
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(url + "/readyz", timeout=5).status_code == 200:
                return process
        except httpx.TransportError:
            pass
        time.sleep(0.02)
    process.kill()
    process.wait()
    raise AssertionError(Path(env["YINBO_DATA_DIR"], "server.log").read_text())


async def _register_until_killed(url: str, process: "subprocess.Popen[bytes]", first: int) -> dict[str, str]:
    """Number and name of each exhibitor that the server acknowledged."""
    told: dict[str, str] = {}
    enough = asyncio.Event()
    numbers = iter(range(first, first + 100_000))

    async def client() -> None:
        async with httpx.AsyncClient(base_url=url, timeout=30) as http:
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
        process.send_signal(signal.SIGKILL)
        await asyncio.to_thread(process.wait)
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
    today = clock.now().date().isoformat()
    _yinbo(env, "migrate")
    _yinbo(
        env, "editions", "add", "2026", "--name-zh", "示例博览会", "--name-en", "Sample Expo", "--venue", "Hall",
        "--first-day", today, "--last-day", today, "--current",
    )  # fmt: skip
    token = _yinbo(env, "tokens", "add", "crash", "--role", "reviewer")
    told: dict[str, str] = {}
    for number in range(ROUNDS):
        process = _start(env)
        told |= asyncio.run(_register_until_killed(url, process, number * 100_000 + 1))
    process = _start(env)
    try:
        stored = _exhibitors(url, token)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
    assert len(told) >= ROUNDS * ENOUGH
    assert {key: stored.get(key) for key in told} == told
    # What was in flight stands whole or not at all: each firm has its one audit entry and its one mail.
    counts = subprocess.run([sys.executable, "-c", _COUNTS], env=env, check=True, capture_output=True, text=True)
    assert counts.stdout.split() == [str(len(stored)), str(len(stored))]
    _yinbo(env, "ledger", "verify")
