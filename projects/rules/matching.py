"""Who might be a partner for a project: a score from 0 to 100 that explains itself. Pure, and alike for alike input.

Each part gives a share of its weight; the score is the sum by the weights of the parts that the project says something
about, so that a project without needs is not marked down for it. docs/matching.md has worked examples.
"""

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

import msgspec

from projects.tables import Cooperation

#: Which trades usually bring a kind of cooperation, in the standard categories (:mod:`core.editions.rules`).
BRINGS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        Cooperation.investment.value: frozenset({"FINA", "LTCI", "GOVT"}),
        Cooperation.operation.value: frozenset({"INST", "HOME", "MEDC", "NURS"}),
        Cooperation.technology.value: frozenset({"SMRT", "ASST", "HLTH", "STDS"}),
        Cooperation.procurement.value: frozenset({"NURS", "ASST", "GOOD", "FOOD"}),
        Cooperation.land.value: frozenset({"GOVT", "LIVE"}),
        Cooperation.franchise.value: frozenset({"INST", "HOME", "TRNG"}),
    }
)


class Weights(msgspec.Struct, frozen=True):
    """Of the parts; only their proportions matter."""

    fields: int = 30
    needs: int = 30
    cooperation: int = 20
    offers: int = 5
    interest: int = 15


PARTS = tuple(field.name for field in msgspec.structs.fields(Weights))


class Sought(msgspec.Struct, frozen=True):
    """What a project says. The first field leads."""

    fields: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()
    cooperation: tuple[str, ...] = ()


class Partner(msgspec.Struct, frozen=True):
    """What an exhibitor says."""

    fields: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()


class Reason(msgspec.Struct, frozen=True):
    """``part`` is a name of :class:`Weights`, ``points`` of the 100, ``codes`` what both have."""

    part: str
    points: int
    codes: tuple[str, ...]


class Match(msgspec.Struct, frozen=True):
    score: int
    reasons: tuple[Reason, ...]


NO_MATCH = Match(0, ())
WEIGHTS = Weights()


#: A share: of how many, how many; and what both have.
_Share = tuple[int, int, tuple[str, ...]]


def _fields(sought: Sought, partner: Partner) -> _Share:
    """The leading field counts twice."""
    both = tuple(code for code in sought.fields if code in partner.fields)
    return len(both) + (sought.fields[0] in partner.fields), len(sought.fields) + 1, both


def _some(wanted: Sequence[str], has: frozenset[str]) -> _Share:
    """A firm has three categories at most: who covers as many as it can covers it all."""
    both = tuple(code for code in wanted if code in has)
    whole = min(len(wanted), 3)
    return min(len(both), whole), whole, both


def _cooperation(sought: Sought, partner: Partner) -> _Share:
    both = tuple(code for code in sought.cooperation if not partner.categories.isdisjoint(BRINGS.get(code, ())))
    return len(both), len(sought.cooperation), both


def match(sought: Sought, partner: Partner, interested: bool, weights: Weights = WEIGHTS) -> Match:
    """``interested``: the partner has said so."""
    parts: list[tuple[str, int, _Share]] = []
    if sought.fields:
        parts.append(("fields", weights.fields, _fields(sought, partner)))
    if sought.needs:
        parts.append(("needs", weights.needs, _some(sought.needs, partner.categories)))
    if sought.cooperation:
        parts.append(("cooperation", weights.cooperation, _cooperation(sought, partner)))
    if sought.offers:
        parts.append(("offers", weights.offers, _some(sought.offers, partner.categories)))
    parts.append(("interest", weights.interest, (int(interested), 1, ())))
    whole = sum(weight for _, weight, _ in parts)
    if not whole:
        return NO_MATCH
    reasons = []
    for name, weight, (some, of, both) in parts:
        points = (200 * some * weight + of * whole) // (2 * of * whole)  # to the nearest
        if points:
            reasons.append(Reason(name, points, both))
    reasons.sort(key=lambda one: -one.points)
    return Match(min(100, sum(one.points for one in reasons)), tuple(reasons))


def best(
    sought: Sought, partners: Iterable[tuple[str, Partner, bool]], most: int, weights: Weights = WEIGHTS
) -> list[tuple[str, Match]]:
    """Of many: a number, what it says, and whether it is interested. The best first; of equals the lower number; who
    has nothing in common is left out.

    What fields bring does not depend on what categories bring, and many firms say the same: each is counted once.
    """
    by_fields: dict[frozenset[str], int] = {}
    by_categories: dict[frozenset[str], int] = {}
    by_interest = match(sought, Partner(), interested=True, weights=weights).score

    def scored() -> Iterator[tuple[int, str, Partner, bool]]:
        for number, says, interested in partners:
            fields = by_fields.get(says.fields)
            if fields is None:
                fields = by_fields[says.fields] = match(sought, Partner(fields=says.fields), False, weights).score
            trades = by_categories.get(says.categories)
            if trades is None:
                only = Partner(categories=says.categories)
                trades = by_categories[says.categories] = match(sought, only, False, weights).score
            score = min(100, fields + trades + (by_interest if interested else 0))
            if score:
                yield -score, number, says, interested

    first = heapq.nsmallest(most, scored(), key=lambda one: one[:2])
    return [(number, match(sought, says, interested, weights)) for _, number, says, interested in first]
