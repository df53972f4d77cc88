"""Writes of applications."""

import msgspec

from core import clock
from core.accounts.roles import Actor
from core.audit import services as audit
from core.db import transaction
from core.editions.queries import EditionInfo
from core.errors import DomainError
from core.i18n import Locale
from exhibitors import rules
from exhibitors.rules import Application, ApplicationIn
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
    wanted = checked(typed, edition, locale)
    async with transaction():
        return await store(actor, edition, wanted, submission=submission)


def _open(edition: EditionInfo) -> None:
    if edition.registration(clock.now()) != "open":
        raise RegistrationClosed


async def submit(actor: Actor, edition: EditionInfo, wanted: Application) -> Registered:
    """As :func:`register`, of what was checked before, inside the caller's transaction."""
    _open(edition)
    return await store(actor, edition, wanted)


async def store(
    actor: Actor,
    edition: EditionInfo,
    wanted: Application,
    *,
    status: Status = Status.submitted,
    submission: str | None = None,
) -> Registered:
    """Inside a transaction, and past the question whether registration is open."""
    now = clock.now()
    made = await _insert(edition, wanted, status, submission)
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
    edition: EditionInfo, wanted: Application, status: Status, submission: str | None
) -> tuple[int, str] | Registered:
    """Its id and number, or what the same form got the first time."""
    now = clock.now()
    while True:
        number = rules.new_number()
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
