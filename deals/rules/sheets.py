"""Deals in a spreadsheet: which column is which, and a row as it would be typed."""

import re
from collections.abc import Mapping, Sequence

import msgspec

from core import money, text
from core.editions.rules import Choice
from core.files.sheetshop import Row
from core.i18n import mark
from core.text import Fault
from deals.rules.figures import AllocationIn, DealIn, Known, PartyIn
from deals.tables import DealKind

MOST_ROWS = 500
#: What stands in a cell for all that is left of the amount.
REST = frozenset({"余", "其余", "*", "=", "rest"})
_NUMBERED = re.compile(r"^(?P<name>.*)[（(](?P<number>[0-9]{6})[)）]$")
_BETWEEN = re.compile(r"\s*[/;；\n]\s*")

HEADINGS = {
    "parties": ("签约方", "各方", "签约单位", "甲乙方", "parties"),
    "kind": ("类型", "签约类型", "kind", "type"),
    "signed_on": ("签约日期", "日期", "signed on", "date"),
    "amount": ("金额", "金额（元）", "金额(元)", "签约金额", "amount"),
    "currency": ("币种", "currency"),
    "rate": ("汇率", "rate"),
    "region": ("落地区县", "区县", "district", "region"),
    "place": ("地点", "签约地点", "place"),
    "term": ("期限", "term"),
    "stage": ("上台顺序", "顺序", "order on stage"),
    "signatories": ("签约人", "signatories"),
    "witnesses": ("见证人", "witnesses"),
    "remarks": ("备注", "remarks"),
    "undisclosed": ("不公开", "undisclosed"),
}
_KINDS = {
    DealKind.contract: ("合同", "协议", "投资协议", "contract"),
    DealKind.framework: ("框架协议", "framework", "framework agreement"),
    DealKind.strategic: ("战略合作", "战略合作协议", "strategic", "strategic cooperation"),
    DealKind.intent: ("意向书", "意向", "合作意向", "intent", "letter of intent"),
}
_YES = frozenset({"1", "是", "yes", "true", "y", "√", "✓"})
NEEDED = ("parties", "kind", "signed_on")


class CellFault(msgspec.Struct, frozen=True):
    """``row`` as the sheet counts, from 1; ``column`` is its heading; ``message`` a source text."""

    row: int
    column: str
    message: str


class Layout(msgspec.Struct):
    """Column numbers by field of the form; ``split-CODE`` for those of the edition's fields."""

    row: int
    columns: dict[str, int]
    headings: dict[str, str]


def _key(heading: str) -> str:
    return re.sub(r"\s+", " ", text.search_key(heading))


def layout(rows: Sequence[Row], fields: Sequence[Choice]) -> Layout | None:
    """The first row, of the first twenty, that names parties, kind and day."""
    names = {_key(word): field for field, found in HEADINGS.items() for word in found}
    for choice in fields:
        for word in (choice.code, choice.name_zh, choice.name_en):
            names.setdefault(_key(word), f"split-{choice.code}")
    for row in rows[:20]:
        columns: dict[str, int] = {}
        headings: dict[str, str] = {}
        for at, cell in enumerate(row.cells):
            field = names.get(_key(cell[:100])) if cell.strip() else None
            if field and field not in columns:
                columns[field], headings[field] = at, cell.strip()
        if all(field in columns for field in NEEDED):
            return Layout(row.number, columns, headings)
    return None


def party_of(typed: str, known: Mapping[str, Known]) -> PartyIn:
    """An exhibitor by its number, alone or in brackets behind a name; else a name."""
    number = number_in(typed)
    return PartyIn(exhibitor=number) if number in known else PartyIn(name=typed)


def number_in(typed: str) -> str:
    """What may be an exhibitor's number; empty where nothing is."""
    try:
        bare = text.line(typed[:1000])
    except Fault:
        return ""
    numbered = _NUMBERED.match(bare)
    found = numbered["number"] if numbered else bare[:40]
    return found if found.isascii() and found.isdecimal() else ""


def parties_in(cell: str) -> list[str]:
    return [one for one in _BETWEEN.split(cell.strip()) if one]


def read(row: Row, where: Layout, known: Mapping[str, Known]) -> tuple[DealIn | None, list[CellFault]]:
    """As the form would have it; what the form itself refuses is found later."""
    faults: list[CellFault] = []

    def cell(field: str) -> str:
        at = where.columns.get(field)
        return row.cells[at].strip() if at is not None and at < len(row.cells) else ""

    def wrong(field: str, message: str) -> None:
        faults.append(CellFault(row.number, where.headings.get(field, field), message))

    def fen(field: str) -> str | None:
        try:
            return money.plain(money.parse(cell(field)))
        except Fault as fault:
            wrong(field, fault.message)
            return None

    amount = fen("amount") if cell("amount") else None
    kind = next((kind for kind, found in _KINDS.items() if _key(cell("kind")[:100]) in found), None)
    if kind is None:
        wrong("kind", mark("Please write contract, framework agreement, strategic cooperation or letter of intent."))
    split = {
        name.removeprefix("split-"): cell(name) for name in where.columns if name.startswith("split-") and cell(name)
    }
    allocations = []
    for code, typed in split.items():
        if typed in REST:
            allocations.append(AllocationIn(code, amount if len(split) == 1 else None))
        elif typed.endswith(("%", "％")):
            allocations.append(AllocationIn(code, None, typed))
        else:
            allocations.append(AllocationIn(code, fen(f"split-{code}")))
    stage: int | None = None
    if cell("stage"):
        try:
            stage = text.integer(cell("stage"))
        except Fault as fault:
            wrong("stage", fault.message)
    if faults or kind is None:
        return None, faults
    deal = DealIn(
        parties=[party_of(one, known) for one in parties_in(cell("parties"))],
        kind=kind,
        signed_on=cell("signed_on")[:10].replace("/", "-"),
        amount=amount,
        allocations=allocations,
        currency=cell("currency") or None,
        rate=cell("rate") or None,
        region=cell("region"),
        place=cell("place"),
        term=cell("term"),
        stage=stage,
        signatories=parties_in(cell("signatories")),
        witnesses=parties_in(cell("witnesses")),
        remarks=cell("remarks"),
        undisclosed=cell("undisclosed").lower() in _YES,
    )
    return deal, []


def column_of(field: str, deal: DealIn, where: Layout) -> str:
    """The heading that a fault of the form stands under."""
    group, _, rest = field.partition(".")
    at = rest.partition(".")[0]
    if group == "allocations":
        code = deal.allocations[int(at)].field if at.isdecimal() and int(at) < len(deal.allocations) else ""
        return where.headings.get(f"split-{code}", where.headings.get("amount", "amount"))
    return where.headings.get(group, group)
