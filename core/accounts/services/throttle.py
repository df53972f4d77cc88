"""Sign-in slows down after failures: per account, and per address. Nobody can lock another out for good: a browser that
has signed in before is counted by itself wherever it is, every pause ends, and a link by mail knows no pause.

A try at an account counts before it is judged and is taken back when it was right: so guesses sent all at once do not
slip through together.
"""

from datetime import datetime

from core import clock
from core.accounts.errors import TooManyTries
from core.accounts.rules import FORGIVEN_AFTER, FREE_FAILURES, FREE_FAILURES_OF_ADDRESS, pause_after
from core.accounts.secrets import keyed
from core.accounts.tables import SignInThrottle
from core.config import settings
from core.db import transaction


def is_on() -> bool:
    return settings().rate_limits == "on"


def _account_key(account: str, device: str) -> str:
    return keyed(f"account {account} {device}")


def _address_key(address: str) -> str:
    return keyed(f"address {address}")


def _refuse_until(until: datetime, now: datetime) -> None:
    if until > now:
        raise TooManyTries(int((until - now).total_seconds()) + 1)


async def _count(key: str, free: int) -> None:
    """Inside a transaction. :raises TooManyTries: while a pause lasts; then nothing is counted."""
    now = clock.now()
    await SignInThrottle.insert(SignInThrottle(key=key, failures=0, last_at=now, until=now)).on_conflict(
        target=SignInThrottle.key, action="DO NOTHING"
    )
    # Writing first takes the row's lock: of two at once the second sees what the first has counted.
    rows = (
        await SignInThrottle.update({SignInThrottle.failures: SignInThrottle.failures + 1})
        .where(SignInThrottle.key == key)
        .returning(SignInThrottle.failures, SignInThrottle.last_at, SignInThrottle.until)
    )
    row = rows[0]
    _refuse_until(row["until"], now)
    failures = 1 if row["last_at"] < now - FORGIVEN_AFTER else int(row["failures"])
    await SignInThrottle.update(
        {
            SignInThrottle.failures: failures,
            SignInThrottle.last_at: now,
            SignInThrottle.until: now + pause_after(failures, free),
        }
    ).where(SignInThrottle.key == key)


async def begin(account: str, address: str, device: str) -> None:
    """Counts a try before it is judged. ``device`` is empty unless this browser signed in to this account before.

    :raises TooManyTries: while a pause lasts.
    """
    if not is_on():
        return
    if not device:
        now = clock.now()
        known = await SignInThrottle.select(SignInThrottle.until).where(SignInThrottle.key == _address_key(address))
        for row in known:
            _refuse_until(row["until"], now)
    async with transaction():
        await _count(_account_key(account, device), FREE_FAILURES)


async def failed(address: str, device: str) -> None:
    """The try was wrong. Of an address only these count: a hall may sign in from one."""
    if not is_on() or device:
        return
    try:
        async with transaction():
            await _count(_address_key(address), FREE_FAILURES_OF_ADDRESS)
    except TooManyTries:
        return


async def succeeded(account: str, device: str) -> None:
    """The try was right, and the earlier ones are forgiven."""
    if is_on():
        async with transaction():
            await SignInThrottle.delete().where(SignInThrottle.key == _account_key(account, device))


async def purge() -> None:
    async with transaction():
        await SignInThrottle.delete().where(SignInThrottle.last_at < clock.now() - FORGIVEN_AFTER)
