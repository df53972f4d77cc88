"""Scans of signature pages: kept, hashed, never changed."""

from core import clock
from core.accounts.roles import Actor, Role
from core.audit import services as audit
from core.db import transaction
from core.editions.queries import EditionInfo
from core.files import services as files
from core.files.queries import Reach, readable
from core.files.services import Checked
from deals.queries import deals as queries
from deals.tables import DealFile

PURPOSE = "deal_evidence"


@readable(PURPOSE)
async def _may_read(actor: Actor, _file: int) -> Reach | None:
    return Reach.private if Role.signing in actor.roles else None


async def add(actor: Actor, edition: EditionInfo, number: str, checked: Checked) -> None:
    """:raises NotFound:"""
    async with transaction():
        one = await queries.standing(edition, number)
        file = await files.keep(actor, checked, PURPOSE)
        await DealFile.insert(DealFile(deal=one.id, file=file, sha256=checked.sha256, actor=actor.key, at=clock.now()))
        await audit.record(
            actor, "deal.evidence_added", f"deal:{edition.slug}/{number}", after={"sha256": checked.sha256}
        )
