"""What the press sheet says: public figures, public parties, and which state of the ledger they were taken from."""

from datetime import datetime

import msgspec
from piccolo.querystring import QueryString

from core.db import Reading, in_one_snapshot, run_read
from core.editions.queries import EditionInfo
from deals.queries.signings import Signing, signing_of
from deals.queries.totals import SUMS_AS_OF, of_sums
from deals.rules.ledger import microseconds, state_of
from deals.rules.totals import Totals

#: Lines that one sheet lists.
LISTED = 60


class Press(msgspec.Struct, frozen=True):
    totals: Totals
    signed: tuple[Signing, ...]
    #: How many more there are than listed.
    more: int
    #: SHA-256; see docs/deals.md.
    state: str


_COUNTED = (
    "SELECT d.number, c.n, c.hash, c.kind, c.signed_on, c.fen, c.parties, c.undisclosed FROM deal d"
    " JOIN deal_revision s ON s.deal = d.id AND s.n = (SELECT MAX(m.n) FROM deal_revision m"
    " WHERE m.deal = d.id AND m.at <= {} AND m.step IN ('confirm', 'void'))"
    ' JOIN deal_revision c ON c.deal = d.id AND c.n = s."content"'
    " WHERE d.edition = {} AND s.step = 'confirm' ORDER BY d.serial"
)


def _reading(edition: EditionInfo, at: int) -> Reading[Press]:
    rows = yield QueryString(_COUNTED, at, edition.id)
    totals = of_sums(edition, (yield QueryString(SUMS_AS_OF, edition.id, at)))
    shown = [row for row in rows if not row["undisclosed"]]
    signed = tuple(map(signing_of, shown[:LISTED]))
    state = state_of([(row["number"], row["n"], row["hash"]) for row in rows])
    return Press(totals, signed, max(len(shown) - LISTED, 0), state)


_press = in_one_snapshot(_reading)


async def press(edition: EditionInfo, moment: datetime) -> Press:
    """In one snapshot: what is signed as of now and committed in between is in the list and the sums, or in neither."""
    return await run_read(_press, edition, microseconds(moment))
