"""A thousand open walls: seconds from the answer to a confirmation until the last of them has read the new total."""

import asyncio
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import msgspec
import uvloop

from bench.harness import ROOT, Ground, Outcome, served
from bench.totals import filled

WALLS = 1000
FIRST_DRAFT = 2_000_001
TIMES = 5


class Answer(msgspec.Struct):
    status: int
    body: bytes


async def _answer(reader: asyncio.StreamReader) -> Answer:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next((line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), b":0")
    return Answer(int(head[9:12]), await reader.readexactly(int(length.partition(b":")[2])))


class _Wall:
    """A stream of events, and a connection that reads the page anew, as the page itself does: one reading at a time."""

    def __init__(self, host: str, port: int) -> None:
        self.at = (host, port)
        self.seen = 0.0
        self.text = b""

    async def open(self) -> None:
        host = f"Host: {self.at[0]}:{self.at[1]}\r\n\r\n"
        self.events, self.listening = await asyncio.open_connection(*self.at)
        self.listening.write(b"GET /api/v1/events?topics=totals HTTP/1.1\r\n" + host.encode())
        if b" 200 " not in await self.events.readline():
            raise SystemExit("bench: a wall could not listen")
        self.pages, self.asking = await asyncio.open_connection(*self.at)
        self.request = b"GET /wall?part=1 HTTP/1.1\r\n" + host.encode()
        while b"event: hello" not in await self.events.readline():
            pass

    async def read(self) -> None:
        self.asking.write(self.request)
        answer = await _answer(self.pages)
        if answer.status != 200:
            raise SystemExit(f"bench: a wall was answered {answer.status}")
        self.text, self.seen = answer.body, time.perf_counter()

    async def follow(self) -> None:
        while line := await self.events.readline():
            if line.startswith(b"event: totals"):
                await self.read()


async def main(url: str, token: str) -> None:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 0
    walls = [_Wall(host, port) for _ in range(WALLS)]
    for start in range(0, WALLS, 50):
        await asyncio.gather(*(wall.open() for wall in walls[start : start + 50]))
    tasks = [asyncio.create_task(wall.follow()) for wall in walls]
    reader, writer = await asyncio.open_connection(host, port)
    took = []
    for n in range(TIMES):
        before = [wall.seen for wall in walls]
        request = f"POST /api/v1/deals/D-{FIRST_DRAFT + n}/confirm HTTP/1.1\r\nHost: {host}:{port}\r\n"
        request += f"Authorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}"
        writer.write(request.encode())
        answer = await _answer(reader)
        if answer.status != 200:
            raise SystemExit(f"bench: the confirmation was answered {answer.status}")
        committed = time.perf_counter()
        until = committed + 30
        while behind := sum(wall.seen == seen for wall, seen in zip(walls, before, strict=True)):
            if time.perf_counter() > until:
                raise SystemExit(f"bench: {behind} walls heard nothing")
            await asyncio.sleep(0.005)
        if len({wall.text for wall in walls}) != 1:
            raise SystemExit("bench: two walls say different things")
        took.append(max(wall.seen for wall in walls) - committed)
        await asyncio.sleep(0.5)
    for task in tasks:
        task.cancel()
    print(json.dumps(sorted(took)))


def run(ground: Ground) -> Iterator[Outcome]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 16_384)), hard))
    databases: list[tuple[str, dict[str, str]]] = [("sqlite", {})]
    if ground.postgres:
        databases.append(("postgres", {"YINBO_DATABASE_URL": ground.postgres}))
    for name, around in databases:
        home = ground.folder / f"walls-{name}"
        token = filled(home, 7, TIMES, **around)
        with served("app:create_app", home, YINBO_DATA_DIR=str(home), **around) as url:
            yield Outcome(
                name=f"{name}: seconds until {WALLS:,} walls show a confirmation",
                value=_measured(url, token),
                ceiling=1.0,
            )


def _measured(url: str, token: str) -> float:
    """The middle one of some confirmations."""
    command = [sys.executable, "-m", "bench.walls", url, token]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        raise SystemExit(f"bench: {done.stderr.decode()[-2000:]}")
    took: list[float] = json.loads(done.stdout)
    return round(took[len(took) // 2], 3)


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], sys.argv[2]))
