"""One signing as it may be told: on the wall, and to the press."""

from typing import Any

import msgspec

from deals.rules.figures import Party
from deals.tables import DealKind


class Signing(msgspec.Struct, frozen=True):
    """A deal whose figures count. ``parties``: those that may be named; ``unnamed``: how many others."""

    number: str
    kind: DealKind
    signed_on: str
    fen: int | None
    parties: tuple[str, ...]
    unnamed: int


def signing_of(row: dict[str, Any]) -> Signing:
    """Of a row with the deal's ``number`` and its revision's ``kind``, ``signed_on``, ``fen`` and ``parties``."""
    parties = msgspec.json.decode(row["parties"], type=tuple[Party, ...])
    named = tuple(party.name for party in parties if party.public)
    kind = DealKind(row["kind"])
    return Signing(row["number"], kind, row["signed_on"], row["fen"], named, len(parties) - len(named))
