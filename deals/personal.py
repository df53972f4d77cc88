"""Personal columns of deals: who signed and who watched, and remarks. Deals and figures stay, chained as they are."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from core.privacy.registry import Holding, Scope
from core.search import contains
from deals.tables import Deal, DealParty, DealRevision


def _revisions(scope: Scope) -> Sequence[Any]:
    found: list[Any] = []
    if scope.edition is not None and scope.whole:
        found.append(DealRevision.deal.is_in(Deal.select(Deal.id).where(Deal.edition == scope.edition)))
    elif scope.exhibitors and scope.names:
        of = DealParty.select(DealParty.deal).where(DealParty.exhibitor.is_in(sorted(scope.exhibitors)))
        found += [
            DealRevision.deal.is_in(of) & contains(DealRevision.people, name)
            for name in sorted(scope.names)
            if len(name) > 1
        ]
    return found


async def portions(edition: int) -> AsyncIterator[Scope]:
    """All who signed at an edition."""
    yield Scope(edition=edition, whole=True)


HOLDINGS = [
    # The chain covers a digest of it, so a revision loses all of it or nothing.
    Holding(DealRevision, {"people": None, "people_salt": None}, _revisions, shown=("deal", "n")),
]
EXCEPTIONS = {
    "deal.author": "the key of an account",
    "deal_party.name": "an organisation's",
    "deal_revision.reason": "chained: whoever writes one is asked to name nobody",
    "deal_ruling.note": "of two deals: whoever writes one is asked to name nobody",
}
