"""``yinbo export``: what stands in the database, as a file."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import click

from cli.opened import opened
from core.accounts.roles import CLI
from core.audit.export import export as audit
from core.i18n import LOCALES, Locale

Maker = Callable[[Locale], AsyncIterator[bytes]]


def _audit(_locale: Locale) -> AsyncIterator[bytes]:
    return audit()


async def _exhibitors(locale: Locale) -> AsyncIterator[bytes]:
    from admin.exhibitors import states
    from core.editions.queries import require_current
    from exhibitors.queries.applications import Filter
    from exhibitors.services.exports import export as sheet

    yield await sheet(CLI, await require_current(), Filter(), locale, states(locale))


async def _template(locale: Locale) -> AsyncIterator[bytes]:
    from core.editions.queries import require_current
    from exhibitors.services.exports import template

    yield await template(await require_current(), locale)


async def _leads(locale: Locale) -> AsyncIterator[bytes]:
    from checkin.services.lead_sheets import export_all
    from core.editions.queries import require_current

    yield await export_all(CLI, await require_current(), locale)


async def _scans(_locale: Locale) -> AsyncIterator[bytes]:
    from checkin.services.scans.exports import export as scans
    from core.editions.queries import require_current

    async for piece in scans(await require_current()):
        yield piece


async def _deals(locale: Locale) -> AsyncIterator[bytes]:
    from core.editions.queries import require_current
    from deals.services.exports import export as sheet
    from gateway import deals as said

    names = said.words(locale, {**said.KINDS, **said.STATES})
    yield await sheet(CLI, await require_current(), locale, names)


async def _badges(_locale: Locale) -> AsyncIterator[bytes]:
    """CSV without the codes, which open doors."""
    from checkin.queries.badges import Filter, badges_after
    from core.audit.services import record
    from core.db import transaction
    from core.editions.queries import require_current
    from core.sheets import BOM, csv_line

    edition = await require_current()
    async with transaction():
        await record(CLI, "badges.exported", f"edition:{edition.slug}")
    names = ("serial", "kind", "status", "holder", "organisation", "title", "mobile", "email", "size", "days")
    yield BOM + csv_line(names)
    after = 0
    while found := await badges_after(edition, Filter(), after, 500):
        after = found[-1].id
        for one in found:
            yield csv_line([*(getattr(one, name) for name in names[:-1]), " ".join(map(str, one.days))])


async def _projects(locale: Locale) -> AsyncIterator[bytes]:
    from core.editions.queries import require_current
    from gateway import projects as said
    from projects.queries.projects import Filter, projects
    from projects.services import sheets

    edition = await require_current()
    found = await projects(CLI, edition, Filter(), limit=sheets.MOST)
    yield await sheets.projects(CLI, edition, found, said.words(edition, locale), locale)


async def _meetings(locale: Locale) -> AsyncIterator[bytes]:
    from core.editions.queries import require_current
    from gateway import meetings as said
    from projects.queries.meetings import Filter, meetings
    from projects.services import sheets

    edition = await require_current()
    found = await meetings(edition, Filter(), limit=sheets.MOST)
    yield await sheets.meetings(CLI, edition, found, said.words(locale), locale)


async def _agenda(locale: Locale) -> AsyncIterator[bytes]:
    """The calendar that /agenda.ics gives."""
    from urllib.parse import urlsplit

    from core.config import settings
    from core.editions.queries import require_current
    from projects.feed import calendar
    from projects.queries.agenda import agenda

    edition, base = await require_current(), settings().public_url
    host = urlsplit(base).hostname or "yinbo"
    slots = await agenda(edition)
    yield calendar(edition.name(locale), host, edition.venue(locale), edition.timezone, slots, locale, base)


#: Kind to what makes it; each domain adds its line.
KINDS: dict[str, Maker] = {
    "agenda": _agenda,
    "audit": _audit,
    "badges": _badges,
    "deals": _deals,
    "exhibitors": _exhibitors,
    "exhibitors-template": _template,
    "leads": _leads,
    "meetings": _meetings,
    "projects": _projects,
    "scans": _scans,
}


@click.command()
@click.argument("kind", type=click.Choice(sorted(KINDS)))
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--lang", type=click.Choice(LOCALES), default=LOCALES[0], show_default=True, help="Of headings and names."
)
def export(kind: str, file: Path, lang: Locale) -> None:
    """Write one kind of record to FILE: the audit trail, badges and scans as CSV (UTF-8), the agenda as a calendar
    (.ics), the others and the template for an import as .xlsx; all but the trail of the current edition. The file
    appears whole or not at all."""
    draft = file.with_name(f".{file.name}.part")

    async def work() -> None:
        async with opened():
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
                async for piece in KINDS[kind](lang):
                    out.write(piece)

    try:
        asyncio.run(work())
        draft.replace(file)
    except OSError as error:
        raise click.ClickException(f"{file} cannot be written: {error.strerror}") from error
    finally:
        draft.unlink(missing_ok=True)
    click.echo(f"Wrote {file}.", err=True)
