"""Who may open an exhibitor's desk."""

from core import clock
from exhibitors.tables import ExhibitorMember


async def add(exhibitor: int, account: int, by: str) -> bool:
    """Inside a transaction: lets an account in; False when it was in. ``by`` is an ``Actor.key``."""
    made = (
        await ExhibitorMember.insert(
            ExhibitorMember(exhibitor=exhibitor, account=account, added_at=clock.now(), added_by=by)
        )
        .on_conflict(action="DO NOTHING")
        .returning(ExhibitorMember.id)
    )
    return bool(made)
