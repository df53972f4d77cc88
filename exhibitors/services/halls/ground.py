"""What stands in a hall: rows, places, open sides, and why something cannot stand there. Inside a transaction."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from core import clock
from core.editions.queries import EditionInfo
from core.errors import DomainError, FieldError
from core.i18n import mark
from exhibitors.rules import plan
from exhibitors.rules.plan import AISLE, Rect
from exhibitors.tables import Booth, BoothKind, Hall

#: Of a hall that is made for booths of which only the area is known.
USUAL_WIDTH = 720


class HallUnknown(DomainError):
    status = 404
    code = "hall_unknown"
    message = "This expo has no such hall."


class HallExists(DomainError):
    code = "hall_exists"
    message = "This expo has a hall of that code already."

    def __init__(self) -> None:
        super().__init__(errors=(FieldError("code", self.code, self.message),))


class BoothExists(DomainError):
    code = "booth_exists"
    message = "The booth %(booth)s is there already, and is another one."


class HallNotEmpty(DomainError):
    code = "hall_not_empty"
    message = "This hall has booths that somebody holds."


class BoothsOutside(DomainError):
    code = "booths_outside"
    message = mark("These booths would stand outside of the hall: %(booths)s. Please move or remove them first.")


class NotNeighbours(DomainError):
    code = "not_neighbours"
    message = "Only booths that make one rectangle together can be merged."


class NotMerged(DomainError):
    code = "not_merged"
    message = "This booth was not merged from others."


class Overlaps(DomainError):
    status = 422
    code = "overlap"
    message = "The booth %(booth)s would stand on another one."


class Placed(msgspec.Struct, frozen=True):
    """A booth with its place."""

    code: str
    kind: BoothKind
    rect: Rect
    #: dm²; 0: that of the rectangle.
    area: int = 0
    zone: str = ""


class HallDraft(msgspec.Struct, frozen=True):
    """Lengths in dm; 0 for the height: as far as its booths reach. The entrance is in the middle of the south wall
    unless it says otherwise."""

    code: str
    name_zh: str
    name_en: str = ""
    width: int = USUAL_WIDTH
    height: int = 0
    entrance: tuple[int, int] | None = None


async def hall_of(edition: EditionInfo, code: str) -> dict[str, Any]:
    found = (
        await Hall.select(Hall.id, Hall.width, Hall.height).where(Hall.edition == edition.id, Hall.code == code).first()
    )
    if found is None:
        raise HallUnknown
    return found


async def new_hall(edition: EditionInfo, draft: HallDraft) -> int | None:
    """None where one of that code stands."""
    entrance = draft.entrance or (draft.width // 2, draft.height)
    made = (
        await Hall.insert(
            Hall(
                edition=edition.id,
                code=draft.code,
                name_zh=draft.name_zh,
                name_en=draft.name_en,
                position=await Hall.count().where(Hall.edition == edition.id),
                width=draft.width,
                height=draft.height,
                entrance_x=entrance[0],
                entrance_y=entrance[1],
            )
        )
        .on_conflict(target=(Hall.edition, Hall.code), action="DO NOTHING")
        .returning(Hall.id)
    )
    return int(made[0]["id"]) if made else None


def _row(edition: EditionInfo, hall: int, one: Placed) -> Booth:
    return Booth(
        edition=edition.id,
        hall=hall,
        code=one.code,
        kind=one.kind.value,
        x=one.rect.x,
        y=one.rect.y,
        width=one.rect.width,
        height=one.rect.height,
        area=one.area or one.rect.area,
        zone=one.zone,
        changed_at=clock.now(),
    )


async def insert(edition: EditionInfo, hall: int, booths: Sequence[Placed]) -> None:
    for start in range(0, len(booths), 100):
        some = booths[start : start + 100]
        made = (
            await Booth.insert(*(_row(edition, hall, one) for one in some))
            .on_conflict(target=(Booth.edition, Booth.code), action="DO NOTHING")
            .returning(Booth.code)
        )
        if len(made) < len(some):
            there = {row["code"] for row in made}
            raise BoothExists(values={"booth": next(one.code for one in some if one.code not in there)})


async def standing_in(hall: int) -> list[dict[str, Any]]:
    return await Booth.select(Booth.id, Booth.x, Booth.y, Booth.width, Booth.height, Booth.open_sides).where(
        Booth.hall == hall, Booth.part_of.is_null()
    )


def rect_of(row: dict[str, Any]) -> Rect:
    return Rect(row["x"], row["y"], row["width"], row["height"])


async def look_around(hall: int) -> None:
    """Finds the open sides anew, and lets the hall grow to what stands in it."""
    size = await Hall.select(Hall.width, Hall.height, Hall.entrance_y).where(Hall.id == hall).first()
    assert size is not None  # the caller has it
    rows = await standing_in(hall)
    rects = [rect_of(row) for row in rows]
    width = max([size["width"], *(rect.right + AISLE for rect in rects if rect.right > size["width"])])
    height = max([size["height"], *(rect.bottom + AISLE for rect in rects if rect.bottom > size["height"])])
    if (width, height) != (size["width"], size["height"]):
        at_south = size["entrance_y"] == size["height"]
        entrance = height if at_south else size["entrance_y"]
        await Hall.update({Hall.width: width, Hall.height: height, Hall.entrance_y: entrance}).where(Hall.id == hall)
    changed: dict[int, list[int]] = {}
    for row, sides in zip(rows, plan.all_open_sides(rects, width, height), strict=True):
        if sides != row["open_sides"]:
            changed.setdefault(sides, []).append(row["id"])
    for sides, ids in changed.items():
        for start in range(0, len(ids), 500):
            await Booth.update({Booth.open_sides: sides}).where(Booth.id.is_in(ids[start : start + 500]))


def no_overlap(booths: Iterable[Placed], standing: Iterable[Rect] = ()) -> None:
    seen = list(standing)
    for one in booths:
        if any(plan.overlap(one.rect, other) for other in seen):
            raise Overlaps(values={"booth": one.code})
        seen.append(one.rect)
