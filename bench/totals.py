"""The totals of a million deals against those of seven and against static JSON, and a confirmation against one durable
insert through the same door."""

import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from bench.door import NOTE
from bench.harness import ROOT, Ground, Outcome, compare, costs, measure, served
from bench.load import Load, Result

MANY, FEW, DRAFTS = 1_000_000, 7, 60_000


def filled(home: Path, confirmed: int, drafts: int, **around: str) -> str:
    """The token of a clerk."""
    home.mkdir()
    own = {key: value for key, value in os.environ.items() if not key.startswith("YINBO_")}
    env = {**own, "PYTHONPATH": str(ROOT), "YINBO_DATA_DIR": str(home), **around}
    command = [sys.executable, "-m", "bench.filling", str(confirmed), str(drafts)]
    done = subprocess.run(command, env=env, cwd=ROOT, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"bench: {done.stderr[-2000:]}")
    return done.stdout.split()[-1]


def _confirmations(name: str, product: Load, bare: Load, rounds: int) -> Outcome:
    """Each request confirms another draft."""
    ours: list[Result] = []
    theirs: list[Result] = []
    first = product.first
    for number in range(rounds):
        for what in ("bare", "product")[:: -1 if number % 2 else 1]:
            if what == "bare":
                theirs.append(measure(bare))
            else:
                ours.append(measure(msgspec.structs.replace(product, first=first)))
                first = ours[-1].next
    ratios = [other.rate / max(one.rate, 0.001) for one, other in zip(ours, theirs, strict=True)]
    value = round(statistics.median(ratios), 3)
    return Outcome(name=name, value=value, ceiling=4, product=tuple(ours), bare=tuple(theirs))


def run(ground: Ground) -> Iterator[Outcome]:
    few, many = ground.folder / "totals-few", ground.folder / "totals-many"
    filled(few, FEW, 0)
    token = filled(many, MANY, DRAFTS)
    bare_at = {"YINBO_BENCH_SQLITE": str(ground.folder / "bare-totals.sqlite"), "YINBO_BENCH_POSTGRES": ""}
    with (
        served("bench.bare:create_app", ground.folder, **bare_at) as bare,
        served("app:create_app", few, YINBO_DATA_DIR=str(few)) as small,
        served("app:create_app", many, YINBO_DATA_DIR=str(many)) as large,
    ):
        yield costs(
            f"sqlite: totals of {MANY:,} deals to {FEW}",
            product=ground.load(f"{large}/api/v1/totals"),
            bare=ground.load(f"{small}/api/v1/totals"),
            ceiling=1.3,
            rounds=ground.rounds,
        )
        yield from _against(ground, "sqlite", bare, large, many, token)
    if ground.postgres:
        home = ground.folder / "totals-postgres"
        around = {"YINBO_DATABASE_URL": ground.postgres}
        token = filled(home, MANY, DRAFTS, **around)
        with (
            served("bench.bare:create_app", ground.folder, **bare_at) as bare,
            served("app:create_app", home, YINBO_DATA_DIR=str(home), **around) as large,
        ):
            yield from _against(ground, "postgres", bare, large, home, token, **around)


def _against(
    ground: Ground, name: str, bare: str, product: str, home: Path, token: str, **around: str
) -> Iterator[Outcome]:
    yield compare(
        f"{name}: totals, against static JSON",
        product=ground.load(f"{product}/api/v1/totals"),
        bare=ground.load(f"{bare}/static"),
        floor=0.3,
        rounds=ground.rounds,
    )
    beside = ground.folder / f"totals-door-{name}"
    beside.mkdir()
    own = around or {"YINBO_DATABASE_URL": f"sqlite:///{beside / 'door.sqlite'}"}
    with served("bench.product:create_app", beside, **own) as door:
        headers = {"authorization": f"Bearer {token}"}
        confirm = ground.load(f"{product}/api/v1/deals/D-{{n}}/confirm", body="{}", headers=headers)
        yield _confirmations(
            f"{name}: a confirmation, against an insert",
            msgspec.structs.replace(confirm, first=2_000_001),
            ground.load(f"{door}/door", body=NOTE),
            ground.rounds,
        )
