"""Five thousand rows of a spreadsheet read in by the command line, from the first byte to the commit."""

import io
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator

import openpyxl

from bench.harness import ROOT, Ground, Outcome
from bench.load import Result
from demo.firms import invented

ROWS = 5_000
_HEADINGS = [
    "单位名称",
    "英文名称",
    "信用代码",
    "联系人",
    "手机",
    "邮箱",
    "展品类别",
    "领域",
    "标准展位数",
    "光地面积",
    "网址",
    "简介",
]


def sheet(rows: int) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet("名单")
    page.append(["参展企业登记表"])
    page.append(_HEADINGS)
    for n in range(rows):
        one = invented(n, "1")
        page.append(
            [
                one.name,
                one.name_en,
                one.credit_code,
                one.contact_name,
                13800000000 + n,
                one.contact_email,
                "、".join(one.categories),
                "、".join(one.fields),
                one.booth.count,
                one.booth.area_m2,
                one.website,
                one.intro,
            ]
        )
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def run(ground: Ground) -> Iterator[Outcome]:
    file = ground.folder / "firms.xlsx"
    file.write_bytes(sheet(ROWS))
    taken: list[float] = []
    said = ""
    for n in range(min(ground.rounds, 3)):
        home = ground.folder / f"imports-{n}"
        home.mkdir()
        own = {key: value for key, value in os.environ.items() if not key.startswith("YINBO_")}
        env = {**own, "PYTHONPATH": str(ROOT), "YINBO_DATA_DIR": str(home)}

        def yinbo(*arguments: str, env: dict[str, str] = env) -> str:
            command = [sys.executable, "-c", "from cli import main; main()", *arguments]
            done = subprocess.run(command, env=env, check=True, capture_output=True, text=True)
            return done.stdout + done.stderr

        days = ["--first-day", "2027-09-15", "--last-day", "2027-09-17"]
        yinbo("editions", "add", "bench", "--name-zh", "示例", "--name-en", "Sample", "--venue", "示例", *days)
        began = time.perf_counter()
        said = yinbo("exhibitors", "import", str(file))
        taken.append(time.perf_counter() - began)
    told = {} if f"{ROWS} stored" in said and "checked" in said else {said[-200:]: 1}
    middle = statistics.median(taken)
    result = Result(
        rate=round(ROWS / middle, 1), p50=middle * 1000, p99=max(taken) * 1000, answered=len(taken), failures=told
    )
    yield Outcome(name=f"import of {ROWS:,} rows, seconds", value=round(middle, 2), ceiling=20.0, product=(result,))
