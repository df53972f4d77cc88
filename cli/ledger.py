"""``yinbo ledger``: the audit trail held against its chain."""

import asyncio
import sys

import click
import msgspec

from core import db
from core.audit import heads
from core.audit.rules import Head
from core.audit.verify import Finding, Walk


@click.group()
def ledger() -> None:
    """The audit trail and its chain."""


def _head(_context: click.Context, _option: click.Parameter, value: str | None) -> Head | None:
    if value is None:
        return None
    head = heads.parse(value)
    if head is None:
        raise click.BadParameter("POSITION:HASH, as ledger verify prints it")
    return head


def line(finding: Finding) -> str:
    """``positions 3-5, entry 7, 2026-11-23T14:00:00+00:00, thing.done: what is wrong``"""
    parts = []
    if finding.position is not None:
        many = finding.until is not None and finding.until != finding.position
        parts.append(f"positions {finding.position}-{finding.until}" if many else f"position {finding.position}")
    if finding.entry is not None:
        parts.append(f"entry {finding.entry}")
    parts += [text for text in (finding.at, finding.action) if text]
    return f"{', '.join(parts)}: {finding.message}" if parts else finding.message


async def _verify(head: Head | None, as_json: bool) -> int:
    async with db.lifespan():
        walk = Walk([("--head", head)] if head else [])
        if as_json:
            click.echo('{"findings": [', nl=False)
        first = True
        async for finding in walk.findings():
            if as_json:
                click.echo(("" if first else ", ") + msgspec.json.encode(finding).decode(), nl=False)
            else:
                click.echo(line(finding))
            first = False
    report = walk.report
    if as_json:
        summary = {
            "ok": not report.findings,
            "head": report.head,
            "checked": report.checked,
            "unsealed": report.unsealed,
            "erased": report.erased,
        }
        click.echo("], " + msgspec.json.encode(summary).decode()[1:])
    else:
        click.echo(
            f"{report.checked} entries checked, {report.unsealed} not sealed yet, {report.erased} with erased data"
        )
        click.echo(f"head {report.head}")
        if report.findings:
            click.echo(f"The audit trail does not verify: {report.findings} findings.", err=True)
    return 1 if report.findings else 0


@ledger.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of lines.")
@click.option("--head", callback=_head, metavar="POSITION:HASH", help="A head that was mailed or written down.")
def verify(as_json: bool, head: Head | None) -> None:
    """Names every changed or missing entry and prints the head; exit code 1 if there is any.

    Works beside a running server. It needs the SECRET_KEY that the trail was written with.
    """
    sys.exit(asyncio.run(_verify(head, as_json)))
