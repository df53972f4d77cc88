"""``yinbo export``: what stands in the database, as a file."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import click

from core.audit.export import export as audit
from core.db import lifespan

#: Kind to what makes it; each domain adds its line.
KINDS: dict[str, Callable[[], AsyncIterator[bytes]]] = {"audit": audit}


@click.command()
@click.argument("kind", type=click.Choice(sorted(KINDS)))
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export(kind: str, file: Path) -> None:
    """Write one kind of record to FILE as CSV (UTF-8). The file appears whole or not at all."""
    draft = file.with_name(f".{file.name}.part")

    async def work() -> None:
        async with lifespan():
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
                async for piece in KINDS[kind]():
                    out.write(piece)

    try:
        asyncio.run(work())
        draft.replace(file)
    except OSError as error:
        raise click.ClickException(f"{file} cannot be written: {error.strerror}") from error
    finally:
        draft.unlink(missing_ok=True)
    click.echo(f"Wrote {file}.", err=True)
