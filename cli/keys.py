"""``yinbo keys``: what signs the codes on badges, with or without a running server."""

import asyncio
import json

import click
import msgspec

from checkin import keys as services
from checkin.keys import KeyLine
from cli import Refused
from cli.opened import opened
from core.accounts.roles import CLI
from core.editions.queries import EditionInfo, edition_named, require_current
from core.errors import NotFound


async def _edition(slug: str) -> EditionInfo:
    try:
        return await edition_named(slug) if slug else await require_current()
    except NotFound as error:
        raise Refused(f"there is no edition {slug!r}" if slug else "there is no current edition") from error


_of = click.option("--edition", "slug", default="", help="Another than the current one.")


@click.group()
def keys() -> None:
    """Keys that sign the codes on badges."""


@keys.command("list")
@_of
@click.option("--json", "as_json", is_flag=True)
def list_(slug: str, as_json: bool) -> None:
    """The keys of an edition, the newest first, without their secret halves."""

    async def work() -> list[KeyLine]:
        async with opened():
            return await services.keys_of((await _edition(slug)).id)

    found = asyncio.run(work())
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(found), indent=1))
        return
    for one in found:
        state = f"struck off {one.retired_at:%Y-%m-%d %H:%M}Z" if one.retired_at else "good"
        click.echo(f"{one.number:>3}  {one.created_at:%Y-%m-%d %H:%M}Z  {one.badges:>7} badges  {state}  {one.public}")


@keys.command()
@_of
def rotate(slug: str) -> None:
    """Sign badges with a new key from now on; those that are out stay good."""

    async def work() -> int:
        async with opened():
            edition = await _edition(slug)
            await services.rotate(CLI, edition)
            return (await services.keys_of(edition.id))[0].number

    click.echo(f"Key {asyncio.run(work())} signs from now on.", err=True)


@keys.command("strike-off")
@click.argument("number", type=click.IntRange(1, 255))
@click.option("--reason", required=True, help="Stands in the audit trail.")
@_of
@click.confirmation_option(prompt="No badge that this key signed opens a gate any more. Go on?")
def strike_off(number: int, reason: str, slug: str) -> None:
    """Let nothing in any more that the key NUMBER has signed; its badges get new codes within a minute."""

    async def work() -> int:
        async with opened():
            return await services.strike_off(CLI, await _edition(slug), number, reason)

    try:
        lost = asyncio.run(work())
    except NotFound as error:
        raise Refused(f"there is no key {number} in force") from error
    click.echo(f"Struck off key {number}: {lost} badges must be printed or sent again.", err=True)
