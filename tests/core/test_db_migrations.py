"""Migrations run once, whoever else starts; Piccolo's own commands work as its users expect."""

import asyncio
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from tests.conftest import BACKEND
from tests.postgres import own_database

ROOT = Path(__file__).parent.parent.parent
BIN = Path(sys.executable).parent


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a process with an empty database."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("YINBO_")}
    env |= {"YINBO_DATA_DIR": str(tmp_path), "YINBO_SECRET_KEY": "x" * 48, "PYTHONPATH": str(ROOT)}
    if BACKEND == "sqlite":
        yield env
        return
    with own_database("fresh") as url:
        yield env | {"YINBO_DATABASE_URL": url}


def _query(env: dict[str, str], sql: str) -> list[tuple[object, ...]]:
    if BACKEND == "sqlite":
        connection = sqlite3.connect(Path(env["YINBO_DATA_DIR"]) / "yinbo.sqlite", isolation_level=None)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    async def fetch() -> list[tuple[object, ...]]:
        other = await asyncpg.connect(env["YINBO_DATABASE_URL"])
        try:
            return [tuple(row) for row in await other.fetch(sql)]
        finally:
            await other.close()

    return asyncio.run(fetch())


READINESS = "import asyncio; from core.db.migrations import readiness; print(asyncio.run(readiness()))"


def _readiness(env: dict[str, str]) -> str:
    done = subprocess.run([sys.executable, "-c", READINESS], env=env, capture_output=True, check=True, text=True)
    return done.stdout.strip()


def test_two_processes_that_start_together_migrate_once(fresh: dict[str, str]) -> None:
    both = [
        subprocess.Popen([BIN / "yinbo", "migrate"], env=fresh, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    said = [one.communicate(timeout=90) for one in both]
    assert [one.returncode for one in both] == [0, 0], said
    rows = _query(fresh, "SELECT app_name, name FROM migration")
    assert len(rows) == len(set(rows)) > 0
    assert _readiness(fresh) == ""


def test_an_empty_database_is_not_ready_and_says_what_to_do(fresh: dict[str, str]) -> None:
    assert _readiness(fresh).endswith("run `yinbo migrate`")


def test_a_database_newer_than_the_program_is_left_alone(fresh: dict[str, str]) -> None:
    subprocess.run([BIN / "yinbo", "migrate"], env=fresh, check=True, capture_output=True)
    _query(
        fresh,
        "INSERT INTO migration (name, app_name, ran_on)"
        " VALUES ('2099-01-01T00:00:00:000000', 'editions', CURRENT_TIMESTAMP)",
    )
    assert "newer version" in _readiness(fresh)
    done = subprocess.run([BIN / "yinbo", "migrate"], env=fresh, check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert "newer version" in done.stderr
    assert "Traceback" not in done.stderr


def test_piccolos_own_commands_do_the_same(fresh: dict[str, str]) -> None:
    def piccolo(*words: str) -> subprocess.CompletedProcess[str]:
        command = [str(BIN / "piccolo"), "migrations", *words]
        return subprocess.run(command, env=fresh, cwd=ROOT, check=False, capture_output=True, text=True, timeout=90)

    for words in (("check",), ("forwards", "all"), ("check",)):
        done = piccolo(*words)
        assert (done.returncode, done.stderr) == (0, ""), (words, done.stdout)
    assert "False" not in piccolo("check").stdout
    assert _readiness(fresh) == ""
    migrated = subprocess.run([BIN / "yinbo", "migrate"], env=fresh, check=False, capture_output=True)
    assert migrated.returncode == 0
