"""``yinbo run``: serves until it is stopped."""

import asyncio
import errno
import os
import sys

import click

from core.config import PREFIX, Settings, own_data_dir, settings


def _apply(**given: object) -> Settings:
    """Options win over settings, also in the workers, which read the environment anew."""
    for name, value in given.items():
        if value is not None:
            os.environ[f"{PREFIX}{name.upper()}"] = str(value)
    settings.cache_clear()
    return settings()


def _refuse(text: str) -> None:
    click.echo(f"yinbo: {text}", err=True)
    sys.exit(1)


async def _prepare() -> list[str]:
    """What is to be done before the first request; answers lines to print."""
    from core import db
    from core.db.migrations import MigrationFailed, migrate, readiness
    from core.editions.queries import current_edition

    async with db.lifespan():
        if settings().is_sqlite:
            try:
                await migrate()
            except MigrationFailed as error:
                _refuse(f"the database cannot be brought forward: {error}")
        reason = await readiness()
        if reason:
            return [f"not ready, every page answers 503: {reason}"]
        edition = await current_edition()
        return [] if edition else ["no expo yet: the first page says how to set one up"]


@click.command()
@click.option("--host", help="Address to listen on; 0.0.0.0 for every interface.")
@click.option("--port", type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes; more than one needs PostgreSQL.")
def run(host: str | None, port: int | None, workers: int | None) -> None:
    """Serve until stopped (Ctrl+C or SIGTERM); a second signal stops at once."""
    own = _apply(host=host, port=port, workers=workers)
    own_data_dir()
    from cli.serving import bind, serve

    try:
        bound = bind(own.host, own.port)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            _refuse(f"port {own.port} of {own.host} is taken; stop what runs there or give another: --port 8001")
        _refuse(f"cannot listen on {own.host} port {own.port}: {error.strerror or error}")
        return
    with bound:
        own = _apply(port=bound.getsockname()[1])
        for line in asyncio.run(_prepare()):
            click.echo(line)
        click.echo(f"Yinbo answers on {own.public_url}")
        sys.stdout.flush()
        tls = {"ssl_certfile": own.tls_cert, "ssl_keyfile": own.tls_key} if own.tls_cert else {}
        sys.exit(serve(bound, own.workers, **tls))
