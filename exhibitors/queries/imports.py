"""What the desk shows of spreadsheets that were read in."""

from datetime import datetime

import msgspec

from core.editions.queries import EditionInfo
from core.errors import NotFound
from exhibitors.rules.imports import Report
from exhibitors.tables import ExhibitorImport, ImportState


class ImportLine(msgspec.Struct, frozen=True):
    id: int
    name: str
    state: ImportState
    report: Report
    stored: int
    job: int | None
    made_at: datetime


def _line(row: dict[str, object]) -> ImportLine:
    report = row["report"] or "{}"
    return msgspec.convert({**row, "report": msgspec.json.decode(str(report))}, ImportLine)


_COLUMNS = [getattr(ExhibitorImport, name) for name in ImportLine.__struct_fields__]


async def imports(edition: EditionInfo, limit: int = 20) -> list[ImportLine]:
    """The latest first."""
    rows = (
        await ExhibitorImport.select(*_COLUMNS)
        .where(ExhibitorImport.edition == edition.id)
        .order_by(ExhibitorImport.id, ascending=False)
        .limit(limit)
    )
    return [_line(row) for row in rows]


async def one_import(edition: EditionInfo, number: int) -> ImportLine:
    """:raises NotFound: 404."""
    row = (
        await ExhibitorImport.select(*_COLUMNS)
        .where(ExhibitorImport.edition == edition.id, ExhibitorImport.id == number)
        .first()
    )
    if row is None:
        raise NotFound
    return _line(row)
