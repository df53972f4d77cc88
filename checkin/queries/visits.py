"""Reads of registrations."""

from datetime import datetime
from typing import Any

import msgspec
from piccolo.query.functions.aggregate import Count, Sum

from checkin.queries.badges import BadgeInfo, Filter, badges_where, info
from checkin.tables import Badge, Visit
from core.editions.queries import EditionInfo


class VisitInfo(msgspec.Struct, frozen=True):
    made_at: datetime
    cancelled_at: datetime | None
    helper: str
    helper_name: str
    vehicle: str
    #: Minutes after midnight.
    arrives: int | None
    source: str


class VisitLine(msgspec.Struct, frozen=True):
    badge: BadgeInfo
    visit: VisitInfo
    #: Others of this edition have the same number or address.
    again: bool


def _visit(row: dict[str, Any]) -> VisitInfo:
    return msgspec.convert({name: row[name] for name in VisitInfo.__struct_fields__}, VisitInfo)


async def visit_of_badge(badge: int) -> VisitInfo | None:
    """``badge``: the first of its chain of reissues."""
    row = await Visit.select().where(Visit.badge == badge).first()
    return None if row is None else _visit(row)


async def _twice(edition: EditionInfo, badges: list[BadgeInfo]) -> set[tuple[str, str]]:
    """Numbers and addresses that several badges of registrations have."""
    found: set[tuple[str, str]] = set()
    for column, values in (
        (Badge.mobile, {one.mobile for one in badges} - {""}),
        (Badge.email, {one.email for one in badges} - {""}),
    ):
        if not values:
            continue
        rows = (
            await Badge.select(column, Count())
            .where(
                Badge.edition == edition.id,
                column.is_in(sorted(values)),
                Badge.status == "active",
                Badge.id.is_in(Visit.select(Visit.badge)),
            )
            .group_by(column)
        )
        name = column._meta.name
        found |= {(name, row[name]) for row in rows if row["count"] > 1}
    return found


async def visits(edition: EditionInfo, q: str = "", *, before: int | None = None, limit: int = 50) -> list[VisitLine]:
    """The latest first, also those cancelled."""
    condition = badges_where(edition, Filter(q=q)) & Badge.id.is_in(
        Visit.select(Visit.badge).where(Visit.edition == edition.id)
    )
    if before is not None:
        condition &= Badge.id < before
    rows = await Badge.select().where(condition).order_by(Badge.id, ascending=False).limit(limit)
    badges = [info(row) for row in rows]
    own = await Visit.select().where(Visit.badge.is_in([one.id for one in badges])) if badges else []
    of = {row["badge"]: _visit(row) for row in own}
    twice = await _twice(edition, badges)
    return [
        VisitLine(one, of[one.id], ("mobile", one.mobile) in twice or ("email", one.email) in twice) for one in badges
    ]


class Counted(msgspec.Struct, frozen=True):
    """``registrations``: also those cancelled; ``people``: whom those in force are for."""

    registrations: int
    people: int


async def counted(edition: EditionInfo, q: str = "") -> Counted:
    own = Visit.edition == edition.id
    here = badges_where(edition, Filter(q=q))

    async def of(registered: Any) -> dict[str, Any]:
        among = Badge.id.is_in(Visit.select(Visit.badge).where(registered))
        row = await Badge.select(Count(), Sum(Badge.size)).where(here, among).first()
        return row or {}

    every, in_force = await of(own), await of(own & Visit.cancelled_at.is_null())
    return Counted(int(every.get("count") or 0), int(in_force.get("sum") or 0))
