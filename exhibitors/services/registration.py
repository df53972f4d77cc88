"""Writes of applications."""

import msgspec

from core import clock
from core.accounts.roles import Actor
from core.audit import services as audit
from core.db import transaction
from core.editions.queries import EditionInfo
from core.errors import DomainError
from core.i18n import Locale
from core.mail.services import Message, compose, enqueue
from exhibitors.rules import applications as rules
from exhibitors.rules.applications import Application, ApplicationIn
from exhibitors.tables import Exhibitor, ExhibitorCategory, ExhibitorConsent, ExhibitorField, Status


class AlreadyRegistered(DomainError):
    code = "already_registered"
    message = "This firm has registered for this expo already."


class RegistrationClosed(DomainError):
    code = "registration_closed"
    message = "Registration is not open."


class Registered(msgspec.Struct, frozen=True):
    number: str
    status: Status


def checked(typed: ApplicationIn, edition: EditionInfo, locale: Locale) -> Application:
    return rules.checked(
        typed,
        categories=[choice.code for choice in edition.categories],
        fields=[choice.code for choice in edition.fields],
        privacy_version=edition.privacy_version,
        locale=locale,
    )


async def register(
    actor: Actor,
    edition: EditionInfo,
    typed: ApplicationIn,
    locale: Locale,
    *,
    submission: str | None = None,
) -> Registered:
    """Stores an application with its consent. Of many with one credit code the unique index lets one in.

    ``submission`` names the form that it came by: sent twice, it answers as the first time.
    """
    _open(edition)
    ready = prepare(checked(typed, edition, locale), edition)
    async with transaction():
        return await submit(actor, edition, ready, submission=submission)


class Ready(msgspec.Struct, frozen=True):
    """A checked application with the number it will most likely get, and the mail that says so."""

    wanted: Application
    number: str
    mail: Message


def prepare(wanted: Application, edition: EditionInfo) -> Ready:
    """What takes time, before the transaction."""
    number = rules.new_number()
    return Ready(wanted, number, _confirmation(wanted, edition, number))


def _confirmation(wanted: Application, edition: EditionInfo, number: str) -> Message:
    return compose(
        "registered",
        wanted.locale,
        name=wanted.contact_name,
        firm=wanted.name,
        number=number,
        expo=edition.name(wanted.locale),
    )


def _open(edition: EditionInfo) -> None:
    if edition.registration(clock.now()) != "open":
        raise RegistrationClosed


async def submit(actor: Actor, edition: EditionInfo, ready: Ready, *, submission: str | None = None) -> Registered:
    """As :func:`register`, of what was prepared before, inside the caller's transaction."""
    _open(edition)
    wanted = ready.wanted
    made = await store(actor, edition, wanted, number=ready.number, submission=submission)
    mail = ready.mail if made.number == ready.number else _confirmation(wanted, edition, made.number)
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
) -> Registered:
    """Inside a transaction, past the question whether registration is open, and without a mail."""
    now = clock.now()
    made = await _insert(edition, wanted, status, number or rules.new_number(), submission)
    if isinstance(made, Registered):
        return made
    exhibitor, number = made
    await ExhibitorCategory.insert(
        *(ExhibitorCategory(exhibitor=exhibitor, code=code, position=n) for n, code in enumerate(wanted.categories))
    )
    if wanted.fields:
        await ExhibitorField.insert(
            *(ExhibitorField(exhibitor=exhibitor, code=code, position=n) for n, code in enumerate(wanted.fields))
        )
    await ExhibitorConsent.insert(
        ExhibitorConsent(
            exhibitor=exhibitor, privacy_version=wanted.privacy_version, locale=wanted.locale, given_at=now
        )
    )
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
        },
        personal={
            "contact_name": wanted.contact_name,
            "contact_mobile": wanted.contact_mobile,
            "contact_email": wanted.contact_email,
        },
    )
    return Registered(number, status)


async def _insert(
    edition: EditionInfo, wanted: Application, status: Status, number: str, submission: str | None
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
                    intro=wanted.intro,
                    website=wanted.website,
                    contact_name=wanted.contact_name,
                    contact_mobile=wanted.contact_mobile,
                    contact_email=wanted.contact_email,
                    booth_kind=wanted.booth.kind.value,
                    booth_count=wanted.booth.count,
                    booth_area_m2=wanted.booth.area_m2,
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
