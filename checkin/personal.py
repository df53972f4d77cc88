"""Personal columns of badges. The badge stays, so that what was scanned still adds up."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from checkin.tables import Badge
from core.privacy.registry import ERASED, Holding, Scope


def _badges(scope: Scope) -> Sequence[Any]:
    found: list[Any] = []
    if scope.mobiles:
        found.append(Badge.mobile.is_in(sorted(scope.mobiles)))
    if scope.exhibitors and scope.whole:
        found.append(Badge.exhibitor.is_in(sorted(scope.exhibitors)))
    elif scope.exhibitors and scope.names:
        names = sorted(scope.names)
        theirs = Badge.holder.is_in(names) | Badge.mobile.is_in(names)
        found.append(Badge.exhibitor.is_in(sorted(scope.exhibitors)) & theirs)
    if scope.edition is not None:
        found.append((Badge.edition == scope.edition) & Badge.exhibitor.is_null())
    return found


async def widen(scope: Scope) -> None:
    """What the trail says of the badges, and the name of whoever gave the number."""
    for condition in _badges(scope):
        rows = await Badge.select(Badge.serial, Badge.holder, Badge.mobile).where(condition)
        scope.objects |= {f"badge:{row['serial']}" for row in rows}
        if not scope.whole:
            scope.names |= {row["holder"] for row in rows if row["mobile"] in scope.mobiles}


async def portions(edition: int) -> AsyncIterator[Scope]:
    """Visitors, guests, crews: who belongs to no exhibitor."""
    yield Scope(edition=edition, whole=True)


HOLDINGS = [
    Holding(
        Badge,
        {"holder": ERASED, "title": "", "mobile": ""},
        _badges,
        near=_badges,
        texts=("organisation",),
        shown=("serial", "kind", "organisation", "issued_at"),
    ),
]
EXCEPTIONS: dict[str, str] = {}
