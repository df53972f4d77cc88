"""Reads of the printed catalogue (会刊)."""

from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from core.editions.queries import EditionInfo
from core.errors import NotFound
from exhibitors.rules.catalogue import Entry, EntryDraft
from exhibitors.rules.desk import ADMITTED, CATALOGUE_DAYS
from exhibitors.tables import (
    BoothHolding,
    CatalogueEntry,
    CatalogueLine,
    CataloguePrint,
    CatalogueTerms,
    Exhibitor,
    ExhibitorCategory,
    Hall,
)

_ADMITTED = [status.value for status in ADMITTED]


class Print(msgspec.Struct, frozen=True):
    """A state that went to the printer."""

    id: int
    number: int
    by: str
    at: datetime


async def until(edition: EditionInfo) -> date | None:
    """The last day on which entries are taken: the organizers', or three weeks before the first day."""
    row = await CatalogueTerms.select(CatalogueTerms.until).where(CatalogueTerms.edition == edition.id).first()
    if row is not None and row["until"] is not None:
        found: date = row["until"]
        return found
    return edition.first_day - timedelta(days=CATALOGUE_DAYS) if edition.days else None


async def hall_names(edition: EditionInfo) -> dict[str, tuple[str, str]]:
    """By code, in the order of the halls: Chinese and English."""
    rows = (
        await Hall.select(Hall.code, Hall.name_zh, Hall.name_en)
        .where(Hall.edition == edition.id)
        .order_by(Hall.position)
    )
    return {row["code"]: (row["name_zh"], row["name_en"]) for row in rows}


async def sent(exhibitor: int) -> tuple[EntryDraft, datetime] | None:
    row = await CatalogueEntry.select().where(CatalogueEntry.exhibitor == exhibitor).first()
    if row is None:
        return None
    return EntryDraft(row["intro_en"], row["contact"], row["phone"], row["email"]), row["sent_at"]


async def entries(edition: EditionInfo, exhibitor: int | None = None) -> list[Entry]:
    """Everybody admitted, by number. Who has handed nothing in stands with what its public page says, and not at all
    if it asked not to be shown. Four queries."""
    where: Any = (Exhibitor.edition == edition.id) & Exhibitor.status.is_in(_ADMITTED)
    if exhibitor is not None:
        where &= Exhibitor.id == exhibitor
    rows = (
        await Exhibitor.select(
            Exhibitor.id,
            Exhibitor.number,
            Exhibitor.name,
            Exhibitor.name_en,
            Exhibitor.intro,
            Exhibitor.website,
            Exhibitor.listed,
        )
        .where(where)
        .order_by(Exhibitor.number)
    )
    given = {
        row["exhibitor"]: row
        for row in await CatalogueEntry.select().where(CatalogueEntry.exhibitor.edition == edition.id)
    }
    codes: dict[int, list[str]] = {}
    for row in (
        await ExhibitorCategory.select(ExhibitorCategory.exhibitor, ExhibitorCategory.code)
        .where(ExhibitorCategory.exhibitor.edition == edition.id)
        .order_by(ExhibitorCategory.position)
    ):
        codes.setdefault(row["exhibitor"], []).append(row["code"])
    held: dict[int, list[tuple[str, str]]] = {}
    booth: Any = BoothHolding.booth
    for row in (
        await BoothHolding.select(BoothHolding.exhibitor, booth.hall.code.as_alias("hall"), booth.code.as_alias("code"))
        .where(BoothHolding.exhibitor.edition == edition.id)
        .order_by(booth.code)
    ):
        held.setdefault(row["exhibitor"], []).append((row["hall"], row["code"]))
    found = []
    for row in rows:
        own, booths = given.get(row["id"]), held.get(row["id"], [])
        if own is None and not row["listed"] and exhibitor is None:
            continue
        found.append(
            Entry(
                exhibitor=row["id"],
                number=row["number"],
                name=row["name"],
                name_en=row["name_en"],
                intro=row["intro"],
                intro_en=own["intro_en"] if own else "",
                website=row["website"],
                categories=tuple(codes.get(row["id"], [])),
                hall=booths[0][0] if booths else "",
                booths=tuple(code for _, code in booths),
                contact=own["contact"] if own else "",
                phone=own["phone"] if own else "",
                email=own["email"] if own else "",
                sent=own is not None,
            )
        )
    return found


class Missing(msgspec.Struct, frozen=True):
    """Who has not handed its entry in."""

    id: int
    number: str
    name: str
    contact_name: str
    email: str
    locale: str
    booths: tuple[str, ...] = ()


async def missing(edition: EditionInfo) -> list[Missing]:
    given = CatalogueEntry.select(CatalogueEntry.exhibitor).where(CatalogueEntry.exhibitor.edition == edition.id)
    rows = (
        await Exhibitor.select(
            Exhibitor.id,
            Exhibitor.number,
            Exhibitor.name,
            Exhibitor.contact_name,
            Exhibitor.contact_email,
            Exhibitor.locale,
        )
        .where(Exhibitor.edition == edition.id, Exhibitor.status.is_in(_ADMITTED), Exhibitor.id.not_in(given))
        .order_by(Exhibitor.name)
    )
    held: dict[int, list[str]] = {}
    for row in await BoothHolding.select(BoothHolding.exhibitor, BoothHolding.booth.code.as_alias("code")).where(
        BoothHolding.exhibitor.edition == edition.id
    ):
        held.setdefault(row["exhibitor"], []).append(row["code"])
    return [
        Missing(
            row["id"],
            row["number"],
            row["name"],
            row["contact_name"],
            row["contact_email"],
            row["locale"],
            tuple(sorted(held.get(row["id"], []))),
        )
        for row in rows
    ]


async def prints(edition: EditionInfo) -> list[Print]:
    """The last one first."""
    rows = (
        await CataloguePrint.select()
        .where(CataloguePrint.edition == edition.id)
        .order_by(CataloguePrint.number, ascending=False)
    )
    return [Print(row["id"], row["number"], row["made_name"], row["made_at"]) for row in rows]


async def printed(edition: EditionInfo, number: int) -> list[Entry]:
    """As it was then, whatever happened since.

    :raises NotFound: 404.
    """
    one = (
        await CataloguePrint.select(CataloguePrint.id)
        .where(CataloguePrint.edition == edition.id, CataloguePrint.number == number)
        .first()
    )
    if one is None:
        raise NotFound
    rows = (
        await CatalogueLine.select(*CatalogueLine.all_columns(), CatalogueLine.exhibitor.number.as_alias("number"))
        .where(CatalogueLine.print == one["id"])
        .order_by(CatalogueLine.id)
    )
    return [
        Entry(
            exhibitor=row["exhibitor"],
            number=row["number"],
            name=row["name"],
            name_en=row["name_en"],
            intro=row["intro"],
            intro_en=row["intro_en"],
            website=row["website"],
            categories=tuple(row["categories"].split()),
            hall=row["hall"],
            booths=tuple(row["booths"].split()),
            contact=row["contact"],
            phone=row["phone"],
            email=row["email"],
            sent=True,
        )
        for row in rows
    ]
