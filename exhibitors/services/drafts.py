"""Keeping an application that is not sent yet: under an account, or by a link that is mailed.

Nothing is checked and no consent is asked for: that comes with sending. What is kept belongs to whoever began it.
"""

from datetime import timedelta

from core import clock, text
from core.accounts.errors import EmailTaken, LinkUsed
from core.accounts.roles import Actor
from core.accounts.secrets import digest, new_token
from core.audit import services as audit
from core.config import settings
from core.db import transaction
from core.editions.queries import EditionInfo
from core.editions.tables import EditionDay
from core.errors import DomainError, FieldError, InvalidInput, NotFound
from core.i18n import Locale, mark
from core.jobs import every
from core.mail.services import compose, enqueue
from exhibitors.services.links import Confirmed, enrolled, mailbox
from exhibitors.services.registration import RegistrationClosed
from exhibitors.tables import ExhibitorDraft

#: Of one person and edition.
MOST = 10
#: Characters of what was typed.
LONGEST = 60_000
#: Within which a mailed link is opened; else what it led to goes.
LIFE = timedelta(days=14)
#: Mails to one address.
LINKS_A_DAY = 3


class TooManyDrafts(DomainError):
    code = "too_many_drafts"
    message = mark("You have begun ten applications already. Send or discard one of them first.")


def _about(edition: EditionInfo) -> str:
    return f"edition:{edition.slug}"


def _fit(edition: EditionInfo, form: str) -> None:
    if edition.registration(clock.now()) != "open":
        raise RegistrationClosed
    if len(form) > LONGEST:
        raise InvalidInput(errors=(FieldError("", "too_long", mark("This is too long.")),))


async def keep(actor: Actor, edition: EditionInfo, submission: str, name: str, form: str) -> None:
    """Under the account; the same form once more takes the place of what was kept of it.

    :raises TooManyDrafts: 409. :raises NotFound: the form is another's. :raises RegistrationClosed: 409.
    """
    if actor.kind != "account" or actor.id is None:
        raise NotFound
    _fit(edition, form)
    now = clock.now()
    async with transaction():
        won = (
            await ExhibitorDraft.update(
                {ExhibitorDraft.name: name[:200], ExhibitorDraft.form: form, ExhibitorDraft.changed_at: now}
            )
            .where(ExhibitorDraft.submission == submission, ExhibitorDraft.account == actor.id)
            .returning(ExhibitorDraft.id)
        )
        if won:
            return
        if (
            await ExhibitorDraft.count().where(ExhibitorDraft.account == actor.id, ExhibitorDraft.edition == edition.id)
            >= MOST
        ):
            raise TooManyDrafts
        made = (
            await ExhibitorDraft.insert(
                ExhibitorDraft(
                    edition=edition.id,
                    account=actor.id,
                    submission=submission,
                    name=name[:200],
                    form=form,
                    started_at=now,
                    changed_at=now,
                )
            )
            .on_conflict(action="DO NOTHING")
            .returning(ExhibitorDraft.id)
        )
        if not made:
            raise NotFound
        await audit.record(actor, "exhibitor.draft_begun", _about(edition))


async def discard(actor: Actor, edition: EditionInfo, submission: str) -> None:
    """For good. :raises NotFound: 404."""
    async with transaction():
        gone = (
            await ExhibitorDraft.delete()
            .where(
                ExhibitorDraft.submission == submission,
                ExhibitorDraft.account == actor.id,
                ExhibitorDraft.edition == edition.id,
                ExhibitorDraft.account.is_not_null(),
            )
            .returning(ExhibitorDraft.id)
        )
        if not gone:
            raise NotFound
        await audit.record(actor, "exhibitor.draft_discarded", _about(edition))


# ── of somebody who is not signed in ──


async def keep_by_mail(
    edition: EditionInfo, submission: str, name: str, form: str, email: str, contact: str, locale: Locale
) -> None:
    """Mails a link to the contact, a few times a day at most; whoever asks sees the same every time.

    :raises InvalidInput: 422, the address is none. :raises RegistrationClosed: 409.
    """
    _fit(edition, form)
    try:
        address = text.email(email).lower()
    except text.Fault as fault:
        raise InvalidInput(errors=(FieldError("contact.email", fault.code, fault.message),)) from fault
    if not address:
        raise InvalidInput(errors=(FieldError("contact.email", "required", mark("Please fill this in.")),))
    token, now = new_token(), clock.now()
    called = text.line(contact)[:100] or address
    mail = compose(
        "draft_link",
        locale,
        name=called,
        expo=edition.name(locale),
        link=f"{settings().public_url}/register/drafts/{token}",
    )
    async with transaction():
        today = ExhibitorDraft.count().where(
            ExhibitorDraft.email == address, ExhibitorDraft.started_at > now - timedelta(days=1)
        )
        if await today >= LINKS_A_DAY:
            return
        made = (
            await ExhibitorDraft.insert(
                ExhibitorDraft(
                    edition=edition.id,
                    submission=submission,
                    name=name[:200],
                    form=form,
                    email=address,
                    token_hash=digest(token),
                    started_at=now,
                    changed_at=now,
                )
            )
            .on_conflict(action="DO NOTHING")
            .returning(ExhibitorDraft.id)
        )
        if made:
            await enqueue(address, mail, to_name=called)


async def peek(token: str) -> tuple[int, str, str, str]:
    """Its id, address, name and form's mark; uses nothing up. :raises LinkUsed: unknown, used or run out."""
    row = (
        await ExhibitorDraft.select(
            ExhibitorDraft.id, ExhibitorDraft.email, ExhibitorDraft.name, ExhibitorDraft.submission
        )
        .where(
            ExhibitorDraft.token_hash == digest(token),
            ExhibitorDraft.account.is_null(),
            ExhibitorDraft.started_at > clock.now() - LIFE,
        )
        .first()
    )
    if row is None:
        raise LinkUsed
    return row["id"], row["email"], row["name"], row["submission"]


async def confirm(token: str, locale: Locale) -> tuple[Confirmed, str]:
    """The button: makes or finds the account of the mailbox, whose the draft is from then on; answers the form's mark.

    :raises LinkUsed: as :func:`peek`, for the second, and for a disabled account.
    """
    draft, email, _, submission = await peek(token)
    for _ in range(2):
        who = await mailbox(email)
        try:
            async with transaction():
                won = (
                    await ExhibitorDraft.update({ExhibitorDraft.token_hash: ""})
                    .where(ExhibitorDraft.id == draft, ExhibitorDraft.token_hash == digest(token))
                    .returning(ExhibitorDraft.id)
                )
                if not won:
                    raise LinkUsed
                actor = await enrolled(who, email, "", locale)
                await ExhibitorDraft.update({ExhibitorDraft.account: actor.id}).where(ExhibitorDraft.id == draft)
            return Confirmed.of(actor, who), submission
        except EmailTaken:  # made meanwhile: look again
            continue
    raise LinkUsed


@every(seconds=3600, name="forget drafts that nobody sends")
async def sweep() -> int:
    """Those whose link nobody opened, and all once their expo is over."""
    today = clock.now().date()
    still = EditionDay.select(EditionDay.edition).where(EditionDay.day >= today - timedelta(days=1))
    old = ExhibitorDraft.account.is_null() & (ExhibitorDraft.started_at < clock.now() - LIFE)
    gone = await ExhibitorDraft.delete().where(old | ExhibitorDraft.edition.not_in(still)).returning(ExhibitorDraft.id)
    return len(gone)
