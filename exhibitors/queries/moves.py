"""Reads of the windows in which exhibitors come and go."""

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
from piccolo.query.functions.aggregate import Count

from core.editions.queries import EditionInfo
from exhibitors.tables import BoothHolding, MovePlace, MoveWindow, Way


class Span(msgspec.Struct, frozen=True):
    way: Way
    starts_at: datetime
    ends_at: datetime

    def one_day(self, zone: ZoneInfo) -> bool:
        """Whether it ends on the day on which it begins, where the expo is."""
        return self.starts_at.astimezone(zone).date() == self.ends_at.astimezone(zone).date()


class Window(Span, frozen=True):
    id: int
    #: Empty: all.
    hall: str
    capacity: int | None
    taken: int

    @property
    def full(self) -> bool:
        return self.capacity is not None and self.taken >= self.capacity


class Coming(Span, frozen=True):
    """A line for the gate."""

    hall: str
    number: str
    name: str
    booths: tuple[str, ...]


async def windows(edition: EditionInfo) -> list[Window]:
    """In the order of time; two queries."""
    rows = (
        await MoveWindow.select()
        .where(MoveWindow.edition == edition.id)
        .order_by(MoveWindow.starts_at)
        .order_by(MoveWindow.hall)
        .order_by(MoveWindow.id)
    )
    counted = (
        await MovePlace.select(MovePlace.slot, Count())
        .where(MovePlace.slot.edition == edition.id)
        .group_by(MovePlace.slot)
    )
    taken = {row["slot"]: int(row["count"]) for row in counted}
    return [
        Window(
            Way(row["way"]),
            row["starts_at"],
            row["ends_at"],
            row["id"],
            row["hall"],
            row["capacity"],
            taken.get(row["id"], 0),
        )
        for row in rows
    ]


async def chosen(exhibitor: int) -> dict[Way, int]:
    """The window of each way."""
    rows = await MovePlace.select(MovePlace.way, MovePlace.slot).where(MovePlace.exhibitor == exhibitor)
    return {Way(row["way"]): int(row["slot"]) for row in rows}


async def halls_of(exhibitor: int) -> set[str]:
    rows = await BoothHolding.select(BoothHolding.booth.hall.code.as_alias("hall")).where(  # type: ignore[union-attr]  # Piccolo joins so
        BoothHolding.exhibitor == exhibitor
    )
    return {str(row["hall"]) for row in rows}


async def coming(edition: EditionInfo) -> list[Coming]:
    """Everybody who has chosen, in the order of time; two queries."""
    rows = (
        await MovePlace.select(
            MovePlace.exhibitor,
            MovePlace.way,
            MovePlace.slot.starts_at.as_alias("starts_at"),
            MovePlace.slot.ends_at.as_alias("ends_at"),
            MovePlace.slot.hall.as_alias("hall"),
            MovePlace.exhibitor.number.as_alias("number"),
            MovePlace.exhibitor.name.as_alias("name"),
        )
        .where(MovePlace.slot.edition == edition.id)
        .order_by(MovePlace.slot.starts_at)
        .order_by(MovePlace.slot)
        .order_by(MovePlace.seat)
    )
    held = await BoothHolding.select(BoothHolding.exhibitor, BoothHolding.booth.code.as_alias("code")).where(
        BoothHolding.exhibitor.edition == edition.id
    )
    booths: dict[int, list[str]] = {}
    for row in held:
        booths.setdefault(row["exhibitor"], []).append(row["code"])
    return [
        Coming(
            Way(row["way"]),
            row["starts_at"],
            row["ends_at"],
            row["hall"],
            row["number"],
            row["name"],
            tuple(sorted(booths.get(row["exhibitor"], ()))),
        )
        for row in rows
    ]
