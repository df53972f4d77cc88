"""Ten thousand badges to PDF: seconds, and what a process takes of memory at ten times as many."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from bench.harness import ROOT, Ground, Outcome

MANY, FEW = 10_000, 1_000
SECONDS = 60.0
FLAT = 1.25

_PRINT = """
import asyncio, json, resource, sys, time
from core import db
from core.accounts.roles import CLI
from core.db.migrations import migrate
from core.jobs.worker import Pace, worker
from checkin.printing.layouts import Layout
from checkin.queries import prints
from checkin.queries.badges import Filter
from checkin.rules.badges import BadgeDraft
from checkin.services import badges, printing
from checkin.tables import BadgeKind
from tests.expo import an_edition

NAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜堃喆𬭎明华建国秀英芳娜敏静丽强磊军洋勇"
KINDS = list(BadgeKind)

async def main(many):
    await migrate()
    async with db.lifespan():
        edition = await an_edition()
        for start in range(0, many, 1000):
            await badges.issue_all(CLI, edition, [
                BadgeDraft(KINDS[n % 7], NAMES[n % 47] + NAMES[n // 47 % 47] + NAMES[n % 31],
                           f"宁波示例{NAMES[n % 43]}{NAMES[n % 37]}养老服务有限公司", (), "经理")
                for n in range(start, start + 1000)
            ])
        before = time.monotonic()
        await printing.begin(CLI, edition, Filter(), Layout.a4x8, "zh-CN")
        async with worker(Pace(idle=0.1)):
            while (await prints.runs(edition))[0].at_work:
                await asyncio.sleep(0.1)
        took = time.monotonic() - before
        run = (await prints.runs(edition))[0]
        assert run.file is not None and run.total == many
        press = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(json.dumps({"seconds": took, "megabytes": press}))

asyncio.run(main(int(sys.argv[1])))
"""


class Measured(msgspec.Struct):
    seconds: float
    #: Of the press.
    megabytes: float


def _measured(folder: Path, many: int) -> Measured:
    folder.mkdir()
    own = {key: value for key, value in os.environ.items() if not key.startswith("YINBO_")}
    env = {**own, "PYTHONPATH": str(ROOT), "YINBO_DATA_DIR": str(folder)}
    done = subprocess.run([sys.executable, "-c", _PRINT, str(many)], env=env, check=True, capture_output=True)
    return msgspec.json.decode(done.stdout, type=Measured)


def run(ground: Ground) -> Iterator[Outcome]:
    few = _measured(ground.folder / "few badges", FEW)
    many = _measured(ground.folder / "many badges", MANY)
    yield Outcome(name=f"seconds for {MANY:,} badges to PDF", value=round(many.seconds, 2), ceiling=SECONDS)
    ratio = round(many.megabytes / few.megabytes, 3)
    yield Outcome(name=f"memory of printing {MANY:,} to {FEW:,} ({many.megabytes:.0f} MB)", value=ratio, ceiling=FLAT)
