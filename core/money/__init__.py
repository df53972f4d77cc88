"""Money is an integer of fen from the form to the column. This package is the edge: reading what people type, and
saying a sum. Nothing here is ever a float. docs/money.md has the rules and where they come from.
"""

from core.money.capitals import capitals, from_capitals
from core.money.parsing import MOST_FEN, from_plain, parse
from core.money.saying import about, display, figure, grouped, in_units, nearly, over, plain
from core.money.splitting import by_shares, converted, shares

__all__ = [
    "MOST_FEN",
    "about",
    "by_shares",
    "capitals",
    "converted",
    "display",
    "figure",
    "from_capitals",
    "from_plain",
    "grouped",
    "in_units",
    "nearly",
    "over",
    "parse",
    "plain",
    "shares",
]
