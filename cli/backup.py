"""``yinbo backup`` and ``yinbo restore``."""

import asyncio
import sys
from pathlib import Path

import click

from cli.ledger import line
from core import backup as backups


def _progress(name: str, rows: int) -> None:
    if rows:
        click.echo(f"  {name}: {rows}", err=True)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--with-secrets", is_flag=True, help="Put SECRET_KEY into it too. Keep such a file like the key itself.")
def backup(file: Path, with_secrets: bool) -> None:
    """Write everything into FILE, consistent while serving.

    Without --with-secrets keep SECRET_KEY elsewhere: without it the audit trail of a restored database can't be
    verified or continued, and second factors can't be read.
    """
    try:
        manifest = asyncio.run(backups.backup(file, with_secrets=with_secrets, progress=_progress))
    except (backups.Refused, OSError) as error:
        raise click.ClickException(str(error)) from error
    rows = sum(table.rows for table in manifest.tables)
    click.echo(f"{file}: {rows} rows of {len(manifest.tables)} tables, {len(manifest.files)} files")
    if not with_secrets:
        click.echo("SECRET_KEY is not in it: keep it elsewhere, or the audit trail can't be verified.", err=True)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Set aside the data that are here.")
def restore(file: Path, force: bool) -> None:
    """Restore FILE into an empty database, SQLite or PostgreSQL, and verify it. Stop the server first."""
    try:
        findings, aside = asyncio.run(backups.restore(file, force=force, progress=_progress))
    except (backups.Refused, OSError) as error:
        raise click.ClickException(str(error)) from error
    if aside:
        click.echo(f"What was here is kept as {aside}; remove it when you don't need it.", err=True)
    if any(finding.code == "other_key" for finding in findings):
        click.echo("Restored. The audit trail can't be verified: SECRET_KEY is not the one of the backup.")
        return
    for finding in findings:
        click.echo(line(finding))
    if findings:
        click.echo("Restored, but its audit trail does not verify.", err=True)
        sys.exit(1)
    click.echo("Restored; the audit trail verifies.")
