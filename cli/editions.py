"""``yinbo editions``: set one up and list them, with or without a running server."""

import asyncio
from datetime import date, datetime

import click
import msgspec

from cli import Refused
from cli.opened import opened
from core import clock
from core.accounts.roles import CLI
from core.config import settings
from core.editions import queries, services
from core.editions.rules import STANDARD_CATEGORIES, STANDARD_FIELDS, Draft, days_between, moment_of
from core.errors import DomainError, InvalidInput


def _day(value: datetime) -> date:
    return value.date()


@click.group()
def editions() -> None:
    """Editions of the expo: one is current, those past stay readable."""


@editions.command()
@click.argument("slug")
@click.option("--name-zh", required=True, help="The name in Chinese.")
@click.option("--name-en", required=True, help="The name in English.")
@click.option("--venue", required=True, help="The place, for both languages; the desk can change either.")
@click.option("--first-day", required=True, type=click.DateTime(["%Y-%m-%d"]), help="2026-09-15")
@click.option("--last-day", required=True, type=click.DateTime(["%Y-%m-%d"]), help="2026-09-17")
@click.option("--current", is_flag=True, help="Make it the current one; the first of all is so anyway.")
def add(
    slug: str,
    name_zh: str,
    name_en: str,
    venue: str,
    first_day: datetime,
    last_day: datetime,
    current: bool,
) -> None:
    """Set up the edition SLUG.

    Registration is open from now to the end of the last day, the doors from 00:00 to 24:00; fields and categories
    are the standard ones, the timezone that of the settings. All of it can be changed in the desk.
    """
    first, last = _day(first_day), _day(last_day)
    if last < first:
        raise click.BadParameter("the last day lies before the first", param_hint="--last-day")
    timezone = settings().timezone
    now = clock.now()
    closes = moment_of(last, 1440, timezone)
    draft = Draft(
        slug=slug,
        name_zh=name_zh,
        name_en=name_en,
        venue_zh=venue,
        venue_en=venue,
        timezone=timezone,
        days=days_between(first, last),
        # Of an expo that is over, registration has been.
        registration_opens=min(now, moment_of(first, 0, timezone)),
        registration_closes=closes,
        fields=STANDARD_FIELDS,
        categories=STANDARD_CATEGORIES,
    )

    async def work() -> queries.EditionInfo:
        async with opened():
            return await services.create(CLI, draft, current=current)

    try:
        made = asyncio.run(work())
    except InvalidInput as refused:
        raise Refused("; ".join(f"{fault.field}: {fault.message}" for fault in refused.errors)) from None
    except DomainError as refused:
        raise Refused(refused.message) from None
    click.echo(f"{made.slug}{' (current)' if made.is_current else ''}")


@editions.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
def list_(as_json: bool) -> None:
    """All editions, the latest first."""

    async def work() -> list[queries.EditionLine]:
        async with opened():
            return await queries.all_editions()

    found = asyncio.run(work())
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
        return
    for line in found:
        marks = [word for word, on in (("current", line.is_current), ("demo", line.is_demo)) if on]
        click.echo(f"{line.slug}  {line.first_day} to {line.last_day}  {line.name_zh}  {' '.join(marks)}".rstrip())
