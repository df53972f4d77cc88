"""Taking a step: the one place where an application's status changes."""

import msgspec

from core import clock
from core.accounts.roles import Actor
from core.audit import services as audit
from core.db import after_commit, transaction
from core.editions.queries import EditionInfo
from core.errors import NotFound
from core.events import publish
from exhibitors.rules import steps
from exhibitors.services import directory
from exhibitors.tables import BoothHolding, Exhibitor, ExhibitorStep, Status, Step


class Taken(msgspec.Struct, frozen=True):
    """``id`` is the row of the history."""

    id: int
    before: Status
    after: Status


async def take(actor: Actor, edition: EditionInfo, number: str, step: Step, *, note: str = "") -> Status:
    """Takes a step, writes its history and the trail; joins the caller's transaction. Answers the new status.

    Of two at once that exclude each other the conditional update lets one through.

    :raises NotFound: 404.
    :raises WrongStatus: 409.
    """
    return (await taken(actor, edition, number, step, note=note)).after


async def taken(actor: Actor, edition: EditionInfo, number: str, step: Step, *, note: str = "") -> Taken:
    """As :func:`take`, with what was written."""
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


async def take_back(actor: Actor, edition: EditionInfo, number: str) -> tuple[int, Taken]:
    """Inside a transaction: undoes the last step, if it was a reviewer's and is young enough. Answers which one.

    :raises NotFound: 404.
    :raises TooLateToUndo: 409, also when another step came after it.
    """
    own = (Exhibitor.edition == edition.id) & (Exhibitor.number == number)
    # Written first: whoever takes a step at the same moment waits for this one, or is seen by it.
    found = await Exhibitor.update({Exhibitor.number: number}).where(own).returning(Exhibitor.id, Exhibitor.status)
    if not found:
        raise NotFound
    last = (
        await ExhibitorStep.select()
        .where(ExhibitorStep.exhibitor == found[0]["id"])
        .order_by(ExhibitorStep.id, ascending=False)
        .first()
    )
    if last is None or not steps.may_be_undone(Step(last["step"]), clock.now() - last["at"]):
        raise steps.TooLateToUndo
    before, after = Status(last["after"]), Status(last["before"])
    back = await _move(actor, edition, found[0]["id"], number, Step.undo, before, after, "")
    return last["id"], back


async def _move(
    actor: Actor,
    edition: EditionInfo,
    exhibitor: int,
    number: str,
    step: Step,
    before: Status,
    after: Status,
    note: str,
) -> Taken:
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
    await directory.refresh([exhibitor])
    made = await ExhibitorStep.insert(
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
    after_commit(lambda: publish("exhibitor", {"number": number, "status": after.value}))
    return Taken(made[0]["id"], before, after)
