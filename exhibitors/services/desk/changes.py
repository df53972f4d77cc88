"""What was reviewed: written anew while the application is open, asked for later."""

import msgspec

from core import clock, text
from core.accounts.roles import Actor
from core.accounts.services import people
from core.audit import services as audit
from core.db import transaction
from core.editions.queries import EditionInfo
from core.errors import FieldError, InvalidInput, NotFound
from core.i18n import mark
from core.mail.services import compose, enqueue
from exhibitors.queries import desk
from exhibitors.queries.applications import exhibitor_numbered
from exhibitors.rules import applications
from exhibitors.rules import profile as rules
from exhibitors.rules.applications import ApplicationIn
from exhibitors.rules.desk import ADMITTED, OPEN, ChangeWaiting
from exhibitors.rules.steps import WrongStatus
from exhibitors.services import directory
from exhibitors.services.desk.said import paragraphs, subject
from exhibitors.tables import (
    Exhibitor,
    ExhibitorCategory,
    ExhibitorChange,
    ExhibitorField,
)


async def ask_change(
    actor: Actor,
    edition: EditionInfo,
    number: str,
    *,
    name: str,
    name_en: str,
    country: str,
    credit_code: str,
    reason: str,
) -> None:
    """A change of what was reviewed, once it was: a reviewer decides. Before, see :func:`amend`.

    :raises InvalidInput: 422. :raises ChangeWaiting: 409. :raises WrongStatus: 409.
    """
    exhibitor = await desk.opened_by(actor, edition, number)
    before = await exhibitor_numbered(edition, number)
    if before.status not in ADMITTED:
        raise WrongStatus
    found = rules.checked_identity(name=name, name_en=name_en, country=country, credit_code=credit_code)
    why = paragraphs("reason", reason, 1000)
    async with transaction():
        made = (
            await ExhibitorChange.insert(
                ExhibitorChange(
                    exhibitor=exhibitor,
                    name=found.name,
                    name_en=found.name_en,
                    country=found.country,
                    credit_code=found.credit_code,
                    reason=why,
                    asked_by=actor.key,
                    asked_at=clock.now(),
                    waiting=1,
                )
            )
            .on_conflict(action="DO NOTHING")
            .returning(ExhibitorChange.id)
        )
        if not made:
            raise ChangeWaiting
        await audit.record(
            actor,
            "exhibitor.change_asked",
            subject(edition, number),
            before={"name": before.name, "credit_code": before.credit_code, "country": before.country},
            after={"name": found.name, "credit_code": found.credit_code, "country": found.country},
        )


async def amend(actor: Actor, edition: EditionInfo, number: str, typed: ApplicationIn) -> None:
    """Writes an application anew while it is open, by the rules that it came by; its consent stays as it was given.

    :raises InvalidInput: 422. :raises WrongStatus: 409, once it was decided on.
    """
    exhibitor = await desk.opened_by(actor, edition, number)
    before = await exhibitor_numbered(edition, number)
    wanted = applications.checked(
        msgspec.structs.replace(typed, privacy_version=edition.privacy_version),
        categories=[choice.code for choice in edition.categories],
        fields=[choice.code for choice in edition.fields],
        privacy_version=edition.privacy_version,
        locale=people.locale_of(before.locale),
        may_slip=before.check_digit_overridden and text.code(typed.credit_code or "") == before.credit_code,
    )
    async with transaction():
        still = (
            await Exhibitor.update(
                {
                    Exhibitor.name: wanted.name,
                    Exhibitor.name_en: wanted.name_en,
                    Exhibitor.country: wanted.country,
                    Exhibitor.registration_number: wanted.registration_number,
                    Exhibitor.kind: wanted.kind.value,
                    Exhibitor.intro: wanted.intro,
                    Exhibitor.website: wanted.website,
                    Exhibitor.contact_name: wanted.contact_name,
                    Exhibitor.contact_mobile: wanted.contact_mobile,
                    Exhibitor.contact_email: wanted.contact_email,
                    Exhibitor.booth_kind: wanted.booth.kind.value,
                    Exhibitor.booth_count: wanted.booth.count,
                    Exhibitor.booth_area_m2: wanted.booth.area_m2,
                    Exhibitor.lintel_zh: wanted.lintel_zh,
                    Exhibitor.lintel_en: wanted.lintel_en,
                    Exhibitor.power: wanted.power,
                    Exhibitor.water: wanted.water,
                    Exhibitor.exhibits: wanted.exhibits,
                }
            )
            .where(Exhibitor.id == exhibitor, Exhibitor.status.is_in([status.value for status in OPEN]))
            .returning(Exhibitor.id)
        )
        if not still:
            raise WrongStatus
        await ExhibitorCategory.delete().where(ExhibitorCategory.exhibitor == exhibitor)
        await ExhibitorField.delete().where(ExhibitorField.exhibitor == exhibitor)
        await ExhibitorCategory.insert(
            *(ExhibitorCategory(exhibitor=exhibitor, code=code, position=n) for n, code in enumerate(wanted.categories))
        )
        if wanted.fields:
            await ExhibitorField.insert(
                *(ExhibitorField(exhibitor=exhibitor, code=code, position=n) for n, code in enumerate(wanted.fields))
            )
        identity = rules.Identity(wanted.name, wanted.name_en, wanted.country, wanted.credit_code)
        await _change_identity(actor, edition, exhibitor, number, identity)


