"""Writes of terms, prices, invoice details and payments. Money is fen."""

from datetime import date
from typing import Any

import msgspec

from core import clock
from core.accounts.roles import Actor
from core.audit import services as audit
from core.db import transaction
from core.editions.queries import EditionInfo
from core.errors import DomainError, NotFound
from exhibitors.queries import fees as queries
from exhibitors.queries.fees import Invoice, Terms
from exhibitors.rules import fees as rules
from exhibitors.tables import (
    BoothHolding,
    BoothKind,
    BoothPayment,
    BoothPrice,
    BoothTerms,
    Exhibitor,
    InvoiceDetails,
    Status,
)


class AlreadyReversed(DomainError):
    code = "already_reversed"
    message = "This payment was taken back already."


class Payment(msgspec.Struct, frozen=True):
    #: In fen, more than nothing.
    fen: int
    day: date
    reference: str
    note: str = ""


async def _exhibitor(edition: EditionInfo, number: str) -> int:
    """Locks it until the transaction ends, so that what is added up stays so."""
    found = (
        await Exhibitor.update({Exhibitor.number: number})
        .where(Exhibitor.edition == edition.id, Exhibitor.number == number)
        .returning(Exhibitor.id)
    )
    if not found:
        raise NotFound
    return int(found[0]["id"])


async def set_terms(actor: Actor, edition: EditionInfo, terms: Terms) -> int:
    """All of it anew. What is confirmed keeps its fee; what is only held costs what the new table says. Answers how
    many fees changed."""
    async with transaction():
        values: dict[Any, Any] = {
            BoothTerms.charges: terms.charges,
            BoothTerms.hold_days: terms.hold_days,
            BoothTerms.warn_days: terms.warn_days,
            BoothTerms.until_paid: terms.until_paid,
            BoothTerms.pay_to: terms.pay_to,
        }
        row = BoothTerms({BoothTerms.edition: edition.id, **values})
        await BoothTerms.insert(row).on_conflict(
            target=BoothTerms.edition, action="DO UPDATE", values=list(values.items())
        )
        await BoothPrice.delete().where(BoothPrice.edition == edition.id)
        if terms.prices:
            await BoothPrice.insert(
                *(
                    BoothPrice(
                        edition=edition.id,
                        position=n,
                        zone=price.zone,
                        kind=price.kind,
                        open_sides=price.open_sides,
                        origin=price.origin,
                        per=price.per.value,
                        fen=price.fen,
                    )
                    for n, price in enumerate(terms.prices)
                )
            )
        changed = await _price_anew(edition, terms)
        await audit.record(
            actor,
            "booths.terms",
            f"edition:{edition.slug}",
            after={**msgspec.to_builtins(terms), "fees_changed": changed},
        )
    return changed


async def _price_anew(edition: EditionInfo, terms: Terms) -> int:
    rows = await BoothHolding.select(
        BoothHolding.id,
        BoothHolding.fee,
        BoothHolding.booth.zone,
        BoothHolding.booth.kind,
        BoothHolding.booth.open_sides,
        BoothHolding.booth.area,
        BoothHolding.exhibitor.country,
    ).where(
        BoothHolding.booth.edition == edition.id,
        BoothHolding.exhibitor.status == Status.booth_assigned.value,
    )
    wanted: dict[int | None, list[int]] = {}
    for row in rows:
        price = rules.price_for(
            terms.prices if terms.charges else (),
            zone=row["booth.zone"],
            kind=BoothKind(row["booth.kind"]),
            open_sides=row["booth.open_sides"],
            origin=rules.origin_of(row["exhibitor.country"]),
        )
        fee = None if price is None else rules.fee(price, row["booth.area"])
        if fee != row["fee"]:
            wanted.setdefault(fee, []).append(row["id"])
    for fee, ids in wanted.items():
        for start in range(0, len(ids), 500):
            await BoothHolding.update({BoothHolding.fee: fee}).where(BoothHolding.id.is_in(ids[start : start + 500]))
    return sum(len(ids) for ids in wanted.values())


