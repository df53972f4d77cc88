import asyncio
import sys
from collections.abc import AsyncIterator

import click
import msgspec

from cli.doctor import machine, services
from cli.doctor.findings import Finding, warning
from core.config import settings, unknown_names


async def findings() -> AsyncIterator[Finding]:
    own = settings()
    for line in unknown_names():
        yield warning("settings", line, "mend or remove the name")
    for finding in machine.of_settings(own):
        yield finding
    yield machine.of_secret(own)
    yield machine.of_disk(own)
    yield machine.of_clock()
    for finding in machine.of_certificate(own):
        yield finding
    async for finding in services.of_database(own):
        yield finding
    yield await services.of_mail(own)
    async for finding in services.of_redis(own):
        yield finding


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON array instead of lines.")
def doctor(as_json: bool) -> None:
    """Look at settings, database, migrations, mail, disk, clock and certificate; changes nothing, sends nothing.

    Exit code 1 when something is wrong; warnings leave it at 0.
    """

    async def work() -> list[Finding]:
        found = []
        async for finding in findings():
            found.append(finding)
            if not as_json:
                click.echo(f"{finding.level:8} {finding.check}: {finding.message}")
                if finding.mend:
                    click.echo(f"{'':8} → {finding.mend}")
        return found

    found = asyncio.run(work())
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
    sys.exit(1 if any(finding.level == "error" for finding in found) else 0)
