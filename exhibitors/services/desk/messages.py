"""Messages between an exhibitor and the organizers."""

from core import clock
from core.accounts.roles import Actor
from core.accounts.services import people
from core.audit import services as audit
from core.config import settings
from core.db import transaction
from core.editions.queries import EditionInfo
from core.mail.services import compose, enqueue
from exhibitors.queries import desk
from exhibitors.queries.applications import exhibitor_numbered
from exhibitors.services.desk.said import paragraphs, subject
from exhibitors.tables import (
    ExhibitorMessage,
)

LONGEST_MESSAGE = 4000


async def write(
    actor: Actor, edition: EditionInfo, number: str, typed: str, *, from_organizers: bool, quietly: bool = False
) -> None:
    """A message to the other side; one to an exhibitor is also mailed, unless ``quietly``. :raises InvalidInput:"""
    exhibitor = await desk.opened_by(actor, edition, number)
    said = paragraphs("text", typed, LONGEST_MESSAGE, required=True)
    detail = await exhibitor_numbered(edition, number)
    mail = None
    if from_organizers and not quietly:
        locale = people.locale_of(detail.locale)
        mail = compose(
            "message",
            locale,
            name=detail.contact.name,
            firm=detail.name,
            expo=edition.name(locale),
            text=said,
            link=f"{settings().public_url}/portal/{number}/messages",
        )
    async with transaction():
        await ExhibitorMessage.insert(
            ExhibitorMessage(
                exhibitor=exhibitor,
                from_organizers=from_organizers,
                author=actor.key,
                author_name=actor.name[:100],
                text=said,
                at=clock.now(),
            )
        )
        await audit.record(
            actor,
            "exhibitor.message",
            subject(edition, number),
            after={"from_organizers": from_organizers},
            personal={"text": said},
        )
        if mail is not None:
            await enqueue(detail.contact.email, mail, to_name=detail.contact.name)


async def read_all(actor: Actor, edition: EditionInfo, number: str, *, by_organizers: bool) -> None:
    """What the other side has written counts as read."""
    exhibitor = await desk.opened_by(actor, edition, number)
    if not await desk.unread(exhibitor, by_organizers=by_organizers):
        return
    async with transaction():
        await ExhibitorMessage.update({ExhibitorMessage.read_at: clock.now()}).where(
            ExhibitorMessage.exhibitor == exhibitor,
            ExhibitorMessage.from_organizers.eq(not by_organizers),
            ExhibitorMessage.read_at.is_null(),
        )
