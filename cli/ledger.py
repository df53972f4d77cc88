"""``yinbo ledger``: the audit trail and the deals held against their chains."""

import asyncio
import sys

import click
import msgspec

from core import db
from core.audit import heads
from core.audit.rules import Head
from core.audit.verify import Finding, Walk
from deals.verify import DealFinding, DealWalk


@click.group()
def ledger() -> None:
    """The audit trail and the ledger of deals, with their chains."""


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


def deal_line(finding: DealFinding) -> str:
    """``2026/D-0007, revision 2: what is wrong``"""
    where = "/".join(part for part in (finding.edition, finding.deal) if part)
    return f"{where}{f', revision {finding.revision}' if finding.revision else ''}: {finding.message}"


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
        deals = DealWalk()
        async for wrong in deals.findings():
            if as_json:
                click.echo(("" if first else ", ") + msgspec.json.encode(wrong).decode(), nl=False)
            else:
                click.echo(deal_line(wrong))
            first = False
    report = walk.report
    wrongs = report.findings + deals.report.findings
    if as_json:
        summary = {
            "ok": not wrongs,
            "head": report.head,
            "checked": report.checked,
            "unsealed": report.unsealed,
            "erased": report.erased,
            "deals": deals.report.deals,
            "revisions": deals.report.revisions,
        }
        click.echo("], " + msgspec.json.encode(summary).decode()[1:])
    else:
        click.echo(
            f"{report.checked} entries checked, {report.unsealed} not sealed yet, {report.erased} with erased data"
        )
        if deals.report.deals:
            click.echo(f"{deals.report.deals} deals checked in {deals.report.revisions} revisions")
        click.echo(f"head {report.head}")
        if deals.report.findings:
            click.echo(f"The ledger of deals does not verify: {deals.report.findings} findings.", err=True)
        if report.findings:
            click.echo(f"The audit trail does not verify: {report.findings} findings.", err=True)
    return 1 if wrongs else 0


@ledger.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of lines.")
@click.option("--head", callback=_head, metavar="POSITION:HASH", help="A head that was mailed or written down.")
def verify(as_json: bool, head: Head | None) -> None:
    """Names every changed or missing entry of the trail and every changed or missing deal, and prints the head; exit
    code 1 if there is any.

    Works beside a running server. It needs the SECRET_KEY that the trail was written with.
    """
    sys.exit(asyncio.run(_verify(head, as_json)))