async def decide_change(
    actor: Actor, edition: EditionInfo, number: str, change: int, *, accept: bool, note: str = ""
) -> None:
    """A reviewer's word on a waiting change; the exhibitor is told by mail. :raises NotFound: decided already."""
    detail = await exhibitor_numbered(edition, number)
    said = paragraphs("note", note, 1000)
    locale = people.locale_of(detail.locale)
    mail = compose(
        "change_decided",
        locale,
        name=detail.contact.name,
        firm=detail.name,
        expo=edition.name(locale),
        accepted=accept,
        note=said,
    )
    async with transaction():
        rows = (
            await ExhibitorChange.update(
                {
                    ExhibitorChange.waiting: None,
                    ExhibitorChange.accepted: accept,
                    ExhibitorChange.decided_by: actor.key,
                    ExhibitorChange.decided_at: clock.now(),
                    ExhibitorChange.note: said,
                }
            )
            .where(ExhibitorChange.id == change, ExhibitorChange.waiting == 1, ExhibitorChange.exhibitor == detail.id)
            .returning(*ExhibitorChange.all_columns())
        )
        if not rows:
            raise NotFound
        row = rows[0]
        if accept:
            found = rules.Identity(row["name"], row["name_en"], row["country"], row["credit_code"])
            await _change_identity(actor, edition, detail.id, number, found)
        else:
            await audit.record(actor, "exhibitor.change_declined", subject(edition, number), note=said)
        await enqueue(detail.contact.email, mail, to_name=detail.contact.name)


async def _change_identity(
    actor: Actor, edition: EditionInfo, exhibitor: int, number: str, found: rules.Identity
) -> None:
    taken = Exhibitor.exists().where(
        Exhibitor.edition == edition.id, Exhibitor.credit_code == found.credit_code, Exhibitor.id != exhibitor
    )
    if found.credit_code is not None and await taken:
        message = mark("Another exhibitor of this expo has this code. Please write to the organizers.")
        raise InvalidInput(errors=(FieldError("credit_code", "taken", message),))
    before = (
        await Exhibitor.select(Exhibitor.name, Exhibitor.country, Exhibitor.credit_code)
        .where(Exhibitor.id == exhibitor)
        .first()
    )
    key = applications.search_key(found.name, found.name_en, found.credit_code)
    await Exhibitor.update(
        {
            Exhibitor.name: found.name,
            Exhibitor.name_en: found.name_en,
            Exhibitor.country: found.country,
            Exhibitor.credit_code: found.credit_code,
            Exhibitor.search: f"{number} {key}",
            Exhibitor.changed_at: clock.now(),
        }
    ).where(Exhibitor.id == exhibitor)
    await directory.refresh([exhibitor])
    await audit.record(
        actor,
        "exhibitor.changed",
        subject(edition, number),
        before=before,
        after={"name": found.name, "country": found.country, "credit_code": found.credit_code},
    )
