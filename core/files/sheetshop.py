"""``python -m core.files.sheetshop xlsx|csv``: reads the spreadsheet on its standard input and writes what stands in it
as JSON (:class:`Book`) to its standard output.

A process of its own, with bounds on memory and time, for the reasons of :mod:`core.files.workshop`. Nothing is
calculated: of a formula what it last came to is read.
"""

import csv
import io
import resource
import sys
import zipfile
from datetime import date, datetime, time
from typing import Any, BinaryIO

import msgspec

MEMORY = 1536 * 1024**2
SECONDS = 60
MOST_ROWS = 20_000
MOST_COLUMNS = 120
MOST_SHEETS = 20
MOST_MEMBERS = 2_000
#: Bytes of all that is in an .xlsx, unpacked; of one cell.
MOST_UNPACKED = 300 * 1024**2
MOST_CELL = 10_000


class Row(msgspec.Struct, array_like=True):
    """``number`` as the sheet itself counts, from 1."""

    number: int
    cells: list[str]


class Sheet(msgspec.Struct):
    name: str
    rows: list[Row] = []


class Book(msgspec.Struct):
    #: A code of :data:`core.sheets.FAULTS`; empty when all is well.
    fault: str = ""
    sheets: list[Sheet] = []


class _Bad(Exception):
    pass


def as_text(value: Any) -> str:
    """A cell as people would read it: 13800138000.0 is a telephone number, a date has no time of day."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e18 else format(value, ".15g")
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    text = str(value)
    if len(text) > MOST_CELL:
        raise _Bad("too_large")
    return text


def _kept(rows: list[Row], number: int, cells: list[str]) -> None:
    while cells and not cells[-1].strip():
        cells.pop()
    if not cells:
        return
    if len(rows) >= MOST_ROWS:
        raise _Bad("too_many_rows")
    rows.append(Row(number, cells))


def _look_into(packed: zipfile.ZipFile) -> None:
    """Bombs and documents that would have others fetched, before anything parses them."""
    members = packed.infolist()
    if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > MOST_UNPACKED:
        raise _Bad("too_large")
    for member in members:
        if not member.filename.endswith((".xml", ".rels", ".vml")):
            continue
        with packed.open(member) as read:
            if b"<!doctype" in read.read(4096).replace(b"\0", b"").lower():
                raise _Bad("hostile")


def _xlsx(data: bytes) -> Book:
    import openpyxl

    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        _look_into(packed)
    workbook = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    book = Book()
    total = 0
    for sheet in workbook.worksheets[:MOST_SHEETS]:
        if sheet.sheet_state != "visible":
            continue
        # What a file claims of its size is often wrong, and never believed.
        sheet.reset_dimensions()
        rows: list[Row] = []
        for row in sheet.iter_rows(max_row=10 * MOST_ROWS, max_col=MOST_COLUMNS):
            numbers = [cell.row for cell in row if hasattr(cell, "row") and cell.value is not None]
            if numbers:
                _kept(rows, numbers[0], [as_text(cell.value) for cell in row])
        total += len(rows)
        if total > MOST_ROWS:
            raise _Bad("too_many_rows")
        book.sheets.append(Sheet(sheet.title, rows))
    return book


def _decoded(data: bytes) -> str:
    """UTF-8 with or without its mark, UTF-16 with it, or GB 18030, which has GBK and GB 2312 in it."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _Bad("encoding")


def _csv(data: bytes) -> Book:
    text = _decoded(data)
    if "\0" in text:
        raise _Bad("damaged")
    head = text[:20_000]
    delimiter = max(",\t;，", key=head.count)
    csv.field_size_limit(MOST_CELL)
    rows: list[Row] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    before = 0
    try:
        for cells in reader:
            number, before = before + 1, reader.line_num
            if len(cells) > MOST_COLUMNS and any(cell.strip() for cell in cells[MOST_COLUMNS:]):
                raise _Bad("too_large")
            # The apostrophe that keeps a spreadsheet from taking text for a formula.
            bare = [cell[1:] if cell[:1] == "'" and cell[1:2] in tuple("=+-@\t\r") else cell for cell in cells]
            _kept(rows, number, bare)
    except csv.Error:
        raise _Bad("too_large") from None
    return Book(sheets=[Sheet("", rows)])


def work(sent: BinaryIO, form: str) -> Book:
    try:
        return _xlsx(sent.read()) if form == "xlsx" else _csv(sent.read())
    except _Bad as bad:
        return Book(fault=str(bad))
    except MemoryError:
        return Book(fault="too_large")
    except Exception:
        return Book(fault="damaged")


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.stdout.buffer.write(msgspec.json.encode(work(sys.stdin.buffer, sys.argv[1])))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
