"""Sign-in slows down after failures: per account, and per address. Nobody can lock another out for good, since a
browser that has signed in before is counted by itself, and every pause ends."""

from datetime import datetime

from piccolo.querystring import QueryString

from core import clock
from core.accounts.errors import TooManyTries
from core.accounts.rules import FORGIVEN_AFTER, pause_after
from core.accounts.secrets import keyed
from core.accounts.tables import SignInThrottle
from core.config import settings
from core.db import engine, transaction


def _keys(account: str, address: str, device: str) -> list[str]:
    own = f"account {account} {device}"
    return [keyed(own), keyed(f"address {address}")]


def is_on() -> bool:
    return settings().rate_limits == "on"


async def check(account: str, address: str, device: str) -> None:
    """:raises TooManyTries: while a pause lasts."""
    if not is_on():
        return
    now = clock.now()
    rows = await SignInThrottle.select(SignInThrottle.until).where(
        SignInThrottle.key.is_in(_keys(account, address, device)), SignInThrottle.until > now
    )
    if rows:
        until: datetime = max(row["until"] for row in rows)
        raise TooManyTries(int((until - now).total_seconds()) + 1)


async def failed(account: str, address: str, device: str) -> None:
    """Counts a failure. The count is one atomic statement, so that parallel guesses all count."""
    if not is_on():
        return
    now = clock.now()
    async with transaction():
        for key in sorted(_keys(account, address, device)):
            rows = await engine().run_querystring(
                QueryString(
                    "INSERT INTO sign_in_throttle (key, failures, last_at, until) VALUES ({}, 1, {}, {})"
                    " ON CONFLICT (key) DO UPDATE SET failures = CASE WHEN sign_in_throttle.last_at < {} THEN 1"
                    " ELSE sign_in_throttle.failures + 1 END, last_at = excluded.last_at RETURNING failures",
                    key,
                    now,
                    now,
                    now - FORGIVEN_AFTER,
                )
            )
            pause = pause_after(int(rows[0]["failures"]))
            await SignInThrottle.update({SignInThrottle.until: now + pause}).where(SignInThrottle.key == key)


async def succeeded(account: str, device: str) -> None:
    if is_on():
        await SignInThrottle.delete().where(SignInThrottle.key == _keys(account, "", device)[0])


async def purge() -> None:
    async with transaction():
        await SignInThrottle.delete().where(SignInThrottle.last_at < clock.now() - FORGIVEN_AFTER)
