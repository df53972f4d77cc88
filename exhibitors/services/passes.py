"""Passes for those who build and for vehicles: applied for by exhibitors, approved or sent back by organizers."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from core import clock
from core.accounts.roles import Actor
from core.accounts.services import people
from core.audit import services as audit
from core.config import settings
from core.db import transaction
from core.editions.queries import EditionInfo
from core.errors import DomainError, FieldError, InvalidInput, NotFound
from core.i18n import mark
from core.mail.services import compose, enqueue
from core.text import Fault, paragraphs
from exhibitors.queries import desk
from exhibitors.queries.applications import exhibitor_numbered
from exhibitors.queries.passes import terms_of
from exhibitors.rules import passes as rules
from exhibitors.rules.desk import ADMITTED
from exhibitors.tables import Contractor, Exhibitor, MoveWindow, PassState, PassTerms, WorkPass

LONGEST = 1000


class PassQuota(DomainError):
    code = "pass_quota"
    message = mark("All passes of this kind are taken. Withdraw one, or ask the organizers for more.")


class PassesOver(DomainError):
    code = "passes_over"
    message = mark("The time to apply for passes is over. Please write to the organizers.")


class NotYetBuilding(DomainError):
    code = "wrong_status"
    message = mark("Passes can be applied for once the application is approved.")


class PassesDecided(DomainError):
    code = "decided_already"
    message = mark("Somebody has decided on these passes already, or they were changed. Please look again.")


def _about(edition: EditionInfo, number: str) -> str:
    return f"exhibitor:{edition.slug}/{number}"


async def _open(actor: Actor, edition: EditionInfo, number: str) -> int:
    """Inside a transaction: the exhibitor's id, held until its end.

    :raises NotFound: not this person's. :raises NotYetBuilding: :raises PassesOver:
    """
    exhibitor = await desk.opened_by(actor, edition, number)
    rows = (
        await Exhibitor.update({Exhibitor.changed_at: clock.now()})
        .where(Exhibitor.id == exhibitor)
        .returning(Exhibitor.status)
    )
    if not rows or rows[0]["status"] not in {status.value for status in ADMITTED}:
        raise NotYetBuilding
    _, until = await terms_of(edition)
    if until is not None and edition.today() > until:
        raise PassesOver
    return exhibitor


async def set_terms(actor: Actor, edition: EditionInfo, workers: int, vehicles: int, until: date | None) -> None:
    """:raises InvalidInput: out of range."""
    errors = [
        FieldError(name, "out_of_range", mark("This number is out of range."))
        for name, value, most in (
            ("workers", workers, rules.MOST_WORKERS),
            ("vehicles", vehicles, rules.MOST_VEHICLES),
        )
        if not 0 <= value <= most
    ]
    if errors:
        raise InvalidInput(errors=tuple(errors))
    async with transaction():
        before, before_until = await terms_of(edition)
        values: dict[Any, Any] = {PassTerms.workers: workers, PassTerms.vehicles: vehicles, PassTerms.until: until}
        changed = await PassTerms.update(values).where(PassTerms.edition == edition.id).returning(PassTerms.id)
        if not changed:
            await PassTerms.insert(PassTerms({PassTerms.edition: edition.id, **values})).on_conflict(
                target=PassTerms.edition, action="DO UPDATE", values=list(values)
            )
        await audit.record(
            actor,
            "passes.terms",
            f"edition:{edition.slug}",
            before={"workers": before.workers, "vehicles": before.vehicles, "until": str(before_until or "")},
            after={"workers": workers, "vehicles": vehicles, "until": str(until or "")},
        )


async def name_contractor(actor: Actor, edition: EditionInfo, number: str, name: str, person: str, mobile: str) -> None:
    """Who builds the stand. :raises InvalidInput: and as :func:`ask`."""
    draft = rules.checked_contractor(name, person, mobile)
    async with transaction():
        exhibitor = await _open(actor, edition, number)
        values: dict[Any, Any] = {
            Contractor.name: draft.name,
            Contractor.person: draft.person,
            Contractor.mobile: draft.mobile,
            Contractor.changed_at: clock.now(),
        }
        changed = await Contractor.update(values).where(Contractor.exhibitor == exhibitor).returning(Contractor.id)
        if not changed:
            await Contractor.insert(Contractor({Contractor.exhibitor: exhibitor, **values}))
        await audit.record(
            actor,
            "exhibitor.contractor_named",
            _about(edition, number),
            after={"contractor": draft.name},
            personal={"person": draft.person},
        )


async def ask(actor: Actor, edition: EditionInfo, number: str, draft: rules.PassDraft) -> None:
    """Applies for one pass.

    :raises NotFound: :raises PassQuota: :raises PassesOver: :raises NotYetBuilding: 409. :raises InvalidInput: 422.
    """
    async with transaction():
        exhibitor = await _open(actor, edition, number)
        if draft.slot is not None and not await MoveWindow.exists().where(
            MoveWindow.id == draft.slot, MoveWindow.edition == edition.id, MoveWindow.ends_at > clock.now()
        ):
            message = mark("This time is over. Please choose another.")
            raise InvalidInput(errors=(FieldError("slot", "unknown", message),))
        terms, _ = await terms_of(edition)
        most = rules.quota(draft.kind, terms, await desk.area_of(exhibitor))
        rows = await WorkPass.select(WorkPass.seat).where(
            WorkPass.exhibitor == exhibitor, WorkPass.kind == draft.kind.value, WorkPass.seat.is_not_null()
        )
        taken = {row["seat"] for row in rows}
        seat = next((one for one in range(1, most + 1) if one not in taken), None)
        if seat is None:
            raise PassQuota
        while True:
            serial = rules.new_serial()
            made = (
                await WorkPass.insert(
                    WorkPass(
                        exhibitor=exhibitor,
                        kind=draft.kind.value,
                        state=PassState.submitted.value,
                        seat=seat,
                        serial=serial,
                        name=draft.name,
                        mobile=draft.mobile,
                        trade=draft.trade,
                        plate=draft.plate,
                        slot=draft.slot,
                        asked_by=actor.key,
                        asked_at=clock.now(),
                    )
                )
                .on_conflict(action="DO NOTHING")
                .returning(WorkPass.id)
            )
            if made:
                break
            if await WorkPass.exists().where(
                WorkPass.exhibitor == exhibitor, WorkPass.kind == draft.kind.value, WorkPass.seat == seat
            ):
                raise PassQuota
        await audit.record(
            actor,
            "exhibitor.pass_asked",
            _about(edition, number),
            after={"pass": made[0]["id"], "kind": draft.kind.value},
            personal={"name": draft.name, "plate": draft.plate},
        )


async def withdraw(actor: Actor, edition: EditionInfo, number: str, pass_: int) -> None:
    """Gives its place free; a printed one opens no gate any more. :raises NotFound:"""
    async with transaction():
        exhibitor = await desk.opened_by(actor, edition, number)
        gone = (
            await WorkPass.update({WorkPass.state: PassState.withdrawn.value, WorkPass.seat: None})
            .where(WorkPass.id == pass_, WorkPass.exhibitor == exhibitor, WorkPass.state != PassState.withdrawn.value)
            .returning(WorkPass.kind)
        )
        if not gone:
            raise NotFound
        await audit.record(
            actor, "exhibitor.pass_withdrawn", _about(edition, number), after={"pass": pass_, "kind": gone[0]["kind"]}
        )


async def decide(
    actor: Actor,
    edition: EditionInfo,
    number: str,
    passes: Sequence[int],
    *,
    approve: bool,
    answer: str = "",
    quietly: bool = False,
) -> None:
    """An organizer's word on passes of one exhibitor that it has seen, all of them or none. The exhibitor is told by
    mail, unless ``quietly``. Of two at once one is heard.

    :raises NotFound: 404. :raises InvalidInput: sent back without a reason. :raises PassesDecided: 409.
    """
    field = f"answer-{number}"
    try:
        said = paragraphs(answer[: LONGEST * 4])[:LONGEST]
    except Fault as fault:
        raise InvalidInput(errors=(FieldError(field, fault.code, fault.message),)) from fault
    if not approve and not said:
        raise InvalidInput(errors=(FieldError(field, "required", mark("Please say what is to be changed.")),))
    firm = await exhibitor_numbered(edition, number)
    locale = people.locale_of(firm.locale)
    mail = compose(
        "passes_decided",
        locale,
        name=firm.contact.name,
        firm=firm.name,
        expo=edition.name(locale),
        approved=approve,
        count=len(passes),
        note=said,
        page=f"{settings().public_url}/portal/{firm.number}/passes",
    )
    state = PassState.approved if approve else PassState.changes
    async with transaction():
        won = (
            await WorkPass.update(
                {
                    WorkPass.state: state.value,
                    WorkPass.answer: said,
                    WorkPass.decided_by: actor.key,
                    WorkPass.decided_name: actor.name[:100],
                    WorkPass.decided_at: clock.now(),
                }
            )
            .where(
                WorkPass.id.is_in(list(passes) or [-1]),
                WorkPass.exhibitor == firm.id,
                WorkPass.state == PassState.submitted.value,
            )
            .returning(WorkPass.id)
        )
        if not passes or len(won) != len(set(passes)):
            raise PassesDecided
        await audit.record(
            actor,
            "exhibitor.passes_decided",
            _about(edition, number),
            after={"state": state.value, "passes": sorted(passes)},
            note=said,
        )
        if not quietly:
            await enqueue(firm.contact.email, mail, to_name=firm.contact.name)
