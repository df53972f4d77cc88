"""Reads for the exhibitor's own desk, and who may open it."""

from datetime import datetime
from typing import Any

import msgspec
from piccolo.query.functions.aggregate import Count

from core.accounts.roles import Actor, Role
from core.editions.queries import EditionInfo
from core.errors import NotFound
from exhibitors.rules import desk as rules
from exhibitors.rules.applications import Booth
from exhibitors.tables import (
    BoothHolding,
    BoothKind,
    Exhibitor,
    ExhibitorChange,
    ExhibitorMember,
    ExhibitorMessage,
    Status,
)


def admitted_in(edition: EditionInfo) -> Any:
    """Those that take part, as a condition."""
    return (Exhibitor.edition == edition.id) & Exhibitor.status.is_in([status.value for status in rules.ADMITTED])


async def taking_part(edition: EditionInfo, number: str) -> int | None:
    """The id of one that takes part; None where there is no such one."""
    row = await Exhibitor.select(Exhibitor.id).where(admitted_in(edition), Exhibitor.number == number).first()
    return row["id"] if row else None


class DeskLine(msgspec.Struct, frozen=True):
    """One of the desks that a person may open."""

    edition: str
    edition_zh: str
    edition_en: str
    number: str
    name: str
    status: Status

    def edition_name(self, locale: str) -> str:
        return self.edition_en if locale == "en" else self.edition_zh


class Member(msgspec.Struct, frozen=True):
    account: int
    name: str
    email: str
    added_at: datetime


class MessageLine(msgspec.Struct, frozen=True):
    id: int
    from_organizers: bool
    author_name: str
    text: str
    at: datetime
    read_at: datetime | None


class Change(msgspec.Struct, frozen=True):
    """A wish to change what was reviewed, beside what stands."""

    id: int
    number: str
    old_name: str
    old_name_en: str
    old_country: str
    old_credit_code: str | None
    name: str
    name_en: str
    country: str
    credit_code: str | None
    reason: str
    asked_at: datetime


async def desks_of(account: int) -> list[DeskLine]:
    """The latest edition first. One query."""
    rows = (
        await ExhibitorMember.select(
            ExhibitorMember.exhibitor.number,
            ExhibitorMember.exhibitor.name,
            ExhibitorMember.exhibitor.status,
            ExhibitorMember.exhibitor.edition.slug,  # type: ignore[union-attr]  # Piccolo joins so
            ExhibitorMember.exhibitor.edition.name_zh,  # type: ignore[union-attr]  # Piccolo joins so
            ExhibitorMember.exhibitor.edition.name_en,  # type: ignore[union-attr]  # Piccolo joins so
        )
        .where(ExhibitorMember.account == account)
        .order_by(ExhibitorMember.exhibitor.id, ascending=False)
    )
    return [
        DeskLine(
            row["exhibitor.edition.slug"],
            row["exhibitor.edition.name_zh"],
            row["exhibitor.edition.name_en"],
            row["exhibitor.number"],
            row["exhibitor.name"],
            Status(row["exhibitor.status"]),
        )
        for row in rows
    ]


async def opened_by(actor: Actor, edition: EditionInfo, number: str) -> int:
    """The exhibitor's id, when this person may open its desk: a member, or an organizer.

    :raises NotFound: also for a desk that is another's.
    """
    query = Exhibitor.select(Exhibitor.id).where(Exhibitor.edition == edition.id, Exhibitor.number == number)
    if Role.organizer not in actor.roles:
        if actor.kind != "account" or actor.id is None:
            raise NotFound
        own = ExhibitorMember.select(ExhibitorMember.exhibitor).where(ExhibitorMember.account == actor.id)
        query = query.where(Exhibitor.id.is_in(own))
    row = await query.first()
    if row is None:
        raise NotFound
    return int(row["id"])


async def own_exhibitors(actor: Actor) -> set[int]:
    """Those whose desk this person uses as one of theirs."""
    if actor.kind != "account" or actor.id is None:
        return set()
    rows = await ExhibitorMember.select(ExhibitorMember.exhibitor).where(ExhibitorMember.account == actor.id)
    return {row["exhibitor"] for row in rows}


