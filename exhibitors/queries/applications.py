"""Reads of applications."""

from datetime import datetime
from typing import Any

import msgspec
from piccolo.columns.combination import WhereRaw
from piccolo.query.functions.aggregate import Count

from core import text
from core.editions.queries import EditionInfo
from core.errors import NotFound
from exhibitors.rules.applications import Booth
from exhibitors.tables import BoothKind, Exhibitor, ExhibitorCategory, ExhibitorField, Kind, Status


class Filter(msgspec.Struct, frozen=True):
    status: Status | None = None
    field: str | None = None
    category: str | None = None
    #: Part of a name, a number or a credit code.
    q: str | None = None


class MaskedContact(msgspec.Struct, frozen=True):
    name: str
    mobile: str


class Contact(msgspec.Struct, frozen=True):
    name: str
    mobile: str
    email: str


class ExhibitorLine(msgspec.Struct, frozen=True, kw_only=True):
    """An application in a list: the phone is masked, the address left out."""

    id: int
    number: str
    status: Status
    name: str
    name_en: str
    country: str
    categories: tuple[str, ...]
    fields: tuple[str, ...]
    booth: Booth
    contact: MaskedContact
    submitted_at: datetime


class ExhibitorDetail(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    number: str
    status: Status
    name: str
    name_en: str
    country: str
    credit_code: str | None
    categories: tuple[str, ...]
    fields: tuple[str, ...]
    intro: str
    website: str
    contact: Contact
    booth: Booth
    locale: str
    submitted_at: datetime
    changed_at: datetime
    kind: Kind
    registration_number: str
    lintel_zh: str
    lintel_en: str
    power: str
    water: bool
    exhibits: str
    check_digit_overridden: bool
    previous: int | None


def where_of(edition: EditionInfo, wanted: Filter) -> Any:
    where: Any = Exhibitor.edition == edition.id
    if wanted.status is not None:
        where &= Exhibitor.status == wanted.status.value
    if wanted.field is not None:
        of = ExhibitorField.select(ExhibitorField.exhibitor).where(ExhibitorField.code == wanted.field)
        where &= Exhibitor.id.is_in(of)
    if wanted.category is not None:
        of = ExhibitorCategory.select(ExhibitorCategory.exhibitor).where(ExhibitorCategory.code == wanted.category)
        where &= Exhibitor.id.is_in(of)
    if wanted.q:
        key = text.search_key(wanted.q)[:100]
        for sign in "!%_":
            key = key.replace(sign, f"!{sign}")
        where &= WhereRaw("search LIKE {} ESCAPE '!'", f"%{key}%")
    return where


async def number_of(exhibitor: int) -> str:
    """By its id. :raises NotFound:"""
    row = await Exhibitor.select(Exhibitor.number).where(Exhibitor.id == exhibitor).first()
    if row is None:
        raise NotFound
    return str(row["number"])


async def codes_of(ids: list[int]) -> tuple[dict[int, list[str]], dict[int, list[str]]]:
    """Categories and fields of these, in their order."""
    if not ids:
        return {}, {}
    categories: dict[int, list[str]] = {}
    for row in (
        await ExhibitorCategory.select(ExhibitorCategory.exhibitor, ExhibitorCategory.code)
        .where(ExhibitorCategory.exhibitor.is_in(ids))
        .order_by(ExhibitorCategory.position)
    ):
        categories.setdefault(row["exhibitor"], []).append(row["code"])
    fields: dict[int, list[str]] = {}
    for row in (
        await ExhibitorField.select(ExhibitorField.exhibitor, ExhibitorField.code)
        .where(ExhibitorField.exhibitor.is_in(ids))
        .order_by(ExhibitorField.position)
    ):
        fields.setdefault(row["exhibitor"], []).append(row["code"])
    return categories, fields


def _booth(row: dict[str, Any]) -> Booth:
    return Booth(BoothKind(row["booth_kind"]), row["booth_count"], row["booth_area_m2"])


async def count_exhibitors(edition: EditionInfo, wanted: Filter) -> int:
    found = await Exhibitor.select(Count()).where(where_of(edition, wanted)).first()
    return int(found["count"]) if found else 0


async def exhibitors(
    edition: EditionInfo, wanted: Filter, *, before: int | None = None, limit: int = 50
) -> list[ExhibitorLine]:
    """The latest first; ``before`` is the id of the last one of the page before."""
    where = where_of(edition, wanted)
    if before is not None:
        where &= Exhibitor.id < before
    rows = await Exhibitor.select().where(where).order_by(Exhibitor.id, ascending=False).limit(limit)
    return await lines_of(rows)


async def lines_of(rows: list[dict[str, Any]]) -> list[ExhibitorLine]:
    """Whole rows as lines; two more queries."""
    categories, fields = await codes_of([row["id"] for row in rows])
    return [
        ExhibitorLine(
            id=row["id"],
            number=row["number"],
            status=Status(row["status"]),
            name=row["name"],
            name_en=row["name_en"],
            country=row["country"],
            categories=tuple(categories.get(row["id"], ())),
            fields=tuple(fields.get(row["id"], ())),
            booth=_booth(row),
            contact=MaskedContact(row["contact_name"], text.mask_phone(row["contact_mobile"])),
            submitted_at=row["submitted_at"],
        )
        for row in rows
    ]


async def exhibitor_numbered(edition: EditionInfo, number: str) -> ExhibitorDetail:
    row = await Exhibitor.select().where(Exhibitor.edition == edition.id, Exhibitor.number == number).first()
    if row is None:
        raise NotFound
    return await detail_of(row)


async def detail_of(row: dict[str, Any]) -> ExhibitorDetail:
    """A whole row; two more queries."""
    categories, fields = await codes_of([row["id"]])
    return ExhibitorDetail(
        id=row["id"],
        number=row["number"],
        status=Status(row["status"]),
        name=row["name"],
        name_en=row["name_en"],
        country=row["country"],
        credit_code=row["credit_code"],
        categories=tuple(categories.get(row["id"], ())),
        fields=tuple(fields.get(row["id"], ())),
        intro=row["intro"],
        website=row["website"],
        contact=Contact(row["contact_name"], row["contact_mobile"], row["contact_email"]),
        booth=_booth(row),
        locale=row["locale"],
        submitted_at=row["submitted_at"],
        changed_at=row["changed_at"],
        kind=Kind(row["kind"]),
        registration_number=row["registration_number"],
        lintel_zh=row["lintel_zh"],
        lintel_en=row["lintel_en"],
        power=row["power"],
        water=row["water"],
        exhibits=row["exhibits"],
        check_digit_overridden=row["check_digit_overridden"],
        previous=row["previous"],
    )


async def number_of_submission(edition: EditionInfo, submission: str) -> str | None:
    """For the page after the form."""
    row = (
        await Exhibitor.select(Exhibitor.number)
        .where(Exhibitor.edition == edition.id, Exhibitor.submission == submission)
        .first()
    )
    return None if row is None else str(row["number"])
