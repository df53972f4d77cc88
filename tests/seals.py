"""Waiting for the audit trail's seals."""

import asyncio

from core.audit import sealing
from core.audit.tables import AuditPending


async def seal_everything() -> int:
    """PostgreSQL's horizon counts every database of the server: the transactions of others delay the seals."""
    done = 0
    async with asyncio.timeout(60):
        while True:
            done += await sealing.seal_all()
            if not await AuditPending.exists():
                return done
            await asyncio.sleep(0.01)
