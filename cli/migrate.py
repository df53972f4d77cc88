"""``yinbo migrate``: brings the database to what this version needs."""

import asyncio

import click

from core.config import own_data_dir


@click.command()
def migrate() -> None:
    """Bring the database forward to this version. Safe to repeat, and while a server runs."""
    from core.db.migrations import migrate as forwards

    own_data_dir()
    asyncio.run(forwards())
    click.echo("The database is up to date.", err=True)
