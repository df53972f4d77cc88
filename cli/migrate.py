"""``yinbo migrate``: brings the database to what this version needs."""

import asyncio

import click

from core.config import own_data_dir


@click.command()
def migrate() -> None:
    """Bring the database forward to this version: all or nothing. Safe to repeat, and while a server runs."""
    from cli import Refused
    from core import db
    from core.db.migrations import MigrationFailed
    from core.db.migrations import migrate as forwards

    async def work() -> tuple[str, ...]:
        async with db.lifespan():
            return await forwards()

    own_data_dir()
    try:
        done = asyncio.run(work())
    except MigrationFailed as error:
        raise Refused(str(error)) from error
    click.echo(f"{len(done)} migrations done" if done else "the database is up to date", err=True)
