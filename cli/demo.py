"""``yinbo demo``: the demo expo, with invented firms and people."""

import asyncio

import click
import msgspec

from cli import Refused
from cli.opened import opened
from core.config import settings
from core.errors import DomainError
from demo import Loaded, load_demo


@click.command()
@click.option("--reset", is_flag=True, help="Remove the demo expo and load it anew, so that today is its second day.")
@click.option("--beside", is_flag=True, help="Load it into a database that holds a real expo, which stays current.")
@click.option("--json", "as_json", is_flag=True, help="One JSON array of the accounts on stdout.")
def demo(reset: bool, beside: bool, as_json: bool) -> None:
    """Load the demo expo: today is the second of its three days, and registration is open."""

    async def work() -> Loaded:
        async with opened():
            return await load_demo(
                settings().timezone,
                reset=reset,
                beside=beside,
                progress=lambda text: click.echo(text, err=True),
            )

    try:
        loaded = asyncio.run(work())
    except DomainError as refused:
        raise Refused(refused.message) from None
    click.echo("the demo expo is loaded" if loaded.fresh else "the demo expo stands already", err=True)
    if as_json:
        click.echo(msgspec.json.encode(loaded.accounts).decode())
        return
    for account in loaded.accounts:
        click.echo(f"{account.email}  {account.password}  {' '.join(account.roles)}")
