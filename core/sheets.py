"""Spreadsheet files of what people typed."""

import csv
import io
from collections.abc import AsyncIterator, Iterable

#: Excel takes UTF-8 for what it is only with this before it.
BOM = b"\xef\xbb\xbf"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe(value: object) -> str:
    """Text that a spreadsheet would take for a formula gets an apostrophe before it (CWE-1236)."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) and not isinstance(value, int) else text


def csv_line(cells: Iterable[object]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerow([safe(cell) for cell in cells])
    return out.getvalue().encode()


async def csv_lines(heading: Iterable[object], rows: AsyncIterator[Iterable[object]]) -> AsyncIterator[bytes]:
    yield BOM + csv_line(heading)
    async for row in rows:
        yield csv_line(row)
