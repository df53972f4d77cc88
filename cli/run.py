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


async def _prepare(demo: bool) -> list[str]:
    """What is to be done before the first request; answers lines to print."""
    from core import db
    from core.accounts.services.people import setup_link
    from core.db.migrations import MigrationFailed, migrate, readiness
    from core.editions.queries import current_edition

    async with db.lifespan():
        if settings().is_sqlite:
            try:
                await migrate()
            except MigrationFailed as error:
                _refuse(f"the database cannot be brought forward: {error}")
        if reason := await readiness():
            return [f"Not ready, every page answers 503: {reason}"]
        lines = []
        edition = await current_edition()
        if demo and (edition is None or edition.is_demo):
            from demo import load_demo

            loaded = await load_demo(settings().timezone, progress=lambda text: click.echo(text, err=True))
            lines.append("Accounts of the demo expo:")
            lines += [f"  {one.email}  {one.password}  {' '.join(one.roles)}" for one in loaded.accounts]
        elif edition is None:
            lines.append("No expo yet: the first page says how to set one up.")
        if link := await setup_link():
            lines.append(f"Nobody has an account yet. Make the first one here, once: {link}")
        return lines


@click.command()
@click.option("--host", help="Address to listen on; 0.0.0.0 for every interface.")
@click.option("--port", type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes; more than one needs PostgreSQL.")
@click.option("--demo", is_flag=True, help="Load the demo expo if there is none, and print its accounts.")
def run(host: str | None, port: int | None, workers: int | None, demo: bool) -> None:
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
        lines = asyncio.run(_prepare(demo))
        click.echo(f"Yinbo answers on {own.public_url}")
        for line in lines:
            click.echo(line)
        sys.stdout.flush()
        tls = {"ssl_certfile": own.tls_cert, "ssl_keyfile": own.tls_key} if own.tls_cert else {}
        sys.exit(serve(bound, own.workers, **tls))
