"""``yinbo users``: accounts, without a running server."""

import asyncio
import sys

import click

from cli.opened import opened
from core.accounts import queries
from core.accounts.roles import CLI, Role
from core.accounts.services import people
from core.errors import DomainError, NotFound


@click.group()
def users() -> None:
    """Accounts of people."""


def _said(error: DomainError) -> click.ClickException:
    if isinstance(error, NotFound):
        return click.ClickException("there is no account with this address")
    return click.ClickException(" ".join([error.message, *(f"{e.field}: {e.message}" for e in error.errors)]))


@users.command()
@click.argument("email")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice([role.value for role in Role]))
@click.option("--name", required=True)
@click.option("--password-stdin", is_flag=True, help="Read the password from the first line of standard input.")
def add(email: str, roles: tuple[str, ...], name: str, password_stdin: bool) -> None:
    """Make an account. Without a password its invitation link is printed, alone on stdout."""
    password = sys.stdin.readline().rstrip("\n") if password_stdin else ""
    if password_stdin and not password:
        raise click.UsageError("standard input holds no password")

    async def work() -> str:
        async with opened():
            account = await people.create(CLI, email, name, [Role(role) for role in roles], password=password)
            return "" if password else await people.invite(CLI, account, mail=False)

    try:
        link = asyncio.run(work())
    except DomainError as error:
        raise _said(error) from error
    if link:
        click.echo(link)
    click.echo(f"Added {email}.", err=True)


@users.command("list")
@click.option("--json", "as_json", is_flag=True)
def list_(as_json: bool) -> None:
    """All accounts."""

    async def work() -> list[queries.Person]:
        async with opened():
            return await queries.people(limit=100_000)

    found = asyncio.run(work())
    if as_json:
        import msgspec

        click.echo(msgspec.json.encode(found).decode())
        return
    for person in found:
        mark = " (disabled)" if person.disabled else ""
        click.echo(f"{person.email}\t{', '.join(person.roles)}\t{person.name}{mark}")


def _switch(email: str, *, disabled: bool) -> None:
    async def work() -> None:
        async with opened():
            who = await queries.person_by_email(email)
            await people.set_disabled(CLI, who.id, disabled=disabled)

    try:
        asyncio.run(work())
    except DomainError as error:
        raise _said(error) from error
    click.echo(f"{'Disabled' if disabled else 'Enabled'} {email}.", err=True)


@users.command()
@click.argument("email")
def disable(email: str) -> None:
    """Sign an account out everywhere and keep it out."""
    _switch(email, disabled=True)


@users.command()
@click.argument("email")
def enable(email: str) -> None:
    """Let a disabled account in again."""
    _switch(email, disabled=False)


@users.command()
@click.argument("email")
@click.option("--add", "added", multiple=True, type=click.Choice([role.value for role in Role]))
@click.option("--remove", "removed", multiple=True, type=click.Choice([role.value for role in Role]))
def roles(email: str, added: tuple[str, ...], removed: tuple[str, ...]) -> None:
    """Give roles to an account or take them away; prints those that it holds then."""
    if not added and not removed:
        raise click.UsageError("say --add ROLE or --remove ROLE")

    async def work() -> list[Role]:
        async with opened():
            who = await queries.person_by_email(email)
            wanted = ({*who.roles} - {Role(role) for role in removed}) | {Role(role) for role in added}
            await people.set_roles(CLI, who.id, wanted)
            return sorted(wanted)

    try:
        click.echo(", ".join(asyncio.run(work())))
    except DomainError as error:
        raise _said(error) from error
