"""One booth: changed, blocked, removed, merged with its neighbours and split again."""

from collections.abc import Sequence
from typing import Any

import msgspec

from core import clock
from core.accounts.roles import Actor
from core.audit import services as audit
from core.db import transaction
from core.editions.queries import EditionInfo
from core.errors import FieldError, InvalidInput
from core.i18n import mark
from exhibitors.rules import plan
from exhibitors.rules.plan import Rect
from exhibitors.services.booths import BoothTaken, BoothUnknown
from exhibitors.services.halls.ground import (
    NotMerged,
    NotNeighbours,
    Placed,
    insert,
    look_around,
    no_overlap,
    rect_of,
    standing_in,
)
from exhibitors.tables import Booth, BoothHolding, BoothKind


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
        before = rect_of(row)
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
        others = [rect_of(one) for one in await standing_in(row["hall"]) if one["id"] != row["id"]]
        no_overlap([Placed(code, kind, rect)], others)
        await look_around(row["hall"])
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
        await look_around(row["hall"])
        await audit.record(actor, "booth.removed", f"booth:{edition.slug}/{code}")


async def merge(actor: Actor, edition: EditionInfo, codes: Sequence[str], code: str, kind: BoothKind) -> None:
    """Makes one booth of neighbours (合并), for raw space or one large stand. They keep their rows for a later split.

    :raises NotNeighbours: 409. :raises BoothTaken: 409, one of them is held. :raises BoothUnknown: 409.
    :raises BoothExists: 409, the new code is another booth's.
    """
    if len(set(codes)) < 2:
        raise NotNeighbours
    async with transaction():
        rows = [await _one(edition, one) for one in dict.fromkeys(codes)]
        whole = plan.joined([rect_of(row) for row in rows])
        if whole is None or len({row["hall"] for row in rows}) > 1:
            raise NotNeighbours
        hall = rows[0]["hall"]
        zone = rows[0]["zone"]
        area = sum(row["area"] for row in rows)
        await insert(edition, hall, [Placed(code, kind, whole, area, zone)])
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
        await look_around(hall)
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
        await look_around(row["hall"])
        after = {"into": sorted(one["code"] for one in freed)}
        await audit.record(actor, "booth.split", f"booth:{edition.slug}/{code}", after=after)


def checked_rect(rect: Rect) -> Rect:
    """:raises InvalidInput: outside of any hall."""
    if not plan.within(rect, 10_000, 10_000):
        message = mark("This lies outside of the hall.")
        raise InvalidInput(errors=(FieldError("x", "outside", message),))
    return rect
