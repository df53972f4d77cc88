"""``yinbo tokens``: keys of programs, without a running server."""

import asyncio

import click

from cli.opened import opened
from core.accounts import queries
from core.accounts.roles import CLI, Role
from core.accounts.services import tokens as services
from core.errors import DomainError, NotFound


@click.group()
def tokens() -> None:
    """Tokens of programs."""


@tokens.command()
@click.argument("name")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--checkpoint", default="", help="Only for the checkpoint with this code.")
def add(name: str, role: str, checkpoint: str) -> None:
    """Make a token and print it once, alone on stdout."""

    async def work() -> str:
        async with opened():
            return await services.add(CLI, name, Role(role), checkpoint=checkpoint)

    try:
        click.echo(asyncio.run(work()))
    except DomainError as error:
        raise click.ClickException(error.message) from error


@tokens.command()
@click.argument("name")
def revoke(name: str) -> None:
    """End a token for good."""

    async def work() -> None:
        async with opened():
            await services.revoke(CLI, name)

    try:
        asyncio.run(work())
    except NotFound as error:
        raise click.ClickException(f"there is no token in force named {name!r}") from error
    click.echo(f"Revoked {name}.", err=True)


@tokens.command("list")
@click.option("--json", "as_json", is_flag=True)
def list_(as_json: bool) -> None:
    """All tokens, without their secrets."""

    async def work() -> list[queries.TokenLine]:
        async with opened():
            return await queries.tokens()

    found = asyncio.run(work())
    if as_json:
        import msgspec

        click.echo(msgspec.json.encode(found).decode())
        return
    for token in found:
        click.echo(f"{token.name}\t{token.role}\t{'revoked' if token.revoked_at else 'in force'}")
