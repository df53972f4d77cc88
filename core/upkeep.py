"""Periodic work of the ground floor: what has run out is forgotten."""

from core.accounts.services import links, sessions, throttle
from core.idempotency import services as idempotency
from core.jobs import every
from core.jobs import services as jobs
from core.jobs.queries import ALIVE
from core.mail import aftercare as mail


@every(seconds=3600, name="forget what has run out")
async def forget() -> None:
    """Sessions, links, failed tries, kept answers, old jobs, texts of old mail."""
    await sessions.purge()
    await links.purge()
    await throttle.purge()
    await idempotency.purge()
    await jobs.purge()
    await mail.purge()


@every(seconds=60, name=ALIVE)
async def alive() -> None:
    """Nothing to do: that it was begun shows that somebody works; see :func:`core.jobs.queries.last_alive`."""
