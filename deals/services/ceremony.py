"""The signing ceremony: what is revealed on the wall, and when."""

import msgspec

from core.accounts.roles import Actor
from core.audit import services as audit
from core.db import after_commit, transaction
from core.editions.queries import EditionInfo
from core.errors import FieldError, InvalidInput
from core.events import publish
from core.i18n import mark
from deals.queries import wall as queries
from deals.queries.deals import run
from deals.queries.totals import BEAT
from deals.rules import ceremony as rules
from deals.rules.ceremony import Ceremony, CeremonyStep, NotToBeShown, WrongStep
from deals.tables import Deal, DealCeremony


async def step(actor: Actor, edition: EditionInfo, step: CeremonyStep, *, expected: int) -> Ceremony:
    """``expected``: the version that the one who pressed saw, so that pressing twice reveals one.

    :raises WrongStep: it stands elsewhere by now. :raises NotToBeShown: the next deal is not confirmed, or undisclosed.
    """
    async with transaction():
        now = await queries.ceremony(edition)
        if now.version != expected:
            raise WrongStep
        then = rules.after(now, step)
        if step is CeremonyStep.next and now.following not in await queries.showable(edition, (now.following or "",)):
            raise NotToBeShown(values={"number": now.following or ""})
        await _move(actor, edition, now, then, step.value)
        return then


async def queue(actor: Actor, edition: EditionInfo, numbers: list[str], *, expected: int) -> Ceremony:
    """:raises InvalidInput: at ``queue``. :raises WrongStep:"""
    async with transaction():
        now = await queries.ceremony(edition)
        if now.version != expected:
            raise WrongStep
        then = rules.queued(now, numbers)
        known = await Deal.select(Deal.number).where(Deal.edition == edition.id, Deal.number.is_in([*numbers, ""]))
        if len(known) != len(numbers):
            raise InvalidInput(errors=(FieldError("queue", "unknown_deal", mark("There is no such deal.")),))
        await _move(actor, edition, now, then, "queue")
        return then


async def _move(actor: Actor, edition: EditionInfo, now: Ceremony, then: Ceremony, what: str) -> None:
    """Of two at once the database lets one through."""
    queue = msgspec.json.encode(then.queue).decode()
    if now.version:
        here = (DealCeremony.edition == edition.id) & (DealCeremony.version == now.version)
        done = (
            await DealCeremony.update(
                {
                    DealCeremony.mode: then.mode.value,
                    DealCeremony.queue: queue,
                    DealCeremony.shown: then.shown,
                    DealCeremony.version: then.version,
                }
            )
            .where(here)
            .returning(DealCeremony.id)
        )
    else:
        first = DealCeremony(edition=edition.id, mode=then.mode.value, queue=queue, version=then.version)
        done = await DealCeremony.insert(first).on_conflict(action="DO NOTHING").returning(DealCeremony.id)
    if not done:
        raise WrongStep
    await run(BEAT, edition.id)
    entry = {"step": what, "shown": then.shown, "of": len(then.queue)}
    await audit.record(actor, "ceremony.moved", f"ceremony:{edition.slug}", after=entry)
    after_commit(lambda: publish("totals", {"edition": edition.slug, "ceremony": then.version}))
