"""Exhibitors as rows of a spreadsheet, and the empty one to fill in."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from core.editions.queries import EditionInfo
from core.files.sheets import DAY_AND_TIME, TEXT, Column
from core.i18n import Locale, mark, translate
from exhibitors.queries.applications import Filter, codes_of, where_of
from exhibitors.queries.directory import booths_of_many
from exhibitors.rules.columns import FIELDS, OURS, Field
from exhibitors.rules.sheets import KIND_NAMES
from exhibitors.tables import BoothKind, Exhibitor, Kind

_AT_ONCE = 500
#: Long numbers, which a spreadsheet would shorten.
_AS_TEXT = frozenset({"number", "credit_code", "registration_number", "contact_mobile"})
#: Said in words by other columns.
_LEFT_OUT = frozenset({"booth"})
COLUMNS: tuple[Field, ...] = (
    *OURS[:2],
    *(field for field in FIELDS if field.key not in _LEFT_OUT),
    *OURS[2:],
)


class Exported(msgspec.Struct, frozen=True):
    columns: list[Column]
    rows: list[list[Any]]


def _column(field: Field, locale: Locale) -> Column:
    form = TEXT if field.key in _AS_TEXT else DAY_AND_TIME if field.key == "submitted_at" else "General"
    return Column(translate(locale, field.heading), field.width, form)


def _between(locale: Locale) -> str:
    return "; " if locale == "en" else "、"


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    """Spreadsheets know no zones."""
    return moment.astimezone(zone).replace(tzinfo=None, second=0, microsecond=0)


async def exported(edition: EditionInfo, wanted: Filter, locale: Locale, states: Mapping[str, str]) -> Exported:
    """All that the filter lets through, the earliest first, with contacts: for organizers."""
    names = {choice.code: choice.name(locale) for choice in (*edition.all_categories, *edition.all_fields)}
    rows: list[list[Any]] = []
    last = 0
    while True:
        found = (
            await Exhibitor.select()
            .where(where_of(edition, wanted) & (Exhibitor.id > last))
            .order_by(Exhibitor.id)
            .limit(_AT_ONCE)
        )
        if not found:
            break
        ids = [row["id"] for row in found]
        last = ids[-1]
        categories, fields = await codes_of(ids)
        booths = await booths_of_many(ids)
        between = _between(locale)
        for row in found:
            values = {
                **row,
                "status": states.get(row["status"], row["status"]),
                "categories": between.join(names.get(code, code) for code in categories.get(row["id"], ())),
                "fields": between.join(names.get(code, code) for code in fields.get(row["id"], ())),
                "kind": translate(locale, KIND_NAMES[Kind(row["kind"])]),
                "booth_count": row["booth_count"] if row["booth_kind"] == BoothKind.standard.value else None,
                "booth_area_m2": row["booth_area_m2"] if row["booth_kind"] == BoothKind.raw.value else None,
                "water": translate(locale, YES if row["water"] else NO),
                "booths": between.join(booths.get(row["id"], ())),
                "submitted_at": _local(row["submitted_at"], edition.zone),
            }
            rows.append([values[field.key] or None for field in COLUMNS])
    return Exported([_column(field, locale) for field in COLUMNS], rows)


YES, NO = mark("yes"), mark("no")


def template(edition: EditionInfo, locale: Locale) -> tuple[list[Column], list[list[str]]]:
    """The columns of an import, and the notes of a second sheet: what each takes, and the words of the edition."""
    columns = [_column(field, locale) for field in FIELDS]
    notes = [[translate(locale, text) for text in (mark("Column"), mark("Needed"), mark("What belongs there"))]]
    for field in FIELDS:
        needed = translate(locale, YES) if field.required else ""
        notes.append([translate(locale, field.heading), needed, translate(locale, field.note) if field.note else ""])
    vocabularies = ((mark("Categories"), edition.categories), (mark("Fields of work"), edition.fields))
    for heading, choices in vocabularies:
        notes.append(["", "", ""])
        for choice in choices:
            notes.append([translate(locale, heading), choice.code, choice.name(locale)])
    return columns, notes
