"""``yinbo privacy``: personal data of editions that are over."""

import asyncio

import click
import msgspec

from cli.opened import opened
from core.accounts.roles import CLI
from core.editions.queries import all_editions, stored_edition
from core.privacy import services


@click.group()
def privacy() -> None:
    """Personal data and how long it is kept."""


@privacy.command()
@click.option("--edition", "slug", help="Only this one; without it all that are due.")
@click.option(
    "--days", type=click.IntRange(0), help="Of keeping; without it as many as each edition's notice promises."
)
@click.option("--against-notice", is_flag=True, help="Purge by --days though the notice promises another number.")
@click.option("--dry-run", is_flag=True, help="Count what would go, and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
def purge(slug: str | None, days: int | None, against_notice: bool, dry_run: bool, as_json: bool) -> None:
    """Remove the personal data of editions that have been over for long enough; firms and counts stay.

    Can be stopped and begun again. A dry run also counts what is not due yet, with the day when it will be.
    """

    async def work() -> list[services.Purged]:
        done = []
        async with opened():
            slugs = [slug] if slug else [line.slug for line in await all_editions()]
            for one in slugs:
                edition = await stored_edition(one)
                if not dry_run and not against_notice:
                    services.as_promised(edition, days)
                if dry_run:
                    done.append(msgspec.structs.replace(await services.count(edition), due=services.due(edition, days)))
                elif slug or services.is_due(edition, days):
                    done.append(await services.purge(CLI, edition, days=days))
        return done

    done = asyncio.run(work())
    if as_json:
        click.echo(msgspec.json.encode(done).decode())
        return
    for one in done:
        said = "would go" if one.dry else "gone"
        click.echo(f"{one.edition}: due {one.due}, {said}: {sum(one.counts.values())} rows")
        for name, number in one.counts.items():
            click.echo(f"  {name}  {number}")
    if not done:
        click.echo("No edition is due.")
