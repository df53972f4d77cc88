"""Reads of the desk in the hall."""

from datetime import datetime
from typing import Any

import msgspec
from piccolo.query.functions.aggregate import Count

from checkin.tables import Incident, IncidentKind, IncidentNote
from core.editions.queries import EditionInfo
from core.errors import NotFound
from core.search import contains

#: Of handover notes: more are not read.
MOST_NOTES = 100


class IncidentInfo(msgspec.Struct, frozen=True):
    id: int
    kind: IncidentKind
    place: str
    happened_at: datetime
    what: str
    person: str
    mobile: str
    opened_at: datetime
    handled_at: datetime | None

    @property
    def open(self) -> bool:
        return self.handled_at is None


class Note(msgspec.Struct, frozen=True):
    at: datetime
    author: str
    text: str


def _info(row: dict[str, Any]) -> IncidentInfo:
    return IncidentInfo(
        row["id"],
        IncidentKind(row["kind"]),
        row["place"],
        row["happened_at"],
        row["what"],
        row["person"],
        row["mobile"],
        row["opened_at"],
        row["handled_at"],
    )


def _where(edition: EditionInfo, kind: IncidentKind | None, state: str, q: str) -> Any:
    where: Any = Incident.edition == edition.id
    if kind is not None:
        where &= Incident.kind == kind.value
    if state == "open":
        where &= Incident.handled_at.is_null()
    elif state == "handled":
        where &= Incident.handled_at.is_not_null()
    if q:
        where &= (
            contains(Incident.person, q)
            | contains(Incident.what, q)
            | contains(Incident.place, q)
            | contains(Incident.mobile, q)
        )
    return where


async def incidents(
    edition: EditionInfo,
    *,
    kind: IncidentKind | None = None,
    state: str = "",
    q: str = "",
    before: int | None = None,
    limit: int = 50,
) -> list[IncidentInfo]:
    """The latest first. ``state``: ``open``, ``handled`` or empty."""
    where = _where(edition, kind, state, q)
    if before is not None:
        where &= Incident.id < before
    rows = await Incident.select().where(where).order_by(Incident.id, ascending=False).limit(limit)
    return [_info(row) for row in rows]


async def count(edition: EditionInfo, *, kind: IncidentKind | None = None, state: str = "", q: str = "") -> int:
    found = await Incident.select(Count()).where(_where(edition, kind, state, q)).first()
    return int(found["count"]) if found else 0


async def incident(edition: EditionInfo, number: int) -> IncidentInfo:
    """:raises NotFound: 404."""
    row = await Incident.select().where(Incident.id == number, Incident.edition == edition.id).first()
    if row is None:
        raise NotFound
    return _info(row)


async def notes(edition: EditionInfo, number: int | None) -> list[Note]:
    """Of one incident in their order; without one, for the next shift, the latest first."""
    rows = IncidentNote.select().where(IncidentNote.edition == edition.id)
    if number is None:
        rows = rows.where(IncidentNote.incident.is_null()).order_by(IncidentNote.id, ascending=False).limit(MOST_NOTES)
    else:
        rows = rows.where(IncidentNote.incident == number).order_by(IncidentNote.id)
    return [Note(row["at"], row["author_name"], row["text"]) for row in await rows]
