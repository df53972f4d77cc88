"""``yinbo exhibitors``: read in what organizers keep in spreadsheets."""

import asyncio
from pathlib import Path

import click
import msgspec

from cli import Refused
from cli.opened import opened
from core.accounts.roles import CLI
from core.editions.queries import require_current
from core.files.rules import SentFile, Unfit
from core.i18n import DEFAULT
from exhibitors.rules.imports import Report
from exhibitors.services.imports import sound, take

_SHOWN = 50


class Told(msgspec.Struct):
    """What ``--json`` prints."""

    stored: int
    fresh: int
    there: int
    faulty: int
    report: Report


@click.group()
def exhibitors() -> None:
    """Exhibitors of the current edition."""


@exhibitors.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check it and store nothing.")
@click.option(
    "--let-pass",
    "rows",
    type=int,
    multiple=True,
    metavar="ROW",
    help="A row whose credit code was compared with the licence: its wrong check digit passes. Repeatable.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def import_(file: Path, dry_run: bool, rows: tuple[int, ...], as_json: bool) -> None:
    """Read exhibitors in from FILE, an .xlsx or .csv.

    All rows are stored, or none: what is wrong is told by row and column. Who is registered already is passed over.
    `yinbo export exhibitors-template FILE` makes an empty one with notes.
    """

    shown = 0

    async def progress(done: int, total: int) -> None:
        nonlocal shown
        if done - shown >= 500 or done == total:
            shown = done
            click.echo(f"  checked {done} of {total}", err=True)

    size = file.stat().st_size

    async def work() -> tuple[Report, int]:
        async with opened():
            with file.open("rb") as content:
                sent = SentFile(file.name, content, size)
                edition = await require_current()
                return await take(CLI, edition, sent, DEFAULT, dry=dry_run, progress=progress, rows=rows)

    try:
        report, stored = asyncio.run(work())
    except Unfit as unfit:
        raise Refused(unfit.message) from None
    if as_json:
        told = Told(stored, report.fresh, len(report.there), report.faulty, report)
        click.echo(msgspec.json.encode(told).decode())
    else:
        _tell(report)
    if not sound(report):
        raise Refused(report.fault or f"{report.faulty} faults in {file}: nothing was stored")
    if not as_json:
        if dry_run:
            click.echo(f"{report.fresh} new, {len(report.there)} there already; nothing was stored (--dry-run).")
        else:
            click.echo(f"{stored} stored, {len(report.there)} there already.")


def _tell(report: Report) -> None:
    for sheet, letter, heading in report.unknown:
        click.echo(f"  not taken: column {letter} {heading!r}{_of(sheet)}", err=True)
    for name in report.passed_over:
        click.echo(f"  not taken: sheet {name!r}, it has no headings of ours", err=True)
    for fault in report.faults[:_SHOWN]:
        place = f"row {fault.row}" if fault.row else "headings"
        column = f", column {fault.column}" if fault.column else ""
        click.echo(f"  {place}{column} ({fault.heading}){_of(fault.sheet)}: {fault.message}", err=True)
    if report.faulty > _SHOWN:
        click.echo(f"  … and {report.faulty - min(len(report.faults), _SHOWN)} more", err=True)


def _of(sheet: str) -> str:
    return f" of sheet {sheet!r}" if sheet else ""
