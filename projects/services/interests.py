"""Interest in a project: said with consent, said again without doubling, taken back."""

from typing import Any

from checkin.queries.badges import BadgeInfo, badge_with_code, badge_with_serial
from core import clock, text
from core.accounts.roles import Actor, Role
from core.audit import services as audit
from core.db import transaction
from core.editions.queries import EditionInfo
from core.errors import DomainError, FieldError, InvalidInput, NotFound
from core.i18n import mark
from exhibitors.queries import desk
from exhibitors.rules.desk import ADMITTED, NotAdmittedYet
from exhibitors.tables import Exhibitor
from projects.queries.projects import ProjectInfo, published_one
from projects.rules import interests as rules
from projects.rules.interests import InterestIn
from projects.tables import Interest

UNKNOWN = mark("There is no valid badge with this number and these digits. The information desk can help.")


class OwnProject(DomainError):
    code = "own_project"
    message = mark("This project is your own.")


async def badge_by_hand(edition: EditionInfo, serial: str, digits: str) -> BadgeInfo:
    """The badge of whoever knows its number and the last four digits of its holder's phone.

    :raises InvalidInput: one answer for all that does not fit: it tells a stranger nothing.
    """
    try:
        badge = await badge_with_serial(edition, text.code(serial)[:20])
        fits = badge.in_force and badge.mobile[-4:] == text.code(digits) != ""
    except (NotFound, text.Fault):
        fits = False
    if not fits:
        raise InvalidInput(errors=(FieldError("serial", "unknown", UNKNOWN),))
    return badge


async def express(actor: Actor, edition: EditionInfo, number: str, typed: InterestIn) -> None:
    """As programs say it: a badge by its whole code, an exhibitor by its number.

    :raises NotFound: no such project, or an exhibitor's desk that is not this person's. :raises InvalidInput:
    :raises OwnProject: 409.
    """
    if bool(typed.badge) == bool(typed.exhibitor):
        message = mark("Please say whose interest it is: a badge's or an exhibitor's.")
        raise InvalidInput(errors=(FieldError("badge", "required", message),))
    project = await published_one(edition, number)
    if typed.exhibitor:
        await of_exhibitor(actor, edition, project, typed.exhibitor, typed.message)
        return
    try:
        badge = await _typed_badge(actor, edition, typed.badge or "")
    except NotFound:
        badge = None
    if badge is None or not badge.in_force:
        raise InvalidInput(errors=(FieldError("badge", "unknown", mark("There is no valid badge of this code.")),))
    consent = rules.CONSENT_VERSION if typed.consent is None else typed.consent
    await of_badge(actor, edition, project, badge, typed.message, consent)


async def _typed_badge(actor: Actor, edition: EditionInfo, typed: str) -> BadgeInfo:
    """:raises NotFound: a serial alone opens nothing but to an organizer."""
    if Role.organizer in actor.roles and typed.isascii() and typed.isdecimal():
        return await badge_with_serial(edition, typed[:20])
    return await badge_with_code(edition, typed)


async def of_badge(
    actor: Actor, edition: EditionInfo, project: ProjectInfo, badge: BadgeInfo, message: str | None, consent: str | None
) -> None:
    """:raises InvalidInput: at ``consent`` or ``message``."""
    rules.check_consent(consent)
    await _keep(
        actor, edition, project, rules.checked_message(message), {Interest.badge: badge.id}, badge.root or badge.id
    )


async def of_exhibitor(
    actor: Actor, edition: EditionInfo, project: ProjectInfo, exhibitor: str, message: str | None
) -> None:
    """:raises NotFound: a desk that is not this person's. :raises NotAdmittedYet: :raises OwnProject: 409."""
    found = await desk.opened_by(actor, edition, exhibitor)
    if not await Exhibitor.exists().where(
        Exhibitor.id == found, Exhibitor.status.is_in([status.value for status in ADMITTED])
    ):
        raise NotAdmittedYet
    if project.exhibitor == exhibitor:
        raise OwnProject
    await _keep(actor, edition, project, rules.checked_message(message), {Interest.exhibitor: found}, -found)


async def _keep(
    actor: Actor, edition: EditionInfo, project: ProjectInfo, message: str, whose: dict[Any, Any], who: int
) -> None:
    now = clock.now()
    values = {**whose, Interest.message: message, Interest.version: rules.CONSENT_VERSION, Interest.made_by: actor.key}
    async with transaction():
        fresh = (
            await Interest.insert(
                Interest(
                    {
                        Interest.edition: edition.id,
                        Interest.project: project.id,
                        Interest.who: who,
                        Interest.made_at: now,
                        **values,
                    }
                )
            )
            .on_conflict(action="DO NOTHING")
            .returning(Interest.id)
        )
        if not fresh:  # said before: its words are the new ones, and what was taken back stands again
            await Interest.update({**values, Interest.made_at: now, Interest.withdrawn_at: None}).where(
                Interest.project == project.id, Interest.who == who
            )
        await audit.record(
            actor,
            "interest.shown",
            f"project:{edition.slug}/{project.number}",
            after={"of": "exhibitor" if who < 0 else "badge", "again": not fresh},
        )


async def take_back(actor: Actor, edition: EditionInfo, interest: int, root: int) -> None:
    """By the holder of the badge; again it is nothing. :raises NotFound: it is another's."""
    async with transaction():
        row = (
            await Interest.select(Interest.project.number.as_alias("number"))
            .where(Interest.id == interest, Interest.who == root, Interest.edition == edition.id)
            .first()
        )
        if row is None:
            raise NotFound
        gone = (
            await Interest.update({Interest.withdrawn_at: clock.now(), Interest.message: ""})
            .where(Interest.id == interest, Interest.withdrawn_at.is_null())
            .returning(Interest.id)
        )
        if gone:
            await audit.record(actor, "interest.withdrawn", f"project:{edition.slug}/{row['number']}")
