"""Who holds which booth: given, moved, swapped, confirmed, released.

Locks are taken in one order everywhere: exhibitors by id, then booths by id; so two of these never wait for each
other. Of two that give one booth away at once, the unique index of ``booth_holding`` lets one through.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from core import clock
from core.accounts.roles import Actor
from core.audit import services as audit
from core.config import settings
from core.db import transaction
from core.editions.queries import EditionInfo
from core.errors import DomainError, FieldError, InvalidInput, NotFound
from core.i18n import DEFAULT, LOCALES, Locale, mark
from core.mail.services import Message, compose, enqueue
from exhibitors.queries import fees as fee_queries
from exhibitors.rules import fees
from exhibitors.rules.booths import REQUIRED
from exhibitors.rules.steps import HOLDERS
from exhibitors.services.steps import take
from exhibitors.tables import Booth, BoothHolding, BoothKind, Exhibitor, Status, Step


class BoothUnknown(DomainError):
    code = "booth_unknown"
    message = "This expo has no booth %(booth)s."


class BoothBlocked(DomainError):
    code = "booth_blocked"
    message = "The booth %(booth)s is closed and can't be given away."


class BoothTaken(DomainError):
    """Says who holds it: only organizers come to read this."""

    code = "booth_taken"
    message = "The booth %(booth)s is held by %(holder)s (%(number)s)."

    @classmethod
    async def of(cls, booth: int) -> "BoothTaken":
        found = await holder_of(booth)
        if found is None:
            return cls(mark("This booth was given away a moment ago."))
        return cls(values=found)


class HoldsNone(DomainError):
    code = "holds_no_booth"
    message = "This exhibitor holds no booth."


class Held(msgspec.Struct, frozen=True):
    """What an exhibitor holds now; ``changed`` is false where it held the same before."""

    number: str
    status: Status
    booths: tuple[str, ...]
    changed: bool = True


class Who(msgspec.Struct, frozen=True):
    id: int
    number: str
    name: str
    status: Status
    country: str
    locale: Locale
    contact_name: str
    contact_email: str


async def holder_of(booth: int) -> Mapping[str, str] | None:
    found = (
        await BoothHolding.select(BoothHolding.booth.code, BoothHolding.exhibitor.name, BoothHolding.exhibitor.number)
        .where(BoothHolding.booth == booth)
        .first()
    )
    if found is None:
        return None
    return {"booth": found["booth.code"], "holder": found["exhibitor.name"], "number": found["exhibitor.number"]}


async def who_is(edition: EditionInfo, number: str) -> Who:
    found = (
        await Exhibitor.select(
            Exhibitor.id,
            Exhibitor.number,
            Exhibitor.name,
            Exhibitor.status,
            Exhibitor.country,
            Exhibitor.locale,
            Exhibitor.contact_name,
            Exhibitor.contact_email,
        )
        .where(Exhibitor.edition == edition.id, Exhibitor.number == number)
        .first()
    )
    if found is None:
        raise NotFound
    locale = found["locale"] if found["locale"] in LOCALES else DEFAULT
    return msgspec.convert({**found, "locale": locale}, Who)


async def held_by(exhibitor: int) -> dict[int, str]:
    """Ids and codes, by code."""
    rows = (
        await BoothHolding.select(BoothHolding.booth, BoothHolding.booth.code)
        .where(BoothHolding.exhibitor == exhibitor)
        .order_by(BoothHolding.booth.code)
    )
    return {row["booth"]: row["booth.code"] for row in rows}


def plan_address(number: str) -> str:
    return f"{settings().public_url}/exhibitors?view=plan&firm={number}"


def letter(
    template: str, edition: EditionInfo, who: Who, booths: Sequence[str], until: datetime | None = None
) -> Message:
    from core.i18n.formats import moment

    return compose(
        template,
        who.locale,
        name=who.contact_name,
        firm=who.name,
        number=who.number,
        expo=edition.name(who.locale),
        booths=(", " if who.locale == "en" else "、").join(booths),
        until="" if until is None else moment(who.locale, until, edition.timezone),
        plan=plan_address(who.number),
        desk=f"{settings().public_url}/portal",
    )


async def tell(who: Who, message: Message) -> None:
    await enqueue(who.contact_email, message, to_name=who.contact_name)


async def _touch(old: Sequence[int], wanted: Mapping[int, str]) -> None:
    """Locks booths in the order of their ids; those wanted must still stand for themselves and be open."""
    now = clock.now()
    for booth in sorted({*old, *wanted}):
        touching = Booth.update({Booth.changed_at: now}).where(Booth.id == booth)
        if booth in wanted:
            touching = touching.where(Booth.part_of.is_null(), Booth.blocked.eq(False))
        if not await touching.returning(Booth.id) and booth in wanted:
            blocked = await Booth.exists().where(Booth.id == booth, Booth.blocked.eq(True))
            raise (BoothBlocked if blocked else BoothUnknown)(values={"booth": wanted[booth]})


async def _hold(
    actor: Actor, who: Who, booths: Sequence[int], until: datetime | None, costs: Mapping[int, int | None]
) -> None:
    """Writes the holdings. :raises BoothTaken: another one is there."""
    now = clock.now()
    for booth in sorted(booths):
        won = (
            await BoothHolding.insert(
                BoothHolding(
                    booth=booth,
                    exhibitor=who.id,
                    given_at=now,
                    given_by=actor.key,
                    until=until,
                    fee=costs.get(booth),
                )
            )
            .on_conflict(target=BoothHolding.booth, action="DO NOTHING")
            .returning(BoothHolding.id)
        )
        if not won:
            raise await BoothTaken.of(booth)


async def _costs(terms: fee_queries.Terms, who: Who, booths: Sequence[int]) -> dict[int, int | None]:
    if not terms.charges or not booths:
        return dict.fromkeys(booths)
    rows = await Booth.select(Booth.id, Booth.zone, Booth.kind, Booth.open_sides, Booth.area).where(
        Booth.id.is_in(list(booths))
    )
    found: dict[int, int | None] = {}
    for row in rows:
        price = fees.price_for(
            terms.prices,
            zone=row["zone"],
            kind=BoothKind(row["kind"]),
            open_sides=row["open_sides"],
            origin=fees.origin_of(who.country),
        )
        found[row["id"]] = None if price is None else fees.fee(price, row["area"])
    return found


async def _coded(edition: EditionInfo, codes: Sequence[str]) -> dict[int, str]:
    rows = await Booth.select(Booth.id, Booth.code).where(
        Booth.edition == edition.id, Booth.code.is_in(list(codes)), Booth.part_of.is_null()
    )
    there = {row["code"] for row in rows}
    for code in codes:
        if code not in there:
            raise BoothUnknown(values={"booth": code})
    return {row["id"]: row["code"] for row in rows}


async def give(
    actor: Actor,
    edition: EditionInfo,
    number: str,
    codes: Sequence[str],
    *,
    beside: bool = False,
    quietly: bool = False,
) -> Held:
    """Gives these booths to an exhibitor: what else it held falls free, unless ``beside``. What it holds already
    changes nothing. ``quietly``: without a mail.

    :raises NotFound: 404.
    :raises WrongStatus: 409, not approved.
    :raises BoothUnknown: 409. :raises BoothBlocked: 409.
    :raises BoothTaken: 409, with the holder's name.
    """
    wanted_codes = list(dict.fromkeys(codes))
    if not wanted_codes:
        raise InvalidInput(errors=(FieldError("booth", "required", REQUIRED),))
    who = await who_is(edition, number)
    terms = await fee_queries.terms(edition)
    before = await held_by(who.id)
    if beside:
        wanted_codes = list(dict.fromkeys([*before.values(), *wanted_codes]))
    if set(before.values()) == set(wanted_codes):
        return Held(number, who.status, tuple(sorted(wanted_codes)), changed=False)
    until = terms.until(clock.now())
    template = "booth_moved" if before else "booth_assigned"
    mail = None if quietly else letter(template, edition, who, sorted(wanted_codes), until)
    async with transaction():
        status = await take(actor, edition, number, Step.assign)
        old = await held_by(who.id)
        wanted = await _coded(edition, wanted_codes)
        await _touch(list(old), wanted)
        if gone := [booth for booth in old if booth not in wanted]:
            await BoothHolding.delete().where(BoothHolding.booth.is_in(gone), BoothHolding.exhibitor == who.id)
        if kept := [booth for booth in old if booth in wanted]:
            await BoothHolding.update({BoothHolding.until: until, BoothHolding.warned_at: None}).where(
                BoothHolding.booth.is_in(kept), BoothHolding.exhibitor == who.id
            )
        fresh = [booth for booth in wanted if booth not in old]
        await _hold(actor, who, fresh, until, await _costs(terms, who, fresh))
        await audit.record(
            actor,
            "booth.given",
            f"exhibitor:{edition.slug}/{number}",
            before={"booths": sorted(old.values())},
            after={"booths": sorted(wanted.values())},
        )
        if mail is not None:
            await tell(who, mail)
    return Held(number, status, tuple(sorted(wanted.values())))


async def release(actor: Actor, edition: EditionInfo, number: str, *, note: str = "", quietly: bool = False) -> Held:
    """All that it holds falls free. Where it holds nothing, nothing happens."""
    who = await who_is(edition, number)
    before = await held_by(who.id)
    if not before and who.status not in HOLDERS:
        return Held(number, who.status, (), changed=False)
    mail = None if quietly else letter("booth_released", edition, who, list(before.values()))
    async with transaction():
        status = await take(actor, edition, number, Step.release, note=note)
        await audit.record(
            actor,
            "booth.released",
            f"exhibitor:{edition.slug}/{number}",
            before={"booths": list(before.values())},
        )
        if mail is not None:
            await tell(who, mail)
    return Held(number, status, ())


async def swap(actor: Actor, edition: EditionInfo, one: str, other: str) -> tuple[Held, Held]:
    """Each gets what the other holds, in one transaction.

    :raises HoldsNone: 409.
    """
    if one == other:
        raise InvalidInput(errors=(FieldError("other", "same", "Please choose another exhibitor."),))
    first, second = sorted([await who_is(edition, one), await who_is(edition, other)], key=lambda who: who.id)
    terms = await fee_queries.terms(edition)
    until = terms.until(clock.now())
    seen = {who.id: await held_by(who.id) for who in (first, second)}
    if not all(seen.values()):
        raise HoldsNone
    mails = [
        (who, letter("booth_moved", edition, who, list(seen[partner.id].values()), until))
        for who, partner in ((first, second), (second, first))
    ]
    async with transaction():
        for who in (first, second):
            await take(actor, edition, who.number, Step.assign)
        now_held = {who.id: await held_by(who.id) for who in (first, second)}
        if now_held != seen:  # the mails tell of what was seen
            raise DomainError("Somebody else changed this meanwhile. Please look again.", code="changed_meanwhile")
        await _touch([], {**seen[first.id], **seen[second.id]})
        await BoothHolding.delete().where(BoothHolding.exhibitor.is_in([first.id, second.id]))
        for who, partner in ((first, second), (second, first)):
            booths = list(seen[partner.id])
            await _hold(actor, who, booths, until, await _costs(terms, who, booths))
            await audit.record(
                actor,
                "booth.given",
                f"exhibitor:{edition.slug}/{who.number}",
                before={"booths": list(seen[who.id].values())},
                after={"booths": list(seen[partner.id].values())},
                note=f"swapped with {partner.number}",
            )
        for who, mail in mails:
            await tell(who, mail)
    made = {
        who.number: Held(who.number, Status.booth_assigned, tuple(seen[partner.id].values()))
        for who, partner in ((first, second), (second, first))
    }
    return made[one], made[other]


async def confirm(actor: Actor, edition: EditionInfo, number: str) -> Held:
    """The exhibitor's yes (确认展位). With it the term ends, unless the edition holds it until all is paid.

    :raises WrongStatus: 409, nothing to confirm.
    """
    who = await who_is(edition, number)
    terms = await fee_queries.terms(edition)
    async with transaction():
        status = await take(actor, edition, number, Step.confirm)
        if not (terms.charges and terms.until_paid and await fee_queries.outstanding(who.id) > 0):
            await BoothHolding.update({BoothHolding.until: None}).where(BoothHolding.exhibitor == who.id)
        booths = await held_by(who.id)
    return Held(number, status, tuple(booths.values()))