async def area_of(exhibitor: int) -> int:
    """Square metres that it holds; before it holds any, those that it wished for."""
    held = await BoothHolding.select(BoothHolding.booth.area).where(BoothHolding.exhibitor == exhibitor)
    if held:
        return -(-sum(int(row["booth.area"]) for row in held) // 100)
    row = (
        await Exhibitor.select(Exhibitor.booth_kind, Exhibitor.booth_count, Exhibitor.booth_area_m2)
        .where(Exhibitor.id == exhibitor)
        .first()
    )
    if row is None:
        raise NotFound
    return rules.area_of(Booth(BoothKind(row["booth_kind"]), row["booth_count"], row["booth_area_m2"]))


async def held_until(exhibitor: int) -> datetime | None:
    """When the first of its booths falls free unless it is confirmed."""
    row = (
        await BoothHolding.select(BoothHolding.until)
        .where(BoothHolding.exhibitor == exhibitor, BoothHolding.until.is_not_null())
        .order_by(BoothHolding.until)
        .first()
    )
    return None if row is None else row["until"]


async def members(exhibitor: int) -> list[Member]:
    rows = (
        await ExhibitorMember.select(
            ExhibitorMember.account,
            ExhibitorMember.account.name,
            ExhibitorMember.account.email,
            ExhibitorMember.added_at,
        )
        .where(ExhibitorMember.exhibitor == exhibitor)
        .order_by(ExhibitorMember.id)
    )
    return [Member(row["account"], row["account.name"], row["account.email"], row["added_at"]) for row in rows]


async def messages(exhibitor: int) -> list[MessageLine]:
    """The latest first; two hundred are more than anybody reads."""
    rows = (
        await ExhibitorMessage.select()
        .where(ExhibitorMessage.exhibitor == exhibitor)
        .order_by(ExhibitorMessage.id, ascending=False)
        .limit(200)
    )
    return [
        MessageLine(row["id"], row["from_organizers"], row["author_name"], row["text"], row["at"], row["read_at"])
        for row in rows
    ]


async def unread(exhibitor: int, *, by_organizers: bool) -> int:
    found = (
        await ExhibitorMessage.select(Count())
        .where(
            ExhibitorMessage.exhibitor == exhibitor,
            ExhibitorMessage.from_organizers.eq(not by_organizers),
            ExhibitorMessage.read_at.is_null(),
        )
        .first()
    )
    return int(found["count"]) if found else 0


async def unread_by_organizers(edition: EditionInfo) -> list[tuple[str, str]]:
    """Numbers and names of exhibitors whose messages nobody has read, the one waiting longest first."""
    rows = (
        await ExhibitorMessage.select(ExhibitorMessage.exhibitor.number, ExhibitorMessage.exhibitor.name)
        .where(
            ExhibitorMessage.exhibitor.edition == edition.id,
            ExhibitorMessage.from_organizers.eq(False),
            ExhibitorMessage.read_at.is_null(),
        )
        .order_by(ExhibitorMessage.id)
        .limit(500)
    )
    return list(dict.fromkeys((row["exhibitor.number"], row["exhibitor.name"]) for row in rows))


_CHANGE = (
    ExhibitorChange.id,
    ExhibitorChange.name,
    ExhibitorChange.name_en,
    ExhibitorChange.country,
    ExhibitorChange.credit_code,
    ExhibitorChange.reason,
    ExhibitorChange.asked_at,
    ExhibitorChange.exhibitor.number,
    ExhibitorChange.exhibitor.name,
    ExhibitorChange.exhibitor.name_en,
    ExhibitorChange.exhibitor.country,
    ExhibitorChange.exhibitor.credit_code,
)


async def waiting_changes(edition: EditionInfo, number: str | None = None) -> list[Change]:
    """The longest waiting first; with a number, that exhibitor's."""
    query = ExhibitorChange.select(*_CHANGE).where(
        ExhibitorChange.exhibitor.edition == edition.id, ExhibitorChange.waiting == 1
    )
    if number is not None:
        query = query.where(ExhibitorChange.exhibitor.number == number)
    return [
        Change(
            row["id"],
            row["exhibitor.number"],
            row["exhibitor.name"],
            row["exhibitor.name_en"],
            row["exhibitor.country"],
            row["exhibitor.credit_code"],
            row["name"],
            row["name_en"],
            row["country"],
            row["credit_code"],
            row["reason"],
            row["asked_at"],
        )
        for row in await query.order_by(ExhibitorChange.id).limit(200)
    ]


async def contacts_of(exhibitor: int) -> tuple[str, str, str]:
    """Name, address and language of the person to write to."""
    row = (
        await Exhibitor.select(Exhibitor.contact_name, Exhibitor.contact_email, Exhibitor.locale)
        .where(Exhibitor.id == exhibitor)
        .first()
    )
    if row is None:
        raise NotFound
    return row["contact_name"], row["contact_email"], row["locale"]


async def edition_of(number: str, account: int) -> str | None:
    """The slug of the edition in which this person's desk has that number; the latest."""
    slug = ExhibitorMember.exhibitor.edition.slug  # type: ignore[union-attr]  # Piccolo joins so
    row = (
        await ExhibitorMember.select(slug)
        .where(ExhibitorMember.account == account, ExhibitorMember.exhibitor.number == number)
        .order_by(ExhibitorMember.id, ascending=False)
        .first()
    )
    return None if row is None else str(row["exhibitor.edition.slug"])
