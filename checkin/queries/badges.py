"""Reads of badges."""

from datetime import date, datetime
from typing import Any

import msgspec
from piccolo.query.functions.aggregate import Count

from checkin.tables import Badge, BadgeKind, BadgeStatus
from core.editions.queries import EditionInfo
from core.errors import NotFound


class BadgeInfo(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    serial: str
    code: str
    kind: BadgeKind
    status: BadgeStatus
    holder: str
    organisation: str
    title: str
    #: None: every day.
    days: tuple[date, ...]
    issued_at: datetime


def info(row: dict[str, Any]) -> BadgeInfo:
    return BadgeInfo(
        id=row["id"],
        serial=row["serial"],
        code=row["code"],
        kind=BadgeKind(row["kind"]),
        status=BadgeStatus(row["status"]),
        holder=row["holder"],
        organisation=row["organisation"],
        title=row["title"],
        days=tuple(date.fromisoformat(day) for day in row["days"].split()),
        issued_at=row["issued_at"],
    )


def _where(edition: EditionInfo, kind: BadgeKind | None) -> Any:
    where: Any = Badge.edition == edition.id
    return where if kind is None else where & (Badge.kind == kind.value)


async def count_badges(edition: EditionInfo, kind: BadgeKind | None = None) -> int:
    found = await Badge.select(Count()).where(_where(edition, kind)).first()
    return int(found["count"]) if found else 0


async def badges(
    edition: EditionInfo, kind: BadgeKind | None = None, *, before: int | None = None, limit: int = 50
) -> list[BadgeInfo]:
    """The latest first; ``before`` is the id of the last one of the page before."""
    where = _where(edition, kind)
    if before is not None:
        where &= Badge.id < before
    rows = await Badge.select().where(where).order_by(Badge.id, ascending=False).limit(limit)
    return [info(row) for row in rows]


async def badge_with_serial(edition: EditionInfo, serial: str) -> BadgeInfo:
    row = await Badge.select().where(Badge.edition == edition.id, Badge.serial == serial).first()
    if row is None:
        raise NotFound
    return info(row)


async def badges_of(exhibitor: int) -> list[BadgeInfo]:
    """In force, in the order of their making."""
    rows = (
        await Badge.select()
        .where(Badge.exhibitor == exhibitor, Badge.status == BadgeStatus.active.value)
        .order_by(Badge.id)
    )
    return [info(row) for row in rows]
