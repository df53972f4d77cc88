"""Writes of applications."""

from typing import Any

import msgspec
from piccolo.query.methods.insert import Insert

from core import clock
from core.accounts import queries as accounts
from core.accounts.roles import Actor
from core.audit import services as audit
from core.db import after_commit, insert_together, transaction
from core.editions.queries import EditionInfo
from core.errors import DomainError
from core.events import publish
from core.files import held
from core.i18n import Locale
from core.mail.services import Message, compose, enqueue
from exhibitors.rules import applications as rules
from exhibitors.rules.applications import Application, ApplicationIn
from exhibitors.rules.files import PUBLIC
from exhibitors.services import directory, links
from exhibitors.services.files import attach
from exhibitors.tables import (
    ConsentBy,
    Exhibitor,
    ExhibitorCategory,
    ExhibitorConsent,
    ExhibitorDraft,
    ExhibitorField,
    FileKind,
    Status,
)


class AlreadyRegistered(DomainError):
    code = "already_registered"
    message = "This firm has registered for this expo already."


class RegistrationClosed(DomainError):
    code = "registration_closed"
    message = "Registration is not open."


class Registered(msgspec.Struct, frozen=True):
    number: str
    status: Status
    #: 0 where the same form had been sent before.
    id: int = 0


Files = tuple[tuple[FileKind, held.Ready], ...]


class How(msgspec.Struct, frozen=True):
    """What an application brings along that no applicant can type."""

    consent: ConsentBy = ConsentBy.form
    #: ``id`` of an earlier edition's, from which the form was filled.
    previous: int | None = None
    #: Of the link into the desk that is mailed.
    token: str = ""
    files: Files = ()


BY_FORM = How()


def checked(typed: ApplicationIn, edition: EditionInfo, locale: Locale, *, may_slip: bool = False) -> Application:
    return rules.checked(
        typed,
        categories=[choice.code for choice in edition.categories],
        fields=[choice.code for choice in edition.fields],
        privacy_version=edition.privacy_version,
        locale=locale,
        may_slip=may_slip,
    )


async def register(
    actor: Actor,
    edition: EditionInfo,
    typed: ApplicationIn,
    locale: Locale,
    *,
    submission: str | None = None,
    previous: int | None = None,
    files: Files = (),
) -> Registered:
    """Stores an application with its consent. Of many with one credit code the unique index lets one in.

    ``submission`` names the form that it came by: sent twice, it answers as the first time.
    """
    _open(edition)
    ready = prepare(checked(typed, edition, locale), edition)
    own = actor.kind == "account" and actor.id and (await accounts.person(actor.id)).email
    async with transaction():
        made = await submit(actor, edition, ready, submission=submission, how=How(previous=previous, files=files))
        if made.id and actor.id and own == ready.wanted.contact_email.lower():
            # The mailbox is theirs, which is all that the mailed link would show.
            await links.join(actor, made.id, actor.id, edition.slug, made.number)
    return made


async def register_for(
    actor: Actor,
    edition: EditionInfo,
    typed: ApplicationIn,
    locale: Locale,
    *,
    consent: ConsentBy,
    may_slip: bool = False,
    submission: str | None = None,
    previous: int | None = None,
    files: Files = (),
) -> Registered:
    """An organizer for somebody who called or sent paper: also outside the registration window, and with a credit
    code whose check digit is wrong. The consent is written down as it was given, and by whom."""
    ready = prepare(checked(typed, edition, locale, may_slip=may_slip), edition)
    async with transaction():
        return await _submit(actor, edition, ready, submission, How(consent, previous, files=files))


class Ready(msgspec.Struct, frozen=True):
    """A checked application with the number it will most likely get, and the mail that says so."""

    wanted: Application
    number: str
    mail: Message
    #: Of the link into the desk that stands in the mail.
    token: str


def prepare(wanted: Application, edition: EditionInfo) -> Ready:
    """What takes time, before the transaction."""
    number, token = rules.new_number(), links.fresh()
    return Ready(wanted, number, _confirmation(wanted, edition, number, token), token)


def _confirmation(wanted: Application, edition: EditionInfo, number: str, token: str) -> Message:
    return compose(
        "registered",
        wanted.locale,
        name=wanted.contact_name,
        firm=wanted.name,
        number=number,
        expo=edition.name(wanted.locale),
        link=links.address(token),
    )


def _open(edition: EditionInfo) -> None:
    if edition.registration(clock.now()) != "open":
        raise RegistrationClosed


async def submit(
    actor: Actor, edition: EditionInfo, ready: Ready, *, submission: str | None = None, how: How = BY_FORM
) -> Registered:
    """As :func:`register`, of what was prepared before, inside the caller's transaction."""
    _open(edition)
    return await _submit(actor, edition, ready, submission, how)


