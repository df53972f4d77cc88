"""Reading deals in: all rows as drafts, or none. Nothing of it counts before a second person has confirmed each."""

from core.accounts.roles import Actor
from core.audit import services as audit
from core.db import transaction
from core.editions.queries import EditionInfo
from core.errors import InvalidInput
from core.files.rules import SentFile
from core.files.sheets import read_sheets
from core.files.sheetshop import Row
from core.i18n import mark
from deals.queries import deals as queries
from deals.rules import sheets
from deals.rules.figures import DealIn
from deals.rules.sheets import CellFault, Layout
from deals.services import deals


def _rows(found: list[Row], where: Layout) -> list[Row]:
    return [row for row in found if row.number > where.row and any(cell.strip() for cell in row.cells)]


async def read_in(actor: Actor, edition: EditionInfo, sent: SentFile) -> tuple[list[str], list[CellFault]]:
    """The numbers of the drafts; or no number and what is wrong.

    :raises Unfit: it is no spreadsheet that can be read.
    """
    book = await read_sheets(sent)
    every = [(sheet.rows, where) for sheet in book.sheets if (where := sheets.layout(sheet.rows, edition.fields))]
    if not every:
        return [], [CellFault(1, "", mark("No row names the columns: parties, kind and day are needed."))]
    found, where = every[0]
    rows = _rows(found, where)
    if len(rows) > sheets.MOST_ROWS:
        return [], [CellFault(rows[sheets.MOST_ROWS].number, "", mark("At most 500 deals at once."))]
    if not rows:
        return [], [CellFault(where.row, "", mark("No deal stands below the headings."))]
    at = where.columns["parties"]
    names = [one for row in rows if at < len(row.cells) for one in sheets.parties_in(row.cells[at])]
    known = await queries.exhibitors_numbered(edition, [number for one in names if (number := sheets.number_in(one))])
    faults: list[CellFault] = []
    wanted: list[DealIn] = []
    for row in rows:
        deal, wrong = sheets.read(row, where, known)
        faults += wrong
        if deal is None:
            continue
        try:
            await deals.checked(edition, deal, known)
            wanted.append(deal)
        except InvalidInput as refused:
            faults += [
                CellFault(row.number, sheets.column_of(one.field, deal, where), one.message) for one in refused.errors
            ]
    if faults:
        return [], faults
    async with transaction():
        numbers = [(await deals.create(actor, edition, deal)).number for deal in wanted]
        await audit.record(actor, "deals.imported", f"edition:{edition.slug}", after={"deals": numbers})
    return numbers, []
