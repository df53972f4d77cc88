"""Spreadsheets to read in, made here: as people keep them, and hostile ones."""

import io
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

import openpyxl

from core.files.rules import SentFile
from tests.firms import credit_code

#: In this order in :func:`firm`.
HEADINGS = ["单位名称", "统一社会信用代码", "联系人", "手机", "电子邮箱", "展品类别", "标准展位数"]


def firm(n: int, **other: Any) -> list[Any]:
    cells = dict(
        zip(
            HEADINGS,
            [f"示例企业{n}号", credit_code(n), "示例", 13800138000 + n, f"a{n}@example.com", "护理服务与用品", 2],
            strict=True,
        )
    )
    return list((cells | other).values())


def workbook(rows: Sequence[Sequence[Any]], change: Callable[[Any], None] | None = None) -> bytes:
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    if change is not None:
        change(made)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def sent(data: bytes, name: str = "名单.xlsx") -> SentFile:
    return SentFile(name, io.BytesIO(data), len(data))


def repacked(data: bytes, **members: bytes) -> bytes:
    """The same .xlsx with other members; ``__`` stands for a stroke and ``_`` for a dot in their names."""
    out = io.BytesIO()
    other = {name.replace("__", "/").replace("_", "."): content for name, content in members.items()}
    with zipfile.ZipFile(io.BytesIO(data)) as read, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
        for name in read.namelist():
            if name not in other:
                written.writestr(name, read.read(name))
        for name, content in other.items():
            written.writestr(name, content)
    return out.getvalue()
