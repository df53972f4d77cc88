"""A search of the directory among many exhibitors, against the same search among a hundred."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote

from bench.harness import ROOT, Ground, Outcome, costs, served

MANY, FEW = 10_000, 100
#: What most have, what a tenth has, what one has; pinyin, initials, English; with a filter; all of them.
SEARCHES = ("示例", "护理", "银杏养老院", "yinxing", "yxyly", "nursing", "有限公司", "")
#: Beside them: a category with a word, and a piece of the alphabet.
FILTERED = ("q=%E7%A4%BA%E4%BE%8B&category=FOOD", "q=%E5%85%AC%E5%8F%B8&field=informatization", "letter=S&page=3")

_FILL = """
import asyncio, sys
from core import db
from core.accounts.roles import CLI
from core.db.migrations import migrate
from demo.firms import invented
from exhibitors.services import directory, registration
from exhibitors.tables import Status
from tests.expo import an_edition
import msgspec

async def main(many):
    await migrate()
    async with db.lifespan():
        edition = await an_edition()
        for start in range(0, many, 100):
            async with db.transaction():
                for n in range(start, start + 100):
                    firm = invented(n, edition.privacy_version)
                    firm = msgspec.structs.replace(firm, name=firm.name + "有限公司")
                    await registration.store(CLI, edition, firm, status=Status.approved)

asyncio.run(main(int(sys.argv[1])))
"""


def _filled(folder: Path, many: int) -> Path:
    folder.mkdir()
    own = {key: value for key, value in os.environ.items() if not key.startswith("YINBO_")}
    env = {**own, "PYTHONPATH": str(ROOT), "YINBO_DATA_DIR": str(folder)}
    subprocess.run([sys.executable, "-c", _FILL, str(many)], env=env, check=True)
    return folder


def run(ground: Ground) -> Iterator[Outcome]:
    few, many = _filled(ground.folder / "few", FEW), _filled(ground.folder / "many", MANY)
    with (
        served("app:create_app", few, YINBO_DATA_DIR=str(few)) as small,
        served("app:create_app", many, YINBO_DATA_DIR=str(many)) as large,
    ):
        for words in [f"q={quote(words)}" for words in SEARCHES] + list(FILTERED):
            query = f"/exhibitors?{words}"
            yield costs(
                f"directory of {MANY:,} firms to {FEW}: {unquote(words)}",
                product=ground.load(f"{large}{query}", connections=1),
                bare=ground.load(f"{small}{query}", connections=1),
                ceiling=3.0,
                rounds=ground.rounds,
            )
