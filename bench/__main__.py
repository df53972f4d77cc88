"""``python -m bench [NAME…] [--json FILE] [--quick]``: prints PASS or FAIL per target, exit code 1 on a FAIL."""

import asyncio
import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import asyncpg
import click
import msgspec

from bench.harness import ROOT, Bench, Ground, Outcome
from core import clock

BENCHES = (
    *("door", "pages", "directory", "imports", "registration", "printing", "totals", "walls"),
    *("scans", "snapshot", "matching", "planning"),
)
POSTGRES = os.environ.get("YINBO_TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres")


class Report(msgspec.Struct, frozen=True):
    at: str
    machine: str
    outcomes: list[Outcome]


async def _on_server(statement: str) -> None:
    connection = await asyncpg.connect(POSTGRES, timeout=3)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@contextmanager
def _postgres() -> Iterator[str]:
    """A database of our own, or nothing where no server answers."""
    name = f"yinbo_bench_{os.getpid()}"
    try:
        asyncio.run(_on_server(f'CREATE DATABASE "{name}"'))
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        print(f"SKIP  PostgreSQL: {error}")
        yield ""
        return
    try:
        yield POSTGRES.rpartition("/")[0] + "/" + name
    finally:
        asyncio.run(_on_server(f'DROP DATABASE "{name}" WITH (FORCE)'))


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(BENCHES))
@click.option("--json", "target", type=click.Path(path_type=Path), help="Write the report here, too.")
@click.option("--quick", is_flag=True, help="Three short rounds instead of five.")
def main(names: tuple[str, ...], target: Path | None, quick: bool) -> None:
    outcomes: list[Outcome] = []
    with tempfile.TemporaryDirectory(prefix="yinbo-bench-") as folder, _postgres() as postgres:
        ground = Ground(Path(folder), postgres, seconds=1.0 if quick else 2.0, rounds=3 if quick else 5)
        for name in names or BENCHES:
            run: Bench = import_module(f"bench.{name}").run
            for outcome in run(ground):
                print(outcome.line(), flush=True)
                outcomes.append(outcome)
    now = clock.now()
    report = Report(
        now.isoformat(), f"{os.cpu_count()} × {platform.machine()}, Python {sys.version.split()[0]}", outcomes
    )
    encoded = msgspec.json.format(msgspec.json.encode(report), indent=1)
    kept = ROOT / "bench" / "results"
    kept.mkdir(exist_ok=True)
    (kept / f"{now:%Y%m%d-%H%M%S}.json").write_bytes(encoded)
    if target is not None:
        target.write_bytes(encoded)
    raise SystemExit(0 if all(outcome.passed for outcome in outcomes) else 1)


main()
