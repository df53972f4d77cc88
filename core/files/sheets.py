"""Reading spreadsheets that people send, and writing some for them."""

import asyncio
import io
import tempfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import IO, Any
from zoneinfo import ZoneInfo

import msgspec

from core.files.rules import MOST, SentFile, Unfit, unfit
from core.files.services import in_workshop
from core.files.sheetshop import Book
from core.i18n import mark

ENDINGS = ".xlsx,.csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

FAULTS = {
    "sheet_needed": mark("Please choose a spreadsheet: .xlsx or .csv."),
    "old_sheet": mark("This is an old Excel file, or one with a password. Please save it as .xlsx without one."),
    "too_many_rows": mark("This spreadsheet has more than 20,000 rows. Please divide it."),
    "too_large": mark("This spreadsheet is too large. Please keep to one table of at most 120 columns."),
    "hostile": mark("This spreadsheet refers to other documents. Please save it anew with Excel or WPS."),
    "encoding": mark("The characters of this file can't be read. Please save it as .xlsx, or as CSV in UTF-8."),
    "damaged": mark("This file is damaged or not complete. Please open it, save it again and send that."),
}


def _form_of(head: bytes) -> str:
    if head.startswith(b"PK\x03\x04"):
        return "xlsx"
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unfit("old_sheet", FAULTS["old_sheet"])
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "csv"
    if b"\0" in head or head.startswith((b"%PDF-", b"\x89PNG", b"\xff\xd8\xff")) or b"<html" in head[:200].lower():
        raise Unfit("sheet_needed", FAULTS["sheet_needed"])
    return "csv"


async def read_sheets(sent: SentFile) -> Book:
    """What stands in an .xlsx or .csv, read by a process of its own.

    :raises Unfit: why it is not taken.
    """
    if sent.content is None or sent.size > MOST:
        raise unfit("too_large")
    if not sent.size:
        raise unfit("empty")
    content: IO[bytes] = sent.content
    content.seek(0)
    form = _form_of(content.read(4096))
    with tempfile.TemporaryFile() as answer:
        await in_workshop("core.files.sheetshop", form, content, answer)
        answer.seek(0)
        book = await asyncio.to_thread(lambda: msgspec.json.decode(answer.read(), type=Book))
    if book.fault:
        raise Unfit(book.fault, FAULTS[book.fault])
    return book


class Column(msgspec.Struct, frozen=True):
    heading: str
    #: In characters.
    width: int = 16
    #: How Excel shows it: ``@`` is text, also where it looks like a number.
    format: str = "General"


DAY_AND_TIME = "yyyy-mm-dd hh:mm"
TEXT = "@"


def on_the_wall(when: datetime | None, timezone: str) -> datetime | None:
    """A moment as a clock there shows it: cells know no offsets."""
    return None if when is None else when.astimezone(ZoneInfo(timezone)).replace(tzinfo=None)


def xlsx(
    title: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Any]],
    *,
    notes: Sequence[Sequence[str]] = (),
    notes_title: str = "",
) -> bytes:
    """A spreadsheet with real dates and numbers. Text is never a formula: its cells are of the type text, and marked
    as if typed after an apostrophe, so that editing them makes none either. Times must be naive, in the reader's zone.

    Slow for thousands of rows: call it in a thread.
    """
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    for at, column in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(at)].width = column.width

    def cell(sheet: Any, value: Any, column: Column | None = None, *, bold: bool = False) -> Any:
        text = isinstance(value, str)
        made = WriteOnlyCell(sheet, value=None if text else value)
        if text:
            made.value = _printable(value)
            made.data_type = "s"
            if value.startswith(("=", "+", "-", "@", "\t", "\r")):
                made.quotePrefix = True
        if column is not None and column.format != "General":
            made.number_format = column.format
        elif isinstance(value, datetime):
            made.number_format = DAY_AND_TIME
        elif isinstance(value, date):
            made.number_format = "yyyy-mm-dd"
        if bold:
            made.font = Font(bold=True)
        return made

    sheet.append([cell(sheet, column.heading, bold=True) for column in columns])
    for row in rows:
        sheet.append([cell(sheet, value, column) for value, column in zip(row, columns, strict=True)])
    if notes:
        beside = workbook.create_sheet(notes_title[:31])
        for at, width in enumerate((24, 12, 90), 1):
            beside.column_dimensions[get_column_letter(at)].width = width
        for n, line in enumerate(notes):
            beside.append([cell(beside, text, bold=n == 0) for text in line])
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def _printable(text: str) -> str:
    """Without what no XML may hold."""
    return "".join(char for char in text if char >= " " or char in "\t\n\r")[:32_000]
