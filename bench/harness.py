"""Measures the product against a bare baseline in the same minute on the same machine, and says the ratio.

Baseline and product take turns, round for round; the ratio is the median of the rounds' ratios, so that whatever else
the machine does meanwhile falls on both.
"""

import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from bench.load import Load, Result

ROOT = Path(__file__).parent.parent
PATIENCE = 60.0


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """``value`` is held against ``floor`` (at least) or ``ceiling`` (at most)."""

    name: str
    value: float
    floor: float | None = None
    ceiling: float | None = None
    product: tuple[Result, ...] = ()
    bare: tuple[Result, ...] = ()

    @property
    def failures(self) -> dict[str, int]:
        seen: dict[str, int] = {}
        for result in (*self.product, *self.bare):
            for why, count in result.failures.items():
                seen[why] = seen.get(why, 0) + count
        return seen

    @property
    def passed(self) -> bool:
        enough = self.floor is None or self.value >= self.floor
        little = self.ceiling is None or self.value <= self.ceiling
        return enough and little and not self.failures

    def line(self) -> str:
        target = f"≥ {self.floor}" if self.floor is not None else f"≤ {self.ceiling}"
        text = f"{'PASS' if self.passed else 'FAIL'}  {self.name:<44} {self.value:6.2f}  ({target})"
        if self.product:
            product = statistics.median(one.rate for one in self.product)
            text += f"  {product:,.0f}/s, p99 {statistics.median(one.p99 for one in self.product):.1f} ms"
        if self.bare:
            text += f"; bare {statistics.median(one.rate for one in self.bare):,.0f}/s"
        for why, count in self.failures.items():
            text += f"\n      {count} × {why}"
        return text


def measure(load: Load) -> Result:
    command = [sys.executable, "-m", "bench.load", msgspec.json.encode(load).decode()]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        raise SystemExit(f"bench: {done.stderr.decode()[-2000:]}")
    return msgspec.json.decode(done.stdout, type=Result)


def compare(name: str, *, product: Load, bare: Load, floor: float, rounds: int) -> Outcome:
    ours: list[Result] = []
    theirs: list[Result] = []
    for number in range(rounds):
        # Who goes first changes, so that what a round leaves behind (checkpoints) falls on both.
        for load, into in ((bare, theirs), (product, ours))[:: -1 if number % 2 else 1]:
            into.append(measure(load))
    ratios = [one.rate / max(other.rate, 0.001) for one, other in zip(ours, theirs, strict=True)]
    value = round(statistics.median(ratios), 3)
    return Outcome(name=name, value=value, floor=floor, product=tuple(ours), bare=tuple(theirs))


def costs(name: str, *, product: Load, bare: Load, ceiling: float, rounds: int) -> Outcome:
    """How many times the other's time one answer takes."""
    one = compare(name, product=bare, bare=product, floor=0, rounds=rounds)
    return Outcome(name=name, value=one.value, ceiling=ceiling, product=one.bare, bare=one.product)


def spread(name: str, *, product: Load, ceiling: float, rounds: int) -> Outcome:
    """How many times the median the slowest in a hundred takes."""
    ours = tuple(measure(product) for _ in range(rounds))
    value = round(statistics.median(one.p99 / max(one.p50, 0.001) for one in ours), 3)
    return Outcome(name=name, value=value, ceiling=ceiling, product=ours)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def served(factory: str, folder: Path, **environment: str) -> Iterator[str]:
    """One uvicorn worker in a process of its own; gives its address and ends it by its id."""
    port = _free_port()
    kept = {key: value for key, value in os.environ.items() if not key.startswith("YINBO_")}
    command = [sys.executable, "-m", "uvicorn", factory, "--factory", "--port", str(port), "--no-access-log"]
    command += ["--log-level", "warning", "--no-proxy-headers", "--no-server-header", "--backlog", "4096"]
    env = {**kept, "PYTHONPATH": str(ROOT), "YINBO_DATA_DIR": str(folder), "YINBO_RATE_LIMITS": "off", **environment}
    log = folder / f"{factory.replace(':', '.')}.{port}.log"
    with log.open("wb") as out:
        server = subprocess.Popen(command, cwd=folder, env=env, stdout=out, stderr=out)
        try:
            until = time.monotonic() + PATIENCE
            while True:
                if server.poll() is not None or time.monotonic() > until:
                    raise SystemExit(f"bench: {factory} did not start:\n{log.read_text()}")
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.02)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


Bench = Callable[["Ground"], Iterator[Outcome]]


class Ground(msgspec.Struct, frozen=True):
    """Where benches run: a folder on this disk, a PostgreSQL database of their own or none, the length of a run."""

    folder: Path
    postgres: str
    seconds: float
    rounds: int

    def load(
        self,
        url: str,
        *,
        connections: int = 32,
        body: str = "",
        bodies: str = "",
        headers: dict[str, str] | None = None,
    ) -> Load:
        return Load(
            url=url,
            method="POST" if body or bodies else "GET",
            body=body,
            bodies=bodies,
            headers=headers or {},
            connections=connections,
            seconds=self.seconds,
        )
