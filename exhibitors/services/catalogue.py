"""Writes of the printed catalogue: entries handed in, reminders, and states that went to the printer."""

from datetime import date
from typing import Any

from core import clock
from core.accounts.roles import Actor, Role
from core.accounts.services import people
from core.audit import services as audit
from core.config import settings
from core.db import transaction
from core.editions.queries import EditionInfo, edition_named
from core.errors import DomainError
from core.i18n import formats, mark
from core.jobs import JobContext, job
from core.jobs.services import enqueue_job
from core.mail.services import compose, enqueue
from exhibitors.queries import catalogue as queries
from exhibitors.queries import desk
from exhibitors.rules.catalogue import EntryDraft
from exhibitors.rules.desk import ADMITTED
from exhibitors.tables import (
    CatalogueEntry,
    CatalogueLine,
    CataloguePrint,
    CatalogueTerms,
    Exhibitor,
)


class CatalogueOver(DomainError):
    code = "catalogue_over"
    message = mark("The catalogue is closed. Please write to the organizers.")


class NotInTheCatalogue(DomainError):
    code = "wrong_status"
    message = mark("The entry can be handed in once the application is approved.")


class PrintedMeanwhile(DomainError):
    code = "printed_meanwhile"
    message = mark("Somebody has kept a state meanwhile. Please look again.")


async def set_until(actor: Actor, edition: EditionInfo, until: date | None) -> None:
    async with transaction():
        values: dict[Any, Any] = {CatalogueTerms.until: until}
        await CatalogueTerms.insert(CatalogueTerms({CatalogueTerms.edition: edition.id, **values})).on_conflict(
            target=CatalogueTerms.edition, action="DO UPDATE", values=list(values.items())
        )
        after = {"until": until.isoformat() if until else None}
        await audit.record(actor, "catalogue.terms", f"edition:{edition.slug}", after=after)


async def send(actor: Actor, edition: EditionInfo, number: str, draft: EntryDraft) -> None:
    """Hands an entry in, or puts another in its place. Organizers may do it late.

    :raises NotFound: not this person's. :raises NotInTheCatalogue: :raises CatalogueOver: 409.
    """
    async with transaction():
        exhibitor = await desk.opened_by(actor, edition, number)
        found = (
            await Exhibitor.update({Exhibitor.number: number})
            .where(Exhibitor.id == exhibitor, Exhibitor.status.is_in([status.value for status in ADMITTED]))
            .returning(Exhibitor.id)
        )
        if not found:
            raise NotInTheCatalogue
        until = await queries.until(edition)
        if until is not None and edition.today() > until and Role.organizer not in actor.roles:
            raise CatalogueOver
        values: dict[Any, Any] = {
            CatalogueEntry.intro_en: draft.intro_en,
            CatalogueEntry.contact: draft.contact,
            CatalogueEntry.phone: draft.phone,
            CatalogueEntry.email: draft.email,
            CatalogueEntry.sent_by: actor.key,
            CatalogueEntry.sent_at: clock.now(),
        }
        await CatalogueEntry.insert(CatalogueEntry({CatalogueEntry.exhibitor: exhibitor, **values})).on_conflict(
            target=CatalogueEntry.exhibitor, action="DO UPDATE", values=list(values.items())
        )
        await audit.record(
            actor,
            "exhibitor.catalogue",
            f"exhibitor:{edition.slug}/{number}",
            after={"contact_printed": bool(draft.contact or draft.phone or draft.email)},
            personal={"contact": draft.contact, "phone": draft.phone, "email": draft.email},
        )


async def freeze(actor: Actor, edition: EditionInfo, number: int) -> None:
    """Keeps the catalogue as it is now under this number, the next one: what is printed can be made again word for
    word.

    :raises PrintedMeanwhile: 409, another has it.
    """
    async with transaction():
        made = (
            await CataloguePrint.insert(
                CataloguePrint(
                    edition=edition.id,
                    number=number,
                    made_by=actor.key,
                    made_name=actor.name[:100],
                    made_at=clock.now(),
                )
            )
            .on_conflict(target=(CataloguePrint.edition, CataloguePrint.number), action="DO NOTHING")
            .returning(CataloguePrint.id)
        )
        last = await queries.prints(edition)
        if not made or last[0].number != number or number != len(last):
            raise PrintedMeanwhile
        lines = [
            CatalogueLine(
                print=made[0]["id"],
                exhibitor=one.exhibitor,
                name=one.name,
                name_en=one.name_en,
                intro=one.intro,
                intro_en=one.intro_en,
                website=one.website,
                categories=" ".join(one.categories),
                hall=one.hall,
                booths=" ".join(one.booths),
                contact=one.contact,
                phone=one.phone,
                email=one.email,
            )
            for one in await queries.entries(edition)
        ]
        for start in range(0, len(lines), 100):
            await CatalogueLine.insert(*lines[start : start + 100])
        after = {"print": number, "entries": len(lines)}
        await audit.record(actor, "catalogue.printed", f"edition:{edition.slug}", after=after)


async def remind(actor: Actor, edition: EditionInfo) -> int:
    """Writes to everybody whose entry is missing, each once a day however often it is pressed. Answers how many are
    missing."""
    waiting = await queries.missing(edition)
    if waiting:
        today = edition.today().isoformat()
        async with transaction():
            await enqueue_job(
                "exhibitors.catalogue", {"edition": edition.slug}, key=f"catalogue:{edition.slug}:{today}", actor=actor
            )
            after = {"missing": len(waiting)}
            await audit.record(actor, "catalogue.reminded", f"edition:{edition.slug}", after=after)
    return len(waiting)


@job("exhibitors.catalogue")
async def write_to_missing(_context: JobContext, payload: dict[str, Any]) -> int:
    """Begun again after a crash it writes to nobody twice."""
    edition = await edition_named(str(payload["edition"]))
    until, today = await queries.until(edition), edition.today().isoformat()
    waiting = await queries.missing(edition)
    for one in waiting:
        locale = people.locale_of(one.locale)
        message = compose(
            "catalogue_missing",
            locale,
            name=one.contact_name,
            firm=one.name,
            expo=edition.name(locale),
            until=formats.full_day(locale, until) if until is not None and until >= edition.today() else "",
            page=f"{settings().public_url}/portal/{one.number}/catalogue",
        )
        async with transaction():
            await enqueue(one.email, message, to_name=one.contact_name, key=f"catalogue:{one.id}:{today}")
    return len(waiting)
