"""Failed sign-ins in the audit trail: who was tried, never what was typed. An address without an account stands there
as a keyed hash: it may be a password in the wrong field.

Whoever guesses must not fill the trail: in an hour the first few are recorded one by one, then the 8th, 16th, 32nd and
so on, each with how many there were. All addresses without an account count together. Each process counts for itself.
"""

from datetime import datetime, timedelta

from core import clock
from core.accounts.roles import ANONYMOUS
from core.accounts.rules import FAILURES_ONE_BY_ONE
from core.accounts.secrets import keyed
from core.accounts.services.sessions import shortened
from core.audit.services import record
from core.db import transaction

HOUR = timedelta(hours=1)
#: Windows that are kept before old ones are thrown away.
_HOLDS = 1000
#: Since when, and how many.
_counted: dict[tuple[int, str], tuple[datetime, int]] = {}


def forget() -> None:
    """Begins to count anew, for tests."""
    _counted.clear()


def _count(account: int, action: str) -> int:
    """How many of this hour this one is."""
    now = clock.now()
    began, many = _counted.get((account, action), (now, 0))
    if began <= now - HOUR:
        began, many = now, 0
    if len(_counted) >= _HOLDS:
        for key in [key for key, (at, _) in _counted.items() if at <= now - HOUR]:
            del _counted[key]
    _counted[account, action] = (began, many + 1)
    return many + 1


async def note(action: str, account: int | None, email: str, *, by: str, address: str) -> None:
    """``action`` is ``session.failed`` or ``session.throttled``; ``address`` is where it came from."""
    many = _count(account or 0, action)
    if many > FAILURES_ONE_BY_ONE and many & (many - 1):
        return
    about = f"account:{account}" if account else f"address:{keyed(f'address {email}')[:16]}"
    async with transaction():
        await record(
            ANONYMOUS,
            action,
            about,
            after={"by": by, "within_an_hour": many},
            personal={"from": shortened(address)},
        )
