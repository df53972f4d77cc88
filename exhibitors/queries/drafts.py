"""Applications that were begun and not sent: each is read by its owner alone, organizers know how many there are."""

from datetime import datetime

import msgspec

from core.accounts.roles import Actor
from core.editions.queries import EditionInfo
from core.errors import NotFound
from exhibitors.tables import ExhibitorDraft


class DraftLine(msgspec.Struct, frozen=True):
    submission: str
    name: str
    changed_at: datetime


async def drafts_of(actor: Actor, edition: EditionInfo) -> list[DraftLine]:
    """The latest first."""
    if actor.kind != "account":
        return []
    rows = (
        await ExhibitorDraft.select(ExhibitorDraft.submission, ExhibitorDraft.name, ExhibitorDraft.changed_at)
        .where(ExhibitorDraft.edition == edition.id, ExhibitorDraft.account == actor.id)
        .order_by(ExhibitorDraft.changed_at, ascending=False)
    )
    return [msgspec.convert(row, DraftLine) for row in rows]


async def form_of(actor: Actor, edition: EditionInfo, submission: str) -> str:
    """:raises NotFound: also for another's."""
    row = None
    if actor.kind == "account":
        row = (
            await ExhibitorDraft.select(ExhibitorDraft.form)
            .where(
                ExhibitorDraft.edition == edition.id,
                ExhibitorDraft.account == actor.id,
                ExhibitorDraft.submission == submission,
            )
            .first()
        )
    if row is None:
        raise NotFound
    return str(row["form"])


async def count_drafts(edition: EditionInfo) -> int:
    """Of those whose owner is known."""
    found: int = await ExhibitorDraft.count().where(
        ExhibitorDraft.edition == edition.id, ExhibitorDraft.account.is_not_null()
    )
    return found
