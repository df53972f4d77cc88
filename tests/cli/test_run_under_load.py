"""Servers as processes while people write: told to stop, or two of them on one database file."""

import asyncio
import itertools
import os
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.cli.test_run import PATIENCE, YINBO, started
from tests.conftest import BACKEND
from tests.firms import application
from tests.live import environment
from tests.postgres import own_database

pytestmark = pytest.mark.anyio
EDITION = ["editions", "add", "load", "--name-zh", "展会", "--name-en", "Expo", "--venue", "馆", "--current"]
DAYS = ["--first-day", "2030-01-01", "--last-day", "2030-01-02"]
CLIENTS = 6


@pytest.fixture
def around(tmp_path: Path) -> Iterator[dict[str, str]]:
    """What a server and the commands beside it are started with."""
    if BACKEND == "sqlite":
        yield {}
    else:
        with own_database("load") as url:
            yield {"YINBO_DATABASE_URL": url}


def yinbo(home: Path, around: dict[str, str], *words: str) -> str:
    env = {**environment(home, 0), **around}
    done = subprocess.run([YINBO, *words], env=env, cwd=home, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def prepared(home: Path, around: dict[str, str]) -> None:
    yinbo(home, around, "migrate")
    yinbo(home, around, *EDITION, *DAYS)


class Writers:
    """Register firms until nobody listens any more, or until they are told that it is enough."""

    def __init__(self, *urls: str) -> None:
        self.told: list[str] = []
        self.broken: list[str] = []
        self.amid = asyncio.Event()
        self.enough = asyncio.Event()
        self._numbers = itertools.count(1)
        self._tasks = [asyncio.create_task(self._write(url)) for _ in range(CLIENTS) for url in urls]

    async def _write(self, url: str) -> None:
        async with httpx.AsyncClient(base_url=url, timeout=PATIENCE) as http:
            while not self.enough.is_set():
                try:
                    answer = await http.post("/api/v1/exhibitors", json=application(next(self._numbers)))
                except httpx.ConnectError:
                    return
                except httpx.TransportError as error:
                    self.broken.append(repr(error))
                    return
                if answer.status_code != 201:
                    self.broken.append(answer.text)
                    return
                self.told.append(answer.json()["number"])
                if len(self.told) >= 40:
                    self.amid.set()

    async def end(self) -> None:
        await asyncio.gather(*self._tasks)


async def _stored(home: Path, around: dict[str, str]) -> set[str]:
    token = await asyncio.to_thread(yinbo, home, around, "tokens", "add", "reader", "--role", "organizer")
    found: set[str] = set()
    with started(home, **around) as (process, port):
        headers = {"authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=PATIENCE) as http:
            cursor: str | None = ""
            while cursor is not None:
                where = {"limit": "500", **({"cursor": cursor} if cursor else {})}
                page = (await http.get("/api/v1/exhibitors", params=where)).json()
                found |= {item["number"] for item in page["items"]}
                cursor = page["next"]
        process.terminate()
        await asyncio.to_thread(process.wait, PATIENCE)
    return found


async def test_told_to_stop_amid_writes_it_answers_all_and_keeps_what_it_acknowledged(
    tmp_path: Path, around: dict[str, str]
) -> None:
    """With two workers on PostgreSQL, whose streams say goodbye."""
    await asyncio.to_thread(prepared, tmp_path, around)
    token = await asyncio.to_thread(yinbo, tmp_path, around, "tokens", "add", "screen", "--role", "viewer")
    options = ("--workers", "2") if BACKEND == "postgres" else ()
    with started(tmp_path, *options, **around) as (process, port):
        url = f"http://127.0.0.1:{port}"
        heard: list[str] = []

        async def listen() -> None:
            async with (
                httpx.AsyncClient(base_url=url, timeout=PATIENCE) as http,
                http.stream("GET", "/api/v1/events", headers={"authorization": f"Bearer {token}"}) as answer,
            ):
                heard.extend([line async for line in answer.aiter_lines() if line.startswith("event: ")])

        streams = [asyncio.create_task(listen()) for _ in range(4)]
        writers = Writers(url)
        async with asyncio.timeout(PATIENCE):
            await writers.amid.wait()
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(PATIENCE):
            await writers.end()
            await asyncio.gather(*streams)
        assert await asyncio.to_thread(process.wait, PATIENCE) == 0
    assert writers.broken == []
    assert heard.count("event: goodbye") == 4
    assert "Traceback" not in (tmp_path / "err").read_text()
    assert set(writers.told) <= await _stored(tmp_path, around)


@pytest.mark.skipif(BACKEND != "sqlite", reason="about SQLite's file")
async def test_two_servers_on_one_database_file_lose_and_spoil_nothing(tmp_path: Path) -> None:
    """A second one started by mistake works along: each write has its turn, whoever asks for it."""
    await asyncio.to_thread(prepared, tmp_path, {})
    (tmp_path / "second").mkdir()
    database = f"sqlite:///{tmp_path / 'yinbo.sqlite'}"
    with (
        started(tmp_path) as (one, port),
        started(tmp_path / "second", YINBO_DATABASE_URL=database) as (other, other_port),
    ):
        writers = Writers(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{other_port}")
        async with asyncio.timeout(PATIENCE):
            await writers.amid.wait()
            writers.enough.set()
            await writers.end()
        for process in (one, other):
            process.terminate()
            assert await asyncio.to_thread(process.wait, PATIENCE) == 0
    assert writers.broken == []
    assert set(writers.told) <= await _stored(tmp_path, {})
    with closing(sqlite3.connect(tmp_path / "yinbo.sqlite")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert "0 not sealed yet" in await asyncio.to_thread(yinbo, tmp_path, {}, "ledger", "verify")


def _unwritable(home: Path) -> Path:
    """A folder that even root may not write to, or one that this user may not."""
    if os.geteuid() == 0:
        return Path("/sys")
    folder = home / "locked"
    folder.mkdir(mode=0o555)
    return folder


@pytest.mark.skipif(BACKEND != "sqlite", reason="about SQLite's file")
def test_a_folder_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    place = _unwritable(tmp_path) / "yinbo.sqlite"
    env = {**environment(tmp_path, 0), "YINBO_DATABASE_URL": f"sqlite:///{place}"}
    done = subprocess.run([YINBO, "migrate"], env=env, cwd=tmp_path, check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "give this user the right to write there" in done.stderr
    assert str(place) in done.stderr
