"""Reads of halls, booths and who holds them."""

import asyncio
from datetime import datetime
from typing import Any

import msgspec
from piccolo.query.functions.aggregate import Count

from core import text
from core.editions.queries import EditionInfo
from core.errors import NotFound
from core.i18n import Locale
from core.search import contains
from exhibitors.rules.booths import BoothState
from exhibitors.rules.plan import Rect
from exhibitors.rules.suggestion import Place, Proposal, Wish, suggest
from exhibitors.tables import (
    Booth,
    BoothHolding,
    BoothKind,
    Exhibitor,
    ExhibitorCategory,
    ExhibitorField,
    ExhibitorListing,
    ExhibitorStep,
    Hall,
    Status,
    Step,
)


class Holder(msgspec.Struct, frozen=True):
    id: int
    number: str
    name: str
    name_en: str
    status: Status
    until: datetime | None
    fee: int | None

    def called(self, locale: Locale) -> str:
        return self.name_en if locale == "en" and self.name_en else self.name


class BoothInfo(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    code: str
    hall: str
    kind: BoothKind
    rect: Rect
    #: dm².
    area: int
    open_sides: int
    zone: str
    blocked: bool
    #: Whether it can be split again.
    merged: bool
    holder: Holder | None

    @property
    def state(self) -> BoothState:
        if self.holder is not None:
            return BoothState.confirmed if self.holder.status is Status.confirmed else BoothState.held
        return BoothState.blocked if self.blocked else BoothState.free


class HallInfo(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    name_zh: str
    name_en: str
    width: int
    height: int
    entrance: tuple[int, int]
    booths: tuple[BoothInfo, ...]

    def called(self, locale: Locale) -> str:
        return self.name_en if locale == "en" and self.name_en else self.name_zh

    def count(self, state: BoothState) -> int:
        return sum(booth.state is state for booth in self.booths)


async def _holders(where: Any) -> dict[int, Holder]:
    of = BoothHolding.exhibitor
    rows = await BoothHolding.select(
        BoothHolding.booth,
        BoothHolding.until,
        BoothHolding.fee,
        of,
        of.number,
        of.name,
        of.name_en,
        of.status,
    ).where(where)
    return {
        row["booth"]: Holder(
            row["exhibitor"],
            row["exhibitor.number"],
            row["exhibitor.name"],
            row["exhibitor.name_en"],
            Status(row["exhibitor.status"]),
            row["until"],
            row["fee"],
        )
        for row in rows
    }


def _info(row: dict[str, Any], holder: Holder | None, merged: bool) -> BoothInfo:
    return BoothInfo(
        id=row["id"],
        code=row["code"],
        hall=row["hall.code"],
        kind=BoothKind(row["kind"]),
        rect=Rect(row["x"], row["y"], row["width"], row["height"]),
        area=row["area"],
        open_sides=row["open_sides"],
        zone=row["zone"],
        blocked=row["blocked"],
        merged=merged,
        holder=holder,
    )


_COLUMNS = (
    Booth.id,
    Booth.code,
    Booth.kind,
    Booth.x,
    Booth.y,
    Booth.width,
    Booth.height,
    Booth.area,
    Booth.open_sides,
    Booth.zone,
    Booth.blocked,
    Booth.hall.code,
)


async def _merged(where: Any) -> set[int]:
    rows = await Booth.select(Booth.part_of).where(where, Booth.part_of.is_not_null())
    return {row["part_of"] for row in rows}


async def plan(edition: EditionInfo) -> tuple[HallInfo, ...]:
    """All halls with all booths that stand for themselves, in reading order."""
    halls = await Hall.select().where(Hall.edition == edition.id).order_by(Hall.position, Hall.id)
    if not halls:
        return ()
    rows = (
        await Booth.select(*_COLUMNS)
        .where(Booth.edition == edition.id, Booth.part_of.is_null())
        .order_by(Booth.y, Booth.x)
    )
    holders = await _holders(BoothHolding.booth.edition == edition.id)
    merged = await _merged(Booth.edition == edition.id)
    of: dict[str, list[BoothInfo]] = {}
    for row in rows:
        of.setdefault(row["hall.code"], []).append(_info(row, holders.get(row["id"]), row["id"] in merged))
    return tuple(
        HallInfo(
            code=hall["code"],
            name_zh=hall["name_zh"],
            name_en=hall["name_en"],
            width=hall["width"],
            height=hall["height"],
            entrance=(hall["entrance_x"], hall["entrance_y"]),
            booths=tuple(of.get(hall["code"], ())),
        )
        for hall in halls
    )


async def booth_coded(edition: EditionInfo, code: str) -> BoothInfo:
    """:raises NotFound: 404."""
    row = (
        await Booth.select(*_COLUMNS)
        .where(Booth.edition == edition.id, Booth.code == code, Booth.part_of.is_null())
        .first()
    )
    if row is None:
        raise NotFound
    holders = await _holders(BoothHolding.booth == row["id"])
    return _info(row, holders.get(row["id"]), bool(await _merged(Booth.part_of == row["id"])))


def _where(edition: EditionInfo, hall: str | None) -> Any:
    where: Any = (Booth.edition == edition.id) & Booth.part_of.is_null()
    if hall is not None:
        where &= Booth.hall.code == hall
    return where


async def count_booths(edition: EditionInfo, hall: str | None = None) -> int:
    found = await Booth.select(Count()).where(_where(edition, hall)).first()
    return int(found["count"]) if found else 0


async def booths(edition: EditionInfo, hall: str | None = None, *, after: int = 0, limit: int = 50) -> list[BoothInfo]:
    """In the order in which they were made."""
    rows = await Booth.select(*_COLUMNS).where(_where(edition, hall), Booth.id > after).order_by(Booth.id).limit(limit)
    return await _with_holders(rows)


async def booths_numbered(ids: list[int]) -> list[BoothInfo]:
    """These, in the same order."""
    rows: list[dict[str, Any]] = []
    for start in range(0, len(ids), 500):
        rows += await Booth.select(*_COLUMNS).where(Booth.id.is_in(ids[start : start + 500]))
    at = {row["id"]: row for row in rows}
    return await _with_holders([at[one] for one in ids if one in at])


async def _with_holders(rows: list[dict[str, Any]]) -> list[BoothInfo]:
    holders: dict[int, Holder] = {}
    merged: set[int] = set()
    ids = [row["id"] for row in rows]
    for start in range(0, len(ids), 500):
        some = ids[start : start + 500]
        holders |= await _holders(BoothHolding.booth.is_in(some))
        merged |= await _merged(Booth.part_of.is_in(some))
    return [_info(row, holders.get(row["id"]), row["id"] in merged) for row in rows]


async def booths_of(exhibitor: int) -> list[BoothInfo]:
    rows = await BoothHolding.select(BoothHolding.booth).where(BoothHolding.exhibitor == exhibitor)
    return sorted(await booths_numbered([row["booth"] for row in rows]), key=lambda booth: booth.code)


class Candidate(msgspec.Struct, frozen=True):
    """An exhibitor that may be given a booth."""

    id: int
    number: str
    name: str
    name_en: str
    status: Status
    kind: BoothKind
    count: int | None
    area_m2: int | None

    def called(self, locale: Locale) -> str:
        return self.name_en if locale == "en" and self.name_en else self.name


GIVEABLE = (Status.approved, Status.booth_assigned, Status.confirmed)


async def candidates(edition: EditionInfo, q: str = "", *, limit: int = 30) -> list[Candidate]:
    """Those without a booth first, the longest waiting first; ``q`` is part of a name or a number."""
    where: Any = (Exhibitor.edition == edition.id) & Exhibitor.status.is_in([s.value for s in GIVEABLE])
    if key := text.search_key(q)[:100]:
        where &= contains(Exhibitor.search, key)
    rows = (
        await Exhibitor.select(
            Exhibitor.id,
            Exhibitor.number,
            Exhibitor.name,
            Exhibitor.name_en,
            Exhibitor.status,
            Exhibitor.booth_kind,
            Exhibitor.booth_count,
            Exhibitor.booth_area_m2,
        )
        .where(where)
        .order_by(Exhibitor.status)  # approved comes first in the alphabet
        .order_by(Exhibitor.submitted_at, Exhibitor.id)
        .limit(limit)
    )
    return [
        Candidate(
            row["id"],
            row["number"],
            row["name"],
            row["name_en"],
            Status(row["status"]),
            BoothKind(row["booth_kind"]),
            row["booth_count"],
            row["booth_area_m2"],
        )
        for row in rows
    ]


class Waiting(msgspec.Struct, frozen=True):
    """Somebody approved who holds no booth, in the order of approval."""

    id: int
    number: str
    name: str
    name_en: str
    kind: BoothKind
    count: int | None
    area_m2: int | None
    categories: tuple[str, ...]
    fields: tuple[str, ...]

    def called(self, locale: Locale) -> str:
        return self.name_en if locale == "en" and self.name_en else self.name


async def waiting(edition: EditionInfo) -> list[Waiting]:
    """By the day of the last approval, else of the application."""
    rows = await Exhibitor.select(
        Exhibitor.id,
        Exhibitor.number,
        Exhibitor.name,
        Exhibitor.name_en,
        Exhibitor.booth_kind,
        Exhibitor.booth_count,
        Exhibitor.booth_area_m2,
        Exhibitor.submitted_at,
    ).where(Exhibitor.edition == edition.id, Exhibitor.status == Status.approved.value)
    own = Exhibitor.select(Exhibitor.id).where(
        Exhibitor.edition == edition.id, Exhibitor.status == Status.approved.value
    )
    steps = await (
        ExhibitorStep.select(ExhibitorStep.exhibitor, ExhibitorStep.at)
        .where(ExhibitorStep.exhibitor.is_in(own), ExhibitorStep.step == Step.approve.value)
        .order_by(ExhibitorStep.id)
    )
    approved = {step["exhibitor"]: step["at"] for step in steps}
    categories: dict[int, list[str]] = {}
    for row in (
        await ExhibitorCategory.select(ExhibitorCategory.exhibitor, ExhibitorCategory.code)
        .where(ExhibitorCategory.exhibitor.is_in(own))
        .order_by(ExhibitorCategory.position)
    ):
        categories.setdefault(row["exhibitor"], []).append(row["code"])
    fields: dict[int, list[str]] = {}
    for row in (
        await ExhibitorField.select(ExhibitorField.exhibitor, ExhibitorField.code)
        .where(ExhibitorField.exhibitor.is_in(own))
        .order_by(ExhibitorField.position)
    ):
        fields.setdefault(row["exhibitor"], []).append(row["code"])
    rows.sort(key=lambda row: (approved.get(row["id"], row["submitted_at"]), row["id"]))
    return [
        Waiting(
            row["id"],
            row["number"],
            row["name"],
            row["name_en"],
            BoothKind(row["booth_kind"]),
            row["booth_count"],
            row["booth_area_m2"],
            tuple(categories.get(row["id"], ())),
            tuple(fields.get(row["id"], ())),
        )
        for row in rows
    ]


async def suggestion(edition: EditionInfo) -> list[tuple[Waiting, Proposal]]:
    """For everybody who waits, over all that is free now."""
    people = await waiting(edition)
    names = {
        choice.code: (text.search_key(choice.name_zh), text.search_key(choice.name_en))
        for choice in (*edition.all_categories, *edition.all_fields)
    }

    def themes(one: Waiting) -> tuple[str, ...]:
        return tuple(
            key for code in (*one.categories, *one.fields) for key in (text.search_key(code), *names.get(code, ()))
        )

    free = [
        Place(b.code, b.hall, b.kind, b.rect, b.area, b.open_sides, text.search_key(b.zone))
        for hall in await plan(edition)
        for b in hall.booths
        if b.state is BoothState.free
    ]
    wishes = [Wish(p.number, p.kind, p.count or 1, (p.area_m2 or 0) * 100, themes(p)) for p in people]
    # In a large hall it takes a second or two, in which others are served.
    return list(zip(people, await asyncio.to_thread(suggest, wishes, free), strict=True))


async def listed(edition: EditionInfo) -> set[int]:
    """Who stands in the directory."""
    rows = await ExhibitorListing.select(ExhibitorListing.exhibitor).where(ExhibitorListing.edition == edition.id)
    return {row["exhibitor"] for row in rows}


async def count_waiting(edition: EditionInfo) -> int:
    """Approved, without a booth."""
    return int(
        await Exhibitor.count().where(Exhibitor.edition == edition.id, Exhibitor.status == Status.approved.value)
    )