async def save_invoice(actor: Actor, edition: EditionInfo, number: str, details: Invoice) -> None:
    """开票信息, by the exhibitor or by an organizer for it."""
    async with transaction():
        exhibitor = await _exhibitor(edition, number)
        columns: dict[Any, Any] = {
            getattr(InvoiceDetails, name): getattr(details, name) for name in Invoice.__struct_fields__
        }
        columns[InvoiceDetails.changed_at] = clock.now()
        row = InvoiceDetails({InvoiceDetails.exhibitor: exhibitor, **columns})
        await InvoiceDetails.insert(row).on_conflict(
            target=InvoiceDetails.exhibitor, action="DO UPDATE", values=list(columns.items())
        )
        await audit.record(
            actor,
            "exhibitor.invoice",
            f"exhibitor:{edition.slug}/{number}",
            after={"title": details.title, "tax_number": details.tax_number},
            personal={
                "address": details.address,
                "phone": details.phone,
                "account": details.account,
                "email": details.email,
            },
        )


async def _settle(exhibitor: int) -> None:
    """Who has said yes and paid all holds its booths for good."""
    row = await Exhibitor.select(Exhibitor.status).where(Exhibitor.id == exhibitor).first()
    if row is not None and row["status"] == Status.confirmed.value and await queries.outstanding(exhibitor) <= 0:
        await BoothHolding.update({BoothHolding.until: None}).where(BoothHolding.exhibitor == exhibitor)


async def record_payment(actor: Actor, edition: EditionInfo, number: str, payment: Payment, *, submission: str) -> None:
    """A transfer that stands on the bank's statement. The same form sent twice records it once."""
    async with transaction():
        exhibitor = await _exhibitor(edition, number)
        made = (
            await BoothPayment.insert(
                BoothPayment(
                    exhibitor=exhibitor,
                    fen=payment.fen,
                    day=payment.day,
                    reference=payment.reference,
                    note=payment.note,
                    submission=submission,
                    recorded_by=actor.key,
                    recorded_name=actor.name[:100],
                    recorded_at=clock.now(),
                )
            )
            .on_conflict(target=BoothPayment.submission, action="DO NOTHING")
            .returning(BoothPayment.id)
        )
        if not made:
            return
        await _settle(exhibitor)
        await audit.record(
            actor,
            "payment.recorded",
            f"exhibitor:{edition.slug}/{number}",
            after={
                "payment": made[0]["id"],
                "fen": payment.fen,
                "day": payment.day.isoformat(),
                "reference": payment.reference,
            },
        )


async def reverse_payment(actor: Actor, edition: EditionInfo, number: str, payment: int, *, note: str) -> None:
    """Takes a slip back by an entry of its own; both stay. Of two at once the unique index lets one through.

    :raises NotFound: 404, no payment of this exhibitor, or itself a reversal.
    :raises AlreadyReversed: 409.
    """
    async with transaction():
        exhibitor = await _exhibitor(edition, number)
        row = (
            await BoothPayment.select()
            .where(BoothPayment.id == payment, BoothPayment.exhibitor == exhibitor, BoothPayment.reverses.is_null())
            .first()
        )
        if row is None:
            raise NotFound
        made = (
            await BoothPayment.insert(
                BoothPayment(
                    exhibitor=exhibitor,
                    fen=-row["fen"],
                    day=clock.now().astimezone(edition.zone).date(),
                    reference=row["reference"],
                    note=note,
                    reverses=payment,
                    recorded_by=actor.key,
                    recorded_name=actor.name[:100],
                    recorded_at=clock.now(),
                )
            )
            .on_conflict(target=BoothPayment.reverses, action="DO NOTHING")
            .returning(BoothPayment.id)
        )
        if not made:
            raise AlreadyReversed
        await audit.record(
            actor,
            "payment.reversed",
            f"exhibitor:{edition.slug}/{number}",
            after={"payment": payment, "fen": -row["fen"]},
            note=note,
        )
