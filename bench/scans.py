"""Scans at the gates over HTTP, with all that belongs to one (token, rules, live counts), against bare routes that do
the same look-up, insert and update.

Each scan is a badge's first in an area, so that each is admitted; a thousand badges serve by way of many areas.
"""

import asyncio
import json
import os
import random
import sqlite3
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import asyncpg

from bench.harness import ROOT, Ground, Outcome, compare, costs, measure, served
from bench.load import Result

FEW, MANY = 1_000, 1_000_000
AREAS = 400
VIEWERS = 200
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def codes(many: int) -> list[str]:
    """As long as real ones, and none of them signed: what is stored needs no signature."""
    draw = random.Random(many)
    return ["YB:" + "".join(draw.choices(_ALPHABET, k=113)) + "0" for _ in range(many)]


def bodies(file: Path, many: int, scans: int, prefix: str, batch: int = 0) -> str:
    """``scans`` first scans; of a batch, ``scans`` batches."""
    badges = codes(many)
    draw = random.Random(7)
    pairs: Iterator[tuple[str, int]]
    if many == FEW:
        pairs = ((badge, area) for area in range(AREAS) for badge in badges)
    else:
        pairs = ((badge, draw.randrange(AREAS)) for badge in draw.sample(badges, min(many, scans * max(1, batch))))
    numbers = iter(range(10**9))

    def one() -> dict[str, Any]:
        badge, area = next(pairs)
        return {"code": badge, "checkpoint": f"GATE-{area}", "nonce": f"{prefix}-{next(numbers)}"}

    now = "2026-09-15T01:00:00+00:00"
    with file.open("w") as out:
        for _ in range(scans):
            body: Any
            if batch:
                some = [{**one(), "scanned_at": now, "offline": True} for _ in range(batch)]
                body = {"device_time": now, "scans": some}
            else:
                body = one()
            out.write(json.dumps(body) + "\n")
    return str(file)


# ── the databases ──


async def _prepare(many: int) -> None:
    """In a process of its own, whose environment names the database: prints a token."""
    from checkin.rules.checkpoints import CheckpointIn
    from checkin.services import checkpoints
    from checkin.tables import Badge
    from core import clock, db
    from core.accounts.roles import CLI, Role
    from core.accounts.services import tokens
    from core.editions.queries import require_current

    async with db.lifespan():
        edition = await require_current()
        for n in range(AREAS):
            await checkpoints.create(CLI, edition, CheckpointIn(code=f"GATE-{n}", name=f"Gate {n}"))
        badge = Badge(edition=edition.id, kind="visitor", holder="示例", organisation="示例公司", issued_at=clock.now())
        row = {
            column._meta.name: badge[column._meta.name] for column in Badge._meta.columns if column._meta.name != "id"
        }
        row |= {"key_number": 1, "changed_at": clock.now()}
        names = list(row)
        where = {name: names.index(name) for name in ("serial", "code", "uid")}

        def rows() -> Iterator[list[Any]]:
            for n, code in enumerate(codes(many)):
                values = list(row.values())
                values[where["serial"]], values[where["code"]], values[where["uid"]] = str(10**8 + n), code, n
                yield values

        quoted = ", ".join(f'"{name}"' for name in names)
        door = db.engine()
        if door.engine_type == "sqlite":
            await door.close_connection_pool()
            with closing(sqlite3.connect(door.path, isolation_level=None)) as connection:  # type: ignore[union-attr]
                connection.execute("BEGIN")
                marks = ", ".join("?" * len(names))
                connection.executemany(f"INSERT INTO badge ({quoted}) VALUES ({marks})", rows())
                connection.execute("COMMIT")
        else:
            connected = await asyncpg.connect(os.environ["YINBO_DATABASE_URL"])
            await connected.copy_records_to_table("badge", columns=names, records=rows())
            await connected.execute("ANALYZE")
            await connected.close()
        print(await tokens.add(CLI, "bench", Role.gate))


def _run(env: dict[str, str], *words: str) -> str:
    own = {key: value for key, value in os.environ.items() if not key.startswith("YINBO_")}
    whole = {**own, "PYTHONPATH": str(ROOT), **env}
    done = subprocess.run([sys.executable, *words], env=whole, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"bench: {words}: {done.stderr[-2000:]}")
    return done.stdout


_COMMAND = "import sys; from cli import main; main(sys.argv[1:])"
_EDITION = ("editions", "add", "bench", "--name-zh", "示例", "--name-en", "Sample", "--venue", "示例")
_DAYS = ("--first-day", "2026-09-15", "--last-day", "2026-09-17", "--current")


class Place:
    """A database of the product with so many badges, and the same for the bare routes where it is asked for."""

    def __init__(self, ground: Ground, database: str, many: int) -> None:
        self.many = many
        self.home = ground.folder / f"scans-{database}-{many}"
        self.home.mkdir()
        self.address = ""
        if database == "postgres":
            self.address = ground.postgres + f"_scans_{many}"
            asyncio.run(_on(ground.postgres, f'CREATE DATABASE "{self.address.rpartition("/")[2]}"'))
        self.env = {"YINBO_DATA_DIR": str(self.home), "YINBO_DATABASE_URL": self.address}
        for words in (("migrate",), (*_EDITION, *_DAYS)):
            _run(self.env, "-c", _COMMAND, *words)
        token = _run(self.env, "-m", "bench.scans", str(many)).split()[-1]
        self.headers = {"authorization": f"Bearer {token}"}


