"""A spreadsheet with a line for each booth: hall, code, place, size, kind, zone. Lengths are metres."""

import re
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from core import text
from core.i18n import mark
from exhibitors.rules import booths as rules
from exhibitors.rules import plan
from exhibitors.rules.plan import Rect
from exhibitors.tables import BoothKind

MOST_ROWS = 3000

#: Headings as organizers write them.
HEADINGS = {
    "hall": ("hall", "展馆", "馆号", "馆", "展厅"),
    "code": ("code", "booth", "展位号", "展位", "展位编号", "编号"),
    "x": ("x", "左", "横坐标", "x(m)", "x坐标"),
    "y": ("y", "上", "纵坐标", "y(m)", "y坐标"),
    "width": ("width", "宽", "宽度", "面宽", "开间", "长"),
    "height": ("height", "depth", "高", "深", "进深", "深度"),
    "kind": ("kind", "type", "类型", "展位类型", "类别"),
    "zone": ("zone", "区域", "展区", "分区"),
}
NEEDED = ("hall", "code", "x", "y", "width", "height")


class SheetFault(msgspec.Struct, frozen=True):
    """``row`` is the sheet's own number, from 1."""

    row: int
    column: str
    message: str


class SheetBooth(msgspec.Struct, frozen=True):
    row: int
    hall: str
    code: str
    rect: Rect
    kind: BoothKind
    zone: str


class Read(msgspec.Struct, frozen=True):
    booths: tuple[SheetBooth, ...]
    faults: tuple[SheetFault, ...]

    def halls(self) -> list[str]:
        return list(dict.fromkeys(booth.hall for booth in self.booths))


def _named(cell: str) -> str | None:
    whole = text.code(cell[:60]).lower()
    bare = re.sub(r"\((m|米|单位.*)\)$", "", whole)
    for name, headings in HEADINGS.items():
        if whole in headings or bare in headings:
            return name
    return None


def read(rows: Sequence[Sequence[str]]) -> Read:
    """Finds the line of headings among the first ten; says everything that is wrong, by row."""
    for n, row in enumerate(rows[:10]):
        columns = {name: at for at, cell in reversed(list(enumerate(row))) if (name := _named(cell))}
        if all(name in columns for name in NEEDED):
            return _lines(rows, n + 1, columns)
    missing = mark("There is no line with the headings hall, code, x, y, width and height.")
    return Read((), (SheetFault(1, "", missing),))


def _lines(rows: Sequence[Sequence[str]], start: int, columns: dict[str, int]) -> Read:
    faults: list[SheetFault] = []
    found: list[SheetBooth] = []
    seen: dict[str, int] = {}
    filled = [(n, row) for n, row in enumerate(rows[start:], start + 1) if any(cell.strip() for cell in row)]
    if len(filled) > MOST_ROWS:
        return Read((), (SheetFault(filled[MOST_ROWS][0], "", mark("At most 3,000 lines at once.")),))
    if not filled:
        return Read((), (SheetFault(start, "", mark("There is no booth below the headings.")),))
    hows: dict[str, Callable[[str], Any]] = {
        "hall": rules.hall,
        "code": rules.code,
        "x": rules.metres_or_zero,
        "y": rules.metres_or_zero,
        "width": rules.metres,
        "height": rules.metres,
        "kind": lambda typed: rules.kind(typed) if typed.strip() else BoothKind.standard,
        "zone": lambda typed: rules.short(typed, 40),
    }
    for n, row in filled:
        values: dict[str, Any] = {}
        for name, how in hows.items():
            at = columns.get(name)
            cell = row[at] if at is not None and at < len(row) else ""
            try:
                values[name] = how(cell)
            except text.Fault as fault:
                faults.append(SheetFault(n, name, fault.message))
        if len(values) < len(hows):
            continue
        rect = Rect(values["x"], values["y"], values["width"], values["height"])
        booth = SheetBooth(n, values["hall"], values["code"], rect, values["kind"], values["zone"])
        if not plan.within(rect, rules.MAX_SIDE, rules.MAX_SIDE):
            faults.append(SheetFault(n, "x", mark("This lies outside of the hall.")))
        elif seen.setdefault(booth.code, n) != n:
            faults.append(SheetFault(n, "code", mark("This code stands twice here.")))
        elif any(one.hall == booth.hall and plan.overlap(one.rect, rect) for one in found):
            faults.append(SheetFault(n, "x", mark("This booth would stand on another one of the sheet.")))
        else:
            found.append(booth)
        if len(faults) >= 100:
            break
    return Read(tuple(found), tuple(faults))
