"""What the press sheet says: public figures, public parties, and which state of the ledger they were taken from."""

from datetime import datetime

import msgspec

from core.editions.queries import EditionInfo
from deals.queries.deals import run
from deals.queries.totals import totals_as_of
from deals.rules.figures import Party
from deals.rules.ledger import microseconds, state_of
from deals.rules.totals import Totals

#: Lines that one sheet lists.
LISTED = 60


class Signed(msgspec.Struct, frozen=True):
    number: str
    kind: str
    signed_on: str
    fen: int | None
    #: Those that may be named; ``unnamed``: how many others.
    parties: tuple[str, ...]
    unnamed: int


class Press(msgspec.Struct, frozen=True):
    totals: Totals
    signed: tuple[Signed, ...]
    #: How many more there are than listed.
    more: int
    #: SHA-256; see docs/deals.md.
    state: str


async def press(edition: EditionInfo, moment: datetime) -> Press:
    rows = await run(
        "SELECT d.number, c.n, c.hash, c.kind, c.signed_on, c.fen, c.parties, c.undisclosed FROM deal d"
        " JOIN deal_revision s ON s.deal = d.id AND s.n = (SELECT MAX(m.n) FROM deal_revision m"
        " WHERE m.deal = d.id AND m.at <= {} AND m.step IN ('confirm', 'void'))"
        ' JOIN deal_revision c ON c.deal = d.id AND c.n = s."content"'
        " WHERE d.edition = {} AND s.step = 'confirm' ORDER BY d.serial",
        microseconds(moment),
        edition.id,
    )
    shown = [row for row in rows if not row["undisclosed"]]
    signed = []
    for row in shown[:LISTED]:
        parties = msgspec.json.decode(row["parties"], type=tuple[Party, ...])
        named = tuple(party.name for party in parties if party.public)
        signed.append(
            Signed(row["number"], row["kind"], row["signed_on"], row["fen"], named, len(parties) - len(named))
        )
    state = state_of([(row["number"], row["n"], row["hash"]) for row in rows])
    return Press(await totals_as_of(edition, moment), tuple(signed), max(len(shown) - LISTED, 0), state)
