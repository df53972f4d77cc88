"""Badges sent by mail: the link to the holder's own page, where the code, the picture and the PDF are."""

from collections.abc import Sequence

from checkin import holders
from checkin.printing.drawing import days_text
from checkin.queries.badges import BadgeInfo
from checkin.tables import BadgeStatus
from core.accounts.roles import Actor
from core.audit import services as audit
from core.db import transaction
from core.editions.queries import EditionInfo
from core.errors import DomainError
from core.i18n import DEFAULT, LOCALES, Locale, mark
from core.mail.services import Message, compose, enqueue


class NoAddress(DomainError):
    code = "no_address"
    message = mark("No e-mail address is known for this badge.")


def _locale(badge: BadgeInfo, otherwise: Locale) -> Locale:
    return next((one for one in LOCALES if one == badge.locale), otherwise)


def composed(edition: EditionInfo, badge: BadgeInfo, locale: Locale) -> Message:
    return compose(
        "badge",
        locale,
        name=badge.holder,
        expo=edition.name(locale),
        venue=edition.venue(locale),
        days=days_text(badge.days or [day.day for day in edition.days], locale),
        serial=badge.serial,
        size=badge.size,
        link=holders.address(edition.id, badge.serial, badge.uid),
    )


async def enqueue_badge(edition: EditionInfo, badge: BadgeInfo, otherwise: Locale) -> None:
    """Inside a transaction."""
    await enqueue(badge.email, composed(edition, badge, _locale(badge, otherwise)), to_name=badge.holder)


async def send(actor: Actor, edition: EditionInfo, badges: Sequence[BadgeInfo], otherwise: Locale = DEFAULT) -> int:
    """To those of whom an address is known, each in the badge's own language; answers how many.

    :raises NoAddress: 409, of none.
    """
    to = [one for one in badges if one.email and one.status is BadgeStatus.active and one.uid is not None]
    if not to:
        raise NoAddress
    async with transaction():
        for one in to:
            await enqueue_badge(edition, one, otherwise)
        await audit.record(
            actor,
            "badge.mailed",
            f"badge:{to[0].serial}" if len(to) == 1 else f"badges:{edition.slug}",
            after={"serials": [one.serial for one in to]},
        )
    return len(to)