async def _drop(ground: Ground) -> None:
    names = (f"{ground.postgres}_scans_{many}".rpartition("/")[2] for many in (FEW, MANY))
    await _on(ground.postgres, *(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)' for name in names))


async def _on(address: str, *statements: str) -> None:
    connection = await asyncpg.connect(address)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def _bare_badges(sqlite: Path, postgres: str) -> None:
    rows = [(code, "visitor", "active", "示例") for code in codes(FEW)]
    with closing(sqlite3.connect(sqlite)) as connection:
        connection.executemany("INSERT INTO bare_badge (code, kind, status, holder) VALUES (?, ?, ?, ?)", rows)
        connection.commit()
    if postgres:
        connected = await asyncpg.connect(postgres)
        await connected.copy_records_to_table("bare_badge", columns=["code", "kind", "status", "holder"], records=rows)
        await connected.execute("ANALYZE")
        await connected.close()


# ── what is measured ──


def _evenness(name: str, outcome: Outcome) -> Outcome:
    """How many times the bare route's p99 / p50 the product's is."""

    def spread(results: tuple[Result, ...]) -> float:
        return statistics.median(one.p99 / max(one.p50, 0.001) for one in results)

    value = round(spread(outcome.product) / spread(outcome.bare), 3)
    return Outcome(name=name, value=value, ceiling=1.2, product=outcome.product, bare=outcome.bare)


@contextmanager
def _viewers(url: str, headers: dict[str, str]) -> Iterator[None]:
    """So many streams of live events, read by a process of its own."""
    command = [sys.executable, "-m", "bench.viewers", url, headers["authorization"], str(VIEWERS)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        if process.stdout.readline().strip() != "watching":
            raise SystemExit("bench: the viewers could not connect")
        yield
    finally:
        process.terminate()
        process.wait()


def _watched(ground: Ground, database: str, url: str, place: Place, file: str) -> Outcome:
    load = ground.load(url, bodies=file, headers=place.headers)
    alone: list[Result] = []
    watched: list[Result] = []
    for number in range(ground.rounds):
        for who in (alone, watched)[:: -1 if number % 2 else 1]:
            if who is watched:
                with _viewers(url.rpartition("/")[0], place.headers):
                    who.append(measure(load))
            else:
                who.append(measure(load))
    value = statistics.median(one.rate / two.rate for one, two in zip(watched, alone, strict=True))
    return Outcome(
        name=f"{database}: scans with {VIEWERS} live viewers, against none",
        value=round(value, 3),
        floor=0.85,
        product=tuple(watched),
        bare=tuple(alone),
    )


def run(ground: Ground) -> Iterator[Outcome]:
    around = {"YINBO_BENCH_SQLITE": str(ground.folder / "bare-scans.sqlite"), "YINBO_BENCH_POSTGRES": ground.postgres}
    databases = [("sqlite", 0.5)] + ([("postgres", 0.7)] if ground.postgres else [])
    only = os.environ.get("YINBO_BENCH_ONLY", "")
    with served("bench.bare:create_app", ground.folder, **around) as bare:
        asyncio.run(_bare_badges(ground.folder / "bare-scans.sqlite", ground.postgres))
        for database, floor in databases:
            if only in ("", database):
                try:
                    yield from _of(ground, database, floor, bare)
                finally:
                    if database == "postgres":
                        asyncio.run(_drop(ground))


def _of(ground: Ground, database: str, floor: float, bare: str) -> Iterator[Outcome]:
    few = Place(ground, database, FEW)
    files = {name: ground.folder / f"{database}-{name}.bodies" for name in ("few", "bare", "batch", "many")}
    bodies(files["few"], FEW, FEW * AREAS - 60_000, "few")
    bodies(files["bare"], FEW, FEW * AREAS, "bare")
    with served("app:create_app", few.home, **few.env) as product:
        url = f"{product}/api/v1/scans"
        ours = ground.load(url, bodies=str(files["few"]), headers=few.headers)
        theirs = ground.load(f"{bare}/scan/{database}", bodies=str(files["bare"]))
        rate = compare(
            f"{database}: a scan, against a bare one", product=ours, bare=theirs, floor=floor, rounds=ground.rounds
        )
        yield rate
        yield _evenness(f"{database}: p99 / p50 at 32 clients, against the bare route's", rate)
        yield _watched(ground, database, url, few, str(files["few"]))
        many = Place(ground, database, MANY)
        bodies(files["many"], MANY, 200_000, "many")
        with served("app:create_app", many.home, **many.env) as large:
            yield costs(
                f"{database}: a scan of 1,000,000 badges, against 1,000",
                product=ground.load(f"{large}/api/v1/scans", bodies=str(files["many"]), headers=many.headers),
                bare=ours,
                ceiling=1.3,
                rounds=ground.rounds,
            )
            bodies(files["batch"], MANY, 1_000, "batch", batch=500)
            yield _batches(ground, database, f"{large}/api/v1/scans", many, files)


def _batches(ground: Ground, database: str, url: str, place: Place, files: dict[str, Path]) -> Outcome:
    several = ground.load(f"{url}/batch", bodies=str(files["batch"]), headers=place.headers, connections=2)
    single = ground.load(url, bodies=str(files["many"]), headers=place.headers)
    outcome = compare(
        f"{database}: scans in batches of 500, against single ones",
        product=several,
        bare=single,
        floor=3,
        rounds=ground.rounds,
    )
    ratios = [one.rate * 500 / two.rate for one, two in zip(outcome.product, outcome.bare, strict=True)]
    return Outcome(
        name=outcome.name,
        value=round(statistics.median(ratios), 3),
        floor=3,
        product=outcome.product,
        bare=outcome.bare,
    )


if __name__ == "__main__":
    asyncio.run(_prepare(int(sys.argv[1])))
