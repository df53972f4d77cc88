"""Writes of halls and their booths: drawn, placed, changed, merged, split, blocked."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from core import clock
from core.accounts.roles import Actor
from core.audit import services as audit
from core.db import transaction
from core.editions.queries import EditionInfo
from core.errors import DomainError, FieldError, InvalidInput
from core.i18n import mark
from exhibitors.rules import plan
from exhibitors.rules.booths import BoothDraft
from exhibitors.rules.plan import AISLE, Placer, Rect
from exhibitors.services.booths import BoothTaken, BoothUnknown
from exhibitors.tables import Booth, BoothHolding, BoothKind, Hall

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


async def _hall(edition: EditionInfo, code: str) -> dict[str, Any]:
    found = (
        await Hall.select(Hall.id, Hall.width, Hall.height).where(Hall.edition == edition.id, Hall.code == code).first()
    )
    if found is None:
        raise HallUnknown
    return found


async def _new_hall(edition: EditionInfo, draft: HallDraft) -> int | None:
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


async def _insert(edition: EditionInfo, hall: int, booths: Sequence[Placed]) -> None:
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


async def _standing(hall: int) -> list[dict[str, Any]]:
    return await Booth.select(Booth.id, Booth.x, Booth.y, Booth.width, Booth.height, Booth.open_sides).where(
        Booth.hall == hall, Booth.part_of.is_null()
    )


def _rect(row: dict[str, Any]) -> Rect:
    return Rect(row["x"], row["y"], row["width"], row["height"])


async def _look_around(hall: int) -> None:
    """Finds the open sides anew, and lets the hall grow to what stands in it."""
    size = await Hall.select(Hall.width, Hall.height, Hall.entrance_y).where(Hall.id == hall).first()
    assert size is not None  # the caller has it
    rows = await _standing(hall)
    rects = [_rect(row) for row in rows]
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


def _no_overlap(booths: Iterable[Placed], standing: Iterable[Rect] = ()) -> None:
    seen = list(standing)
    for one in booths:
        if any(plan.overlap(one.rect, other) for other in seen):
            raise Overlaps(values={"booth": one.code})
        seen.append(one.rect)


class Overlaps(DomainError):
    status = 422
    code = "overlap"
    message = "The booth %(booth)s would stand on another one."


async def add_hall(actor: Actor, edition: EditionInfo, draft: HallDraft, booths: Sequence[Placed] = ()) -> None:
    """A hall with what stands in it: all or nothing.

    :raises HallExists: 409.
    :raises BoothExists: 409, a code that the edition has.
    :raises Overlaps: 422.
    """
    _no_overlap(booths)
    async with transaction():
        hall = await _new_hall(edition, draft)
        if hall is None:
            raise HallExists
        await _insert(edition, hall, booths)
        await _look_around(hall)
        await audit.record(
            actor,
            "hall.added",
            f"hall:{edition.slug}/{draft.code}",
            after={"width": draft.width, "height": draft.height, "booths": len(booths)},
        )


async def change_hall(
    actor: Actor,
    edition: EditionInfo,
    code: str,
    name_zh: str,
    name_en: str,
    size: tuple[int, int] | None = None,
    entrance: tuple[int, int] | None = None,
) -> None:
    """Its names, and where given its size and its entrance, in dm. The entrance must lie on a wall of that size.

    :raises BoothsOutside: 409, it would be too small for what stands in it.
    """
    async with transaction():
        hall = await _hall(edition, code)
        values: dict[Any, Any] = {Hall.name_zh: name_zh, Hall.name_en: name_en}
        after: dict[str, Any] = {"name_zh": name_zh, "name_en": name_en}
        if size is not None:
            values |= {Hall.width: size[0], Hall.height: size[1]}
            after |= {"width": size[0], "height": size[1]}
        if entrance is not None:
            values |= {Hall.entrance_x: entrance[0], Hall.entrance_y: entrance[1]}
            after["entrance"] = list(entrance)
        # Whoever places booths here waits, and then sees the new walls.
        await Hall.update(values).where(Hall.id == hall["id"])
        if size is not None:
            beyond = (Booth.x + Booth.width > size[0]) | (Booth.y + Booth.height > size[1])
            rows = await Booth.select(Booth.code).where(Booth.hall == hall["id"], beyond).order_by(Booth.code).limit(6)
            if rows:
                codes = ", ".join(row["code"] for row in rows[:5]) + (" …" if len(rows) > 5 else "")
                raise BoothsOutside(values={"booths": codes})
            await _look_around(hall["id"])
        before = {"width": hall["width"], "height": hall["height"]}
        await audit.record(actor, "hall.changed", f"hall:{edition.slug}/{code}", before=before, after=after)


async def place(actor: Actor, edition: EditionInfo, drafts: Sequence[BoothDraft]) -> list[int]:
    """Booths of which only the area is known, into the first free places of their halls, which are made where they
    are missing. One that stands as it is wanted is left alone. Answers their ids in order.

    :raises BoothExists: 409, for one that is there and differs.
    """
    async with transaction():
        codes = [draft.code for draft in drafts]
        there = {row["code"]: row for row in await _coded(edition, codes)}
        for draft in drafts:
            row = there.get(draft.code)
            own = (draft.hall, draft.kind.value, draft.area, draft.zone)
            if row is not None and own != (row["hall.code"], row["kind"], row["area"], row["zone"]):
                raise BoothExists(values={"booth": draft.code})
        fresh = [draft for draft in drafts if draft.code not in there]
        for code in dict.fromkeys(draft.hall for draft in fresh):
            await _place_in(edition, code, [draft for draft in fresh if draft.hall == code])
        if fresh:
            after = {"codes": [draft.code for draft in fresh]}
            await audit.record(actor, "booths.added", f"edition:{edition.slug}", after=after)
        ids = {row["code"]: row["id"] for row in await _coded(edition, codes)}
    return [ids[code] for code in codes]


async def _coded(edition: EditionInfo, codes: Sequence[str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for start in range(0, len(codes), 500):
        found += await Booth.select(Booth.id, Booth.code, Booth.kind, Booth.area, Booth.zone, Booth.hall.code).where(
            Booth.edition == edition.id, Booth.code.is_in(list(codes[start : start + 500]))
        )
    return found


async def _place_in(edition: EditionInfo, code: str, drafts: Sequence[BoothDraft]) -> None:
    hall = await _new_hall(edition, HallDraft(code, code)) or (await _hall(edition, code))["id"]
    # Whoever else places booths here waits, and then sees these.
    size = await Hall.update({Hall.code: code}).where(Hall.id == hall).returning(Hall.width)
    placer = Placer([_rect(row) for row in await _standing(hall)], int(size[0]["width"]))
    placed = [Placed(draft.code, draft.kind, placer.place(draft.area), draft.area, draft.zone) for draft in drafts]
    await _insert(edition, hall, placed)
    await _look_around(hall)


async def add_booths(actor: Actor, edition: EditionInfo, hall_code: str, booths: Sequence[Placed]) -> None:
    """Into a hall that stands.

    :raises Overlaps: 422. :raises BoothExists: 409.
    """
    async with transaction():
        hall = (await _hall(edition, hall_code))["id"]
        await Hall.update({Hall.code: hall_code}).where(Hall.id == hall)
        _no_overlap(booths, [_rect(row) for row in await _standing(hall)])
        await _insert(edition, hall, booths)
        await _look_around(hall)
        after = {"hall": hall_code, "codes": [one.code for one in booths]}
        await audit.record(actor, "booths.added", f"edition:{edition.slug}", after=after)


async def bring(actor: Actor, edition: EditionInfo, booths: Mapping[str, Sequence[Placed]]) -> None:
    """Booths of several halls, those that are missing made as large as they need: all or nothing."""
    async with transaction():
        for code, placed in booths.items():
            if await Hall.exists().where(Hall.edition == edition.id, Hall.code == code):
                await add_booths(actor, edition, code, placed)
                continue
            width = max(one.rect.right for one in placed) + AISLE
            height = max(one.rect.bottom for one in placed) + AISLE
            await add_hall(actor, edition, HallDraft(code, code, "", width, height), placed)


async def _one(edition: EditionInfo, code: str) -> dict[str, Any]:
    found = await Booth.select().where(Booth.edition == edition.id, Booth.code == code, Booth.part_of.is_null()).first()
    if found is None:
        raise BoothUnknown(values={"booth": code})
    return found


async def _unheld(ids: Sequence[int]) -> None:
    """After the booths were touched, so that nobody takes one meanwhile."""
    held = await BoothHolding.select(BoothHolding.booth).where(BoothHolding.booth.is_in(list(ids))).first()
    if held is not None:
        raise await BoothTaken.of(held["booth"])


async def change_booth(
    actor: Actor, edition: EditionInfo, code: str, *, kind: BoothKind, rect: Rect, zone: str
) -> None:
    """Its kind, place and zone. What somebody holds keeps its kind and size; it may move within its hall.

    :raises BoothUnknown: 409. :raises Overlaps: 422. :raises BoothTaken: 409.
    """
    async with transaction():
        row = await _one(edition, code)
        before = _rect(row)
        await Booth.update(
            {
                Booth.kind: kind.value,
                Booth.x: rect.x,
                Booth.y: rect.y,
                Booth.width: rect.width,
                Booth.height: rect.height,
                Booth.area: row["area"] if (before.width, before.height) == (rect.width, rect.height) else rect.area,
                Booth.zone: zone,
                Booth.changed_at: clock.now(),
            }
        ).where(Booth.id == row["id"])
        if (kind.value, rect.width, rect.height) != (row["kind"], before.width, before.height):
            await _unheld([row["id"]])
        others = [_rect(one) for one in await _standing(row["hall"]) if one["id"] != row["id"]]
        _no_overlap([Placed(code, kind, rect)], others)
        await _look_around(row["hall"])
        await audit.record(
            actor,
            "booth.changed",
            f"booth:{edition.slug}/{code}",
            before={"kind": row["kind"], "place": msgspec.to_builtins(before), "zone": row["zone"]},
            after={"kind": kind.value, "place": msgspec.to_builtins(rect), "zone": zone},
        )


async def block(actor: Actor, edition: EditionInfo, code: str, *, blocked: bool) -> None:
    """:raises BoothTaken: 409, somebody holds it."""
    async with transaction():
        row = await _one(edition, code)
        identity = row["id"]
        await Booth.update({Booth.blocked: blocked, Booth.changed_at: clock.now()}).where(Booth.id == identity)
        if blocked:
            await _unheld([identity])
        act = "booth.blocked" if blocked else "booth.unblocked"
        await audit.record(actor, act, f"booth:{edition.slug}/{code}")


async def remove(actor: Actor, edition: EditionInfo, code: str) -> None:
    """With the booths that it was merged from. :raises BoothTaken: 409, somebody holds it."""
    async with transaction():
        row = await _one(edition, code)
        identity = row["id"]
        await Booth.update({Booth.changed_at: clock.now()}).where(Booth.id == identity)
        await _unheld([identity])
        await Booth.delete().where(Booth.part_of == identity)
        await Booth.delete().where(Booth.id == identity)
        await _look_around(row["hall"])
        await audit.record(actor, "booth.removed", f"booth:{edition.slug}/{code}")


async def remove_hall(actor: Actor, edition: EditionInfo, code: str) -> None:
    """With all of its booths. :raises HallNotEmpty: 409, somebody holds one."""
    async with transaction():
        hall = (await _hall(edition, code))["id"]
        await Booth.update({Booth.changed_at: clock.now()}).where(Booth.hall == hall)
        own = Booth.select(Booth.id).where(Booth.hall == hall)
        if await BoothHolding.exists().where(BoothHolding.booth.is_in(own)):
            raise HallNotEmpty
        await Booth.delete().where(Booth.hall == hall, Booth.part_of.is_not_null())
        await Booth.delete().where(Booth.hall == hall)
        await Hall.delete().where(Hall.id == hall)
        await audit.record(actor, "hall.removed", f"hall:{edition.slug}/{code}")


async def merge(actor: Actor, edition: EditionInfo, codes: Sequence[str], code: str, kind: BoothKind) -> None:
    """Makes one booth of neighbours (合并), for raw space or one large stand. They keep their rows for a later split.

    :raises NotNeighbours: 409. :raises BoothTaken: 409, one of them is held. :raises BoothUnknown: 409.
    :raises BoothExists: 409, the new code is another booth's.
    """
    if len(set(codes)) < 2:
        raise NotNeighbours
    async with transaction():
        rows = [await _one(edition, one) for one in dict.fromkeys(codes)]
        whole = plan.joined([_rect(row) for row in rows])
        if whole is None or len({row["hall"] for row in rows}) > 1:
            raise NotNeighbours
        hall = rows[0]["hall"]
        zone = rows[0]["zone"]
        area = sum(row["area"] for row in rows)
        await _insert(edition, hall, [Placed(code, kind, whole, area, zone)])
        made = await _one(edition, code)
        for identity in sorted(row["id"] for row in rows):
            won = (
                await Booth.update({Booth.part_of: made["id"], Booth.changed_at: clock.now()})
                .where(Booth.id == identity, Booth.part_of.is_null(), Booth.blocked.eq(False))
                .returning(Booth.id)
            )
            if not won:
                raise NotNeighbours
        await _unheld([row["id"] for row in rows])
        await _look_around(hall)
        after = {"from": list(codes), "kind": kind.value, "area_dm2": area}
        await audit.record(actor, "booth.merged", f"booth:{edition.slug}/{code}", after=after)


async def split(actor: Actor, edition: EditionInfo, code: str) -> None:
    """Takes a merger back. :raises NotMerged: 409. :raises BoothTaken: 409, somebody holds it."""
    async with transaction():
        row = await _one(edition, code)
        identity = row["id"]
        await Booth.update({Booth.changed_at: clock.now()}).where(Booth.id == identity)
        await _unheld([identity])
        freed = await Booth.update({Booth.part_of: None}).where(Booth.part_of == identity).returning(Booth.code)
        if not freed:
            raise NotMerged
        await Booth.delete().where(Booth.id == identity)
        await _look_around(row["hall"])
        after = {"into": sorted(one["code"] for one in freed)}
        await audit.record(actor, "booth.split", f"booth:{edition.slug}/{code}", after=after)


def checked_rect(rect: Rect) -> Rect:
    """:raises InvalidInput: outside of any hall."""
    if not plan.within(rect, 10_000, 10_000):
        message = mark("This lies outside of the hall.")
        raise InvalidInput(errors=(FieldError("x", "outside", message),))
    return rect
