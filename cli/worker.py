"""``yinbo worker``: what a server does beside its requests, in a process of its own."""

import asyncio
import signal

import click

from core import db
from core.db.migrations import pending
from core.errors import DomainError
from core.i18n import mark


class NotMigrated(DomainError):
    code = "not_migrated"
    message = mark("The database's tables are not those of this version. Run `yinbo migrate` first.")


async def _work() -> None:
    from app import workers

    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    async with db.lifespan():
        state = await pending()
        if state.missing or state.unknown:
            raise NotMigrated
        async with workers():
            click.echo("yinbo: working; stop with Ctrl+C", err=True)
            await stopping.wait()


@click.command()
def worker() -> None:
    """Send mail, run jobs and seal the audit trail, until stopped.

    A server does all that by itself; this adds hands on another machine, or keeps them when no server runs. What is
    at work when it stops gets five seconds, then goes back to be done later.
    """
    asyncio.run(_work())
