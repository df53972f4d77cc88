"""The load generator, a process of its own: some connections, each sending its next request after the last answer.

``python -m bench.load '{"url": …}'`` reads a :class:`Load` and prints a :class:`Result`, both as JSON. It speaks just
enough HTTP/1.1 to be faster than what it measures, and to this machine only.
"""

import asyncio
import re
import sys
import time
from collections import deque
from itertools import islice
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import msgspec
import uvloop


class Load(msgspec.Struct, frozen=True, kw_only=True):
    #: ``{n}`` in it counts up from ``first``, request by request.
    url: str
    first: int = 0
    method: str = "GET"
    body: str = ""
    #: A file of bodies, one a line, for what can be sent once only. Where a run ends is kept beside it (``.at``), and
    #: the next one goes on there.
    bodies: str = ""
    headers: dict[str, str] = {}
    connections: int = 16
    #: Measured seconds, and seconds before them that are not counted.
    seconds: float = 2.0
    warm_up: float = 0.4


class Result(msgspec.Struct, frozen=True):
    """Latencies in milliseconds. ``failures``: what was answered other than 2xx, or why a connection ended."""

    rate: float
    p50: float
    p99: float
    answered: int
    failures: dict[str, int]
    #: The number after the last one sent.
    next: int = 0


_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class _Run:
    def __init__(self, load: Load) -> None:
        self.load = load
        parts = urlsplit(load.url)
        if parts.hostname != "127.0.0.1" or parts.port is None:
            raise SystemExit("bench: only http://127.0.0.1:PORT is put under load")
        self.address = (parts.hostname, parts.port)
        body = load.body.encode()
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        lines = [f"{load.method} {target} HTTP/1.1", f"Host: {parts.netloc}"]
        lines += [f"{name}: {value}" for name, value in load.headers.items()]
        if body or load.bodies:
            lines += ["Content-Type: application/json"]
        self.head = "\r\n".join(lines).encode()
        self.request = self.whole(body)
        self.place = Path(f"{load.bodies}.at")
        self.waiting: deque[bytes] = deque()
        self.used = 0
        if load.bodies:
            self.used = int(self.place.read_text()) if self.place.exists() else 0
            with Path(load.bodies).open("rb") as file:
                self.waiting.extend(line.rstrip(b"\n") for line in islice(file, self.used, None))
        self.numbered = "{n}" in load.url
        self.next = load.first
        self.taken: list[float] = []
        self.failures: dict[str, int] = {}
        self.counted_from = 0.0
        self.until = 0.0

    def whole(self, body: bytes) -> bytes:
        length = f"\r\nContent-Length: {len(body)}".encode() if body else b""
        return self.head + length + b"\r\n\r\n" + body

    def one(self) -> bytes | None:
        """None when all that can be sent has been."""
        if self.load.bodies:
            if not self.waiting:
                return None
            self.used += 1
            return self.whole(self.waiting.popleft())
        if not self.numbered:
            return self.request
        self.next += 1
        return self.request.replace(b"{n}", b"%d" % (self.next - 1), 1)

    def fail(self, why: str) -> None:
        self.failures[why] = self.failures.get(why, 0) + 1


class _Connection(asyncio.Protocol):
    def __init__(self, run: _Run) -> None:
        self.run = run
        self.buffer = b""
        self.sent = 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is none by descent

    def send(self) -> None:
        self.sent = time.perf_counter()
        request = None if self.sent >= self.run.until else self.run.one()
        if request is None:
            if self.sent < self.run.until:
                self.run.fail("there was nothing left to send")
            self.transport.close()
            if not self.done.done():
                self.done.set_result(None)
            return
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head = self.buffer.find(b"\r\n\r\n")
        if head < 0:
            return
        length = _LENGTH.search(self.buffer, 0, head + 2)
        size = head + 4 + (int(length[1]) if length else 0)
        if len(self.buffer) < size:
            return
        status = self.buffer[9:12]
        if status[:1] != b"2":
            self.run.fail(f"{status.decode()} {self.buffer[head + 4 : size][:200].decode(errors='replace')}")
        elif self.sent >= self.run.counted_from:
            self.run.taken.append(time.perf_counter() - self.sent)
        self.buffer = self.buffer[size:]
        self.send()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.run.fail(f"connection lost: {error}")
            self.done.set_result(None)


async def _main(load: Load) -> Result:
    run = _Run(load)
    loop = asyncio.get_running_loop()
    clients: list[_Connection] = []
    for _ in range(load.connections):
        _transport, client = await loop.create_connection(lambda: _Connection(run), *run.address)
        clients.append(client)
    run.counted_from = time.perf_counter() + load.warm_up
    run.until = run.counted_from + load.seconds
    for client in clients:
        client.send()
    async with asyncio.timeout(load.warm_up + load.seconds + 60):
        await asyncio.gather(*(client.done for client in clients))
    elapsed = time.perf_counter() - run.counted_from
    if load.bodies:
        run.place.write_text(str(run.used))
    taken = sorted(run.taken) or [0.0]
    return Result(
        rate=round(len(run.taken) / elapsed, 1),
        p50=round(taken[len(taken) // 2] * 1000, 3),
        p99=round(taken[min(len(taken) - 1, len(taken) * 99 // 100)] * 1000, 3),
        answered=len(run.taken),
        failures=run.failures,
        next=run.next,
    )


if __name__ == "__main__":
    print(msgspec.json.encode(uvloop.run(_main(msgspec.json.decode(sys.argv[1], type=Load)))).decode())