async def _submit(actor: Actor, edition: EditionInfo, ready: Ready, submission: str | None, how: How) -> Registered:
    wanted = ready.wanted
    how = msgspec.structs.replace(how, token=ready.token)
    made = await store(actor, edition, wanted, number=ready.number, submission=submission, how=how)
    if not made.id:
        return made
    mail = ready.mail if made.number == ready.number else _confirmation(wanted, edition, made.number, ready.token)
    key = f"registered:{edition.id}:{made.number}"
    await enqueue(wanted.contact_email, mail, to_name=wanted.contact_name, key=key)
    return made


async def store(
    actor: Actor,
    edition: EditionInfo,
    wanted: Application,
    *,
    status: Status = Status.submitted,
    number: str = "",
    submission: str | None = None,
    how: How = BY_FORM,
) -> Registered:
    """Inside a transaction, past the question whether registration is open, and without a mail."""
    now = clock.now()
    made = await _insert(edition, wanted, status, number or rules.new_number(), submission, how)
    if isinstance(made, Registered):
        return made
    exhibitor, number = made
    parts: list[Insert[Any]] = [
        ExhibitorCategory.insert(
            *(ExhibitorCategory(exhibitor=exhibitor, code=code, position=n) for n, code in enumerate(wanted.categories))
        ),
        ExhibitorConsent.insert(
            ExhibitorConsent(
                exhibitor=exhibitor,
                privacy_version=wanted.privacy_version,
                locale=wanted.locale,
                given_at=now,
                by=how.consent.value,
                recorded_by="" if how.consent is ConsentBy.form else actor.key,
            )
        ),
    ]
    if wanted.fields:
        fields = (ExhibitorField(exhibitor=exhibitor, code=code, position=n) for n, code in enumerate(wanted.fields))
        parts.append(ExhibitorField.insert(*fields))
    if how.token:
        parts.append(links.inserting(exhibitor, wanted.contact_email, how.token))
    await insert_together(*parts)
    if status in PUBLIC:
        await directory.refresh([exhibitor])
    await audit.record(
        actor,
        "exhibitor.submitted",
        f"exhibitor:{edition.slug}/{number}",
        after={
            "name": wanted.name,
            "country": wanted.country,
            "credit_code": wanted.credit_code,
            "status": status.value,
            "privacy_version": wanted.privacy_version,
            "consent": how.consent.value,
            **({"check_digit_overridden": True} if wanted.check_digit_overridden else {}),
        },
        personal={
            "contact_name": wanted.contact_name,
            "contact_mobile": wanted.contact_mobile,
            "contact_email": wanted.contact_email,
        },
    )
    if submission is not None and actor.kind == "account":
        await ExhibitorDraft.delete().where(ExhibitorDraft.submission == submission, ExhibitorDraft.account == actor.id)
    for kind, ready in how.files:
        await attach(actor, edition, number, kind, ready)
    after_commit(lambda: publish("exhibitor", {"number": number, "status": status.value}))
    return Registered(number, status, exhibitor)


async def _insert(
    edition: EditionInfo, wanted: Application, status: Status, number: str, submission: str | None, how: How
) -> tuple[int, str] | Registered:
    """Its id and number, or what the same form got the first time."""
    now = clock.now()
    while True:
        made = (
            await Exhibitor.insert(
                Exhibitor(
                    edition=edition.id,
                    number=number,
                    status=status.value,
                    name=wanted.name,
                    name_en=wanted.name_en,
                    country=wanted.country,
                    credit_code=wanted.credit_code,
                    check_digit_overridden=wanted.check_digit_overridden,
                    registration_number=wanted.registration_number,
                    kind=wanted.kind.value,
                    intro=wanted.intro,
                    website=wanted.website,
                    contact_name=wanted.contact_name,
                    contact_mobile=wanted.contact_mobile,
                    contact_email=wanted.contact_email,
                    booth_kind=wanted.booth.kind.value,
                    booth_count=wanted.booth.count,
                    booth_area_m2=wanted.booth.area_m2,
                    lintel_zh=wanted.lintel_zh,
                    lintel_en=wanted.lintel_en,
                    power=wanted.power,
                    water=wanted.water,
                    exhibits=wanted.exhibits,
                    previous=how.previous,
                    locale=wanted.locale,
                    search=f"{number} {wanted.search}",
                    submission=submission,
                    submitted_at=now,
                    changed_at=now,
                )
            )
            .on_conflict(action="DO NOTHING")
            .returning(Exhibitor.id)
        )
        if made:
            return made[0]["id"], number
        if submission is not None:
            first = await Exhibitor.select().where(Exhibitor.submission == submission).first()
            if first is not None:
                return Registered(first["number"], Status(first["status"]))
        taken = Exhibitor.exists().where(Exhibitor.edition == edition.id, Exhibitor.credit_code == wanted.credit_code)
        if wanted.credit_code is not None and await taken:
            raise AlreadyRegistered
        number = rules.new_number()
