"""Taking a step: the one place where an application's status changes."""

from core import clock
from core.accounts.roles import Actor
from core.audit import services as audit
from core.db import transaction
from core.editions.queries import EditionInfo
from core.errors import NotFound
from exhibitors.rules import steps
from exhibitors.tables import BoothHolding, Exhibitor, ExhibitorStep, Status, Step


async def take(actor: Actor, edition: EditionInfo, number: str, step: Step, *, note: str = "") -> Status:
    """Takes a step, writes its history and the trail; joins the caller's transaction. Answers the new status.

    Of two at once that exclude each other the conditional update lets one through.

    :raises NotFound: 404.
    :raises WrongStatus: 409.
    """
    async with transaction():
        found = (
            await Exhibitor.select(Exhibitor.id, Exhibitor.status)
            .where(Exhibitor.edition == edition.id, Exhibitor.number == number)
            .first()
        )
        if found is None:
            raise NotFound
        before = Status(found["status"])
        return await _move(actor, edition, found["id"], number, step, before, steps.after(before, step), note)


async def _move(
    actor: Actor,
    edition: EditionInfo,
    exhibitor: int,
    number: str,
    step: Step,
    before: Status,
    after: Status,
    note: str,
) -> Status:
    now = clock.now()
    won = (
        await Exhibitor.update({Exhibitor.status: after.value, Exhibitor.changed_at: now})
        .where(Exhibitor.id == exhibitor, Exhibitor.status == before.value)
        .returning(Exhibitor.id)
    )
    if not won:
        raise steps.WrongStatus
    if before in steps.HOLDERS and after not in steps.HOLDERS:
        # Whoever takes the step: what is no longer held is free in the same moment.
        await BoothHolding.delete().where(BoothHolding.exhibitor == exhibitor)
    await ExhibitorStep.insert(
        ExhibitorStep(
            exhibitor=exhibitor,
            step=step.value,
            before=before.value,
            after=after.value,
            actor=actor.key,
            actor_name=actor.name[:100],
            note=note,
            at=now,
        )
    )
    await audit.record(
        actor,
        f"exhibitor.{step.value}",
        f"exhibitor:{edition.slug}/{number}",
        before={"status": before.value},
        after={"status": after.value},
        personal={"note": note} if note else None,
    )
    return after
