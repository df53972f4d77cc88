"""Halls: drawn, changed, removed, each with what stands in it."""

from collections.abc import Sequence
from typing import Any

from core import clock
from core.accounts.roles import Actor
from core.audit import services as audit
from core.db import transaction
from core.editions.queries import EditionInfo
from exhibitors.services.halls.ground import (
    BoothsOutside,
    HallDraft,
    HallExists,
    HallNotEmpty,
    Placed,
    hall_of,
    insert,
    look_around,
    new_hall,
    no_overlap,
)
from exhibitors.tables import Booth, BoothHolding, Hall


async def add_hall(actor: Actor, edition: EditionInfo, draft: HallDraft, booths: Sequence[Placed] = ()) -> None:
    """A hall with what stands in it: all or nothing.

    :raises HallExists: 409.
    :raises BoothExists: 409, a code that the edition has.
    :raises Overlaps: 422.
    """
    no_overlap(booths)
    async with transaction():
        hall = await new_hall(edition, draft)
        if hall is None:
            raise HallExists
        await insert(edition, hall, booths)
        await look_around(hall)
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
        hall = await hall_of(edition, code)
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
            await look_around(hall["id"])
        before = {"width": hall["width"], "height": hall["height"]}
        await audit.record(actor, "hall.changed", f"hall:{edition.slug}/{code}", before=before, after=after)


async def remove_hall(actor: Actor, edition: EditionInfo, code: str) -> None:
    """With all of its booths. :raises HallNotEmpty: 409, somebody holds one."""
    async with transaction():
        hall = (await hall_of(edition, code))["id"]
        await Booth.update({Booth.changed_at: clock.now()}).where(Booth.hall == hall)
        own = Booth.select(Booth.id).where(Booth.hall == hall)
        if await BoothHolding.exists().where(BoothHolding.booth.is_in(own)):
            raise HallNotEmpty
        await Booth.delete().where(Booth.hall == hall, Booth.part_of.is_not_null())
        await Booth.delete().where(Booth.hall == hall)
        await Hall.delete().where(Hall.id == hall)
        await audit.record(actor, "hall.removed", f"hall:{edition.slug}/{code}")
