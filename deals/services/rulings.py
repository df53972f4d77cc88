"""Ruling on two deals that may be one."""

from core import clock
from core.accounts.roles import Actor
from core.audit import services as audit
from core.db import transaction
from core.editions.queries import EditionInfo
from core.errors import FieldError, InvalidInput, NotFound
from core.i18n import mark
from core.text import line
from deals.queries import duplicates as queries
from deals.services import deals
from deals.services.errors import RuledAlready
from deals.tables import DealRuling, Verdict


async def rule(
    actor: Actor, edition: EditionInfo, suspicion: int, verdict: Verdict, *, keep: str = "", note: str = ""
) -> None:
    """They differ and both count; or they are one, and the other than ``keep`` is void from now on.

    :raises InvalidInput: :raises RuledAlready: :raises NotFound:
    """
    async with transaction():
        pair = next((one for one in await queries.open_suspicions(edition) if one.id == suspicion), None)
        if pair is None:
            ruled = await DealRuling.exists().where(DealRuling.suspicion == suspicion)
            raise RuledAlready if ruled else NotFound
        numbers = (pair.first.number, pair.second.number)
        if verdict is Verdict.same and keep not in numbers:
            message = mark("Please say which of the two stays.")
            raise InvalidInput(errors=(FieldError("keep", "required", message),))
        made = (
            await DealRuling.insert(
                DealRuling(
                    suspicion=suspicion,
                    verdict=verdict.value,
                    note=line(note)[:500],
                    actor=actor.key,
                    at=clock.now(),
                )
            )
            .on_conflict(action="DO NOTHING")
            .returning(DealRuling.id)
        )
        if not made:
            raise RuledAlready
        after = {"first": numbers[0], "second": numbers[1], "verdict": verdict.value}
        if verdict is Verdict.same:
            gone = numbers[1] if keep == numbers[0] else numbers[0]
            after["kept"] = keep
            await deals.void(actor, edition, gone, reason=f"= {keep}")
        await audit.record(actor, "deal.ruled", f"deal:{edition.slug}/{numbers[0]}", after=after)
