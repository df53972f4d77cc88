"""Writes of the desk in the hall. The trail names no person: an incident's number is enough."""

from typing import Any

from checkin.rules import incidents as rules
from checkin.rules.incidents import IncidentIn
from checkin.tables import Incident, IncidentNote
from core import clock
from core.accounts.roles import Actor
from core.audit import services as audit
from core.db import transaction
from core.editions.queries import EditionInfo
from core.errors import NotFound


async def report(actor: Actor, edition: EditionInfo, typed: IncidentIn) -> int:
    """:raises InvalidInput: 422."""
    now = clock.now()
    draft = rules.checked(typed, now)
    async with transaction():
        made = await Incident.insert(
            Incident(
                edition=edition.id,
                kind=draft.kind.value,
                place=draft.place,
                happened_at=draft.happened_at,
                what=draft.what,
                person=draft.person,
                mobile=draft.mobile,
                opened_at=now,
                opened_by=actor.key,
            )
        ).returning(Incident.id)
        number = int(made[0]["id"])
        await audit.record(actor, "incident.reported", f"incident:{number}", after={"kind": draft.kind.value})
    return number


async def note(actor: Actor, edition: EditionInfo, number: int | None, typed: str) -> None:
    """About an incident, or without one for the next shift. :raises NotFound: 404. :raises InvalidInput: 422."""
    said = rules.note(typed)
    async with transaction():
        if number is not None:
            await _stands(edition, number)
        await IncidentNote.insert(
            IncidentNote(
                edition=edition.id,
                incident=number,
                text=said,
                at=clock.now(),
                author=actor.key,
                author_name=actor.name[:100],
            )
        )


async def _stands(edition: EditionInfo, number: int) -> None:
    if not await Incident.exists().where(Incident.id == number, Incident.edition == edition.id):
        raise NotFound


async def handle(actor: Actor, edition: EditionInfo, number: int, outcome: str) -> None:
    """Of two at once the first counts. :raises NotFound: 404. :raises InvalidInput: how it ended is not said."""
    said = rules.note(outcome)
    async with transaction():
        if await _move(edition, number, {Incident.handled_at: clock.now(), Incident.handled_by: actor.key}, open=True):
            await note(actor, edition, number, said)
            await audit.record(actor, "incident.handled", f"incident:{number}")


async def reopen(actor: Actor, edition: EditionInfo, number: int) -> None:
    """:raises NotFound: 404."""
    async with transaction():
        if await _move(edition, number, {Incident.handled_at: None, Incident.handled_by: ""}, open=False):
            await audit.record(actor, "incident.reopened", f"incident:{number}")


async def _move(edition: EditionInfo, number: int, values: dict[Any, object], *, open: bool) -> bool:
    state = Incident.handled_at.is_null() if open else Incident.handled_at.is_not_null()
    moved = (
        await Incident.update(values)
        .where(Incident.id == number, Incident.edition == edition.id, state)
        .returning(Incident.id)
    )
    if not moved:
        await _stands(edition, number)
    return bool(moved)
