"""Writes of deposits: what is asked for, what came, what went back and what was kept. Money is fen."""

from datetime import date
from typing import Any

import msgspec

from core import clock
from core.accounts.roles import Actor
from core.audit import services as audit
from core.db import transaction
from core.editions.queries import EditionInfo
from core.errors import DomainError, FieldError, InvalidInput, NotFound
from core.i18n import mark
from exhibitors.queries import deposits as queries
from exhibitors.rules.deposits import Terms
from exhibitors.tables import DepositAct, DepositEntry, DepositTerms, Exhibitor


class MoreThanHeld(DomainError):
    code = "more_than_held"
    message = mark("This is more than what is left of the deposit.")

    def __init__(self) -> None:
        super().__init__(errors=(FieldError("yuan", self.code, self.message),))


class DepositReversed(DomainError):
    code = "already_reversed"
    message = mark("This entry was taken back already.")


class DepositUsed(DomainError):
    code = "deposit_used"
    message = mark("Some of this payment was given back or kept. Take that back first.")


class Entry(msgspec.Struct, frozen=True):
    act: DepositAct
    #: In fen, more than nothing.
    fen: int
    day: date
    reference: str = ""
    #: Stands in the exhibitor's desk.
    note: str = ""


def _about(edition: EditionInfo, number: str) -> str:
    return f"exhibitor:{edition.slug}/{number}"


async def _exhibitor(edition: EditionInfo, number: str) -> int:
    """Locks it until the transaction ends, so that what is left stays so."""
    found = (
        await Exhibitor.update({Exhibitor.number: number})
        .where(Exhibitor.edition == edition.id, Exhibitor.number == number)
        .returning(Exhibitor.id)
    )
    if not found:
        raise NotFound
    return int(found[0]["id"])


async def set_terms(actor: Actor, edition: EditionInfo, terms: Terms) -> None:
    async with transaction():
        values: dict[Any, Any] = {
            DepositTerms.per: terms.per.value,
            DepositTerms.fen: terms.fen,
            DepositTerms.until: terms.until,
        }
        await DepositTerms.insert(DepositTerms({DepositTerms.edition: edition.id, **values})).on_conflict(
            target=DepositTerms.edition, action="DO UPDATE", values=list(values.items())
        )
        await audit.record(actor, "deposits.terms", f"edition:{edition.slug}", after=msgspec.to_builtins(terms))


async def record(actor: Actor, edition: EditionInfo, number: str, entry: Entry, *, submission: str) -> None:
    """The same form sent twice records it once.

    :raises NotFound: 404. :raises InvalidInput: kept without a reason. :raises MoreThanHeld: 409.
    """
    if entry.act is DepositAct.kept and not entry.note:
        message = mark("Please say why it is kept.")
        raise InvalidInput(errors=(FieldError("note", "required", message),))
    async with transaction():
        exhibitor = await _exhibitor(edition, number)
        made = (
            await DepositEntry.insert(
                DepositEntry(
                    exhibitor=exhibitor,
                    act=entry.act.value,
                    fen=entry.fen,
                    day=entry.day,
                    reference=entry.reference,
                    note=entry.note,
                    submission=submission,
                    recorded_by=actor.key,
                    recorded_name=actor.name[:100],
                    recorded_at=clock.now(),
                )
            )
            .on_conflict(target=DepositEntry.submission, action="DO NOTHING")
            .returning(DepositEntry.id)
        )
        if not made:
            return
        if entry.act is not DepositAct.paid and (await queries.sums_of(edition, exhibitor)).held < 0:
            raise MoreThanHeld
        await audit.record(
            actor,
            f"deposit.{entry.act.value}",
            _about(edition, number),
            after={"entry": made[0]["id"], "fen": entry.fen, "day": entry.day.isoformat()},
            note=entry.note,
        )


async def reverse(actor: Actor, edition: EditionInfo, number: str, entry: int, *, note: str) -> None:
    """Takes a slip back by an entry of its own; both stay. Of two at once the unique index lets one through.

    :raises NotFound: 404, no entry of this exhibitor, or itself a reversal. :raises DepositReversed: 409.
    :raises DepositUsed: 409, a payment of which more went than would be left.
    """
    async with transaction():
        exhibitor = await _exhibitor(edition, number)
        row = (
            await DepositEntry.select()
            .where(DepositEntry.id == entry, DepositEntry.exhibitor == exhibitor, DepositEntry.reverses.is_null())
            .first()
        )
        if row is None:
            raise NotFound
        made = (
            await DepositEntry.insert(
                DepositEntry(
                    exhibitor=exhibitor,
                    act=row["act"],
                    fen=-row["fen"],
                    day=clock.now().astimezone(edition.zone).date(),
                    reference=row["reference"],
                    note=note,
                    reverses=entry,
                    recorded_by=actor.key,
                    recorded_name=actor.name[:100],
                    recorded_at=clock.now(),
                )
            )
            .on_conflict(target=DepositEntry.reverses, action="DO NOTHING")
            .returning(DepositEntry.id)
        )
        if not made:
            raise DepositReversed
        if (await queries.sums_of(edition, exhibitor)).held < 0:
            raise DepositUsed
        await audit.record(
            actor, "deposit.reversed", _about(edition, number), after={"entry": entry, "fen": -row["fen"]}, note=note
        )
