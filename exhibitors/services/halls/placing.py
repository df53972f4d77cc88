"""Booths that come into halls: where they were drawn, or where there is room."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.accounts.roles import Actor
from core.audit import services as audit
from core.db import transaction
from core.editions.queries import EditionInfo
from exhibitors.rules.booths import BoothDraft
from exhibitors.rules.plan import AISLE, Placer
from exhibitors.services.halls.ground import (
    BoothExists,
    HallDraft,
    Placed,
    hall_of,
    insert,
    look_around,
    new_hall,
    no_overlap,
    rect_of,
    standing_in,
)
from exhibitors.services.halls.whole import add_hall
from exhibitors.tables import Booth, Hall


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
    hall = await new_hall(edition, HallDraft(code, code)) or (await hall_of(edition, code))["id"]
    # Whoever else places booths here waits, and then sees these.
    size = await Hall.update({Hall.code: code}).where(Hall.id == hall).returning(Hall.width)
    placer = Placer([rect_of(row) for row in await standing_in(hall)], int(size[0]["width"]))
    placed = [Placed(draft.code, draft.kind, placer.place(draft.area), draft.area, draft.zone) for draft in drafts]
    await insert(edition, hall, placed)
    await look_around(hall)


async def add_booths(actor: Actor, edition: EditionInfo, hall_code: str, booths: Sequence[Placed]) -> None:
    """Into a hall that stands.

    :raises Overlaps: 422. :raises BoothExists: 409.
    """
    async with transaction():
        hall = (await hall_of(edition, hall_code))["id"]
        await Hall.update({Hall.code: hall_code}).where(Hall.id == hall)
        no_overlap(booths, [rect_of(row) for row in await standing_in(hall)])
        await insert(edition, hall, booths)
        await look_around(hall)
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
