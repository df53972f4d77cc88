"""A held booth falls free when its term ends, with a warning mail before."""

from datetime import datetime, timedelta

from core import clock
from core.accounts.roles import SYSTEM
from core.db import transaction
from core.editions.queries import EditionInfo, current_edition
from core.jobs import every
from exhibitors.queries import fees as queries
from exhibitors.queries.fees import Ending
from exhibitors.rules.steps import HOLDERS
from exhibitors.services import booths
from exhibitors.services.steps import take
from exhibitors.tables import BoothHolding, Exhibitor, Step


class _Settled(Exception):
    """It was confirmed, paid or given another booth in the last moment."""


@every(seconds=3600, name="booths whose term ends")
async def look() -> None:
    edition = await current_edition()
    if edition is not None:
        await warn(edition)
        await free(edition)


async def warn(edition: EditionInfo) -> int:
    """Once for each term. Answers how many were warned."""
    terms, now = await queries.terms(edition), clock.now()
    soon = await queries.ending(edition, now + timedelta(days=terms.warn_days), unwarned=True)
    return sum([await _warn(edition, one, now) for one in soon if one.until > now])


async def _warn(edition: EditionInfo, one: Ending, now: datetime) -> bool:
    who = await booths.who_is(edition, one.number)
    held = await booths.held_by(one.exhibitor)
    mail = booths.letter("booth_warning", edition, who, list(held.values()), one.until)
    async with transaction():
        first = (
            await BoothHolding.update({BoothHolding.warned_at: now})
            .where(
                BoothHolding.exhibitor == one.exhibitor,
                BoothHolding.until.is_not_null(),
                BoothHolding.warned_at.is_null(),
            )
            .returning(BoothHolding.id)
        )
        if first:
            await booths.tell(who, mail)
    return bool(first)


async def free(edition: EditionInfo) -> int:
    """What has ended is free again. Answers of how many exhibitors."""
    return sum([await _free(edition, one) for one in await queries.ending(edition, clock.now())])


async def _free(edition: EditionInfo, one: Ending) -> bool:
    who = await booths.who_is(edition, one.number)
    held = await booths.held_by(one.exhibitor)
    mail = booths.letter("booth_ended", edition, who, list(held.values()))
    try:
        async with transaction():
            # Locks the exhibitor: a yes of the last moment comes before this or after it.
            locked = (
                await Exhibitor.update({Exhibitor.number: one.number})
                .where(Exhibitor.id == one.exhibitor, Exhibitor.status.is_in([status.value for status in HOLDERS]))
                .returning(Exhibitor.id)
            )
            ended = BoothHolding.exists().where(
                BoothHolding.exhibitor == one.exhibitor, BoothHolding.until <= clock.now()
            )
            if not locked or not await ended:
                raise _Settled
            await take(SYSTEM, edition, one.number, Step.release)
            await booths.tell(who, mail)
    except _Settled:
        return False
    return True
