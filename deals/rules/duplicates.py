"""Whether two deals may be one."""

from core.i18n import mark
from deals.tables import DealKind

SAME = "same"
BECAME = "became_contract"
#: Code to what people read.
SUSPECTS = {
    SAME: mark("Same parties and a similar amount: perhaps both sides reported it."),
    BECAME: mark("Same parties, and an intent beside a contract: perhaps the one became the other."),
}
#: Amounts that differ by no more than this part of the larger one are similar.
SIMILAR = 20


def similar(one: int | None, other: int | None) -> bool:
    """Of one without an amount nobody knows."""
    if one is None or other is None:
        return True
    return abs(one - other) * SIMILAR <= max(one, other)


def suspected_of(kind: str, fen: int | None, other_kind: str, other_fen: int | None, shared: int) -> str | None:
    """A code of :data:`SUSPECTS`; ``shared``: how many parties both have."""
    if shared < 2:
        return None
    if (kind == DealKind.intent.value) != (other_kind == DealKind.intent.value):
        return BECAME
    return SAME if similar(fen, other_fen) else None
