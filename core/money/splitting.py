"""Sharing a sum out so that nothing is lost: the method of the largest remainder. Each part is rounded down; what is
left over goes, one unit each, to the parts whose cut-off fraction was largest, of equals to the first."""

from collections.abc import Sequence
from fractions import Fraction


def _placed(exact: Sequence[Fraction], total: int) -> list[int]:
    parts = [int(one) for one in exact]
    order = sorted(range(len(exact)), key=lambda n: (parts[n] - exact[n], n))
    for n in order[: total - sum(parts)]:
        parts[n] += 1
    return parts


def by_shares(total: int, weights: Sequence[Fraction | int]) -> list[int]:
    """``total`` in the proportion of the weights, of which one at least is more than nothing."""
    whole = sum(weights, Fraction(0))
    return _placed([total * Fraction(weight) / whole for weight in weights], total)


def converted(amounts: Sequence[int], rate: Fraction) -> tuple[int, list[int]]:
    """Hundredths of another currency in fen: the sum, rounded half up once, and its parts, which add up to it."""
    exact = [amount * rate for amount in amounts]
    total = int(sum(exact, Fraction(0)) + Fraction(1, 2))
    return total, _placed(exact, total)


def shares(amounts: Sequence[int], places: int = 4) -> list[float]:
    """What part of their sum each is, to so many places; together they are 1 exactly as printed. All 0 of nothing."""
    if not sum(amounts):
        return [0.0] * len(amounts)
    unit: int = 10**places
    return [part / unit for part in by_shares(unit, amounts)]
