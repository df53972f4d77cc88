"""Writes of checkpoints and their areas."""

from hashlib import sha256
from typing import Any

import msgspec

from checkin.queries.checkpoints import CheckpointInfo, forget_checkpoints, stored_checkpoints
from checkin.rules import checkpoints as rules
from checkin.rules.checkpoints import CheckpointChange, CheckpointIn, Draft
from checkin.tables import Area, Checkpoint
from core.accounts.roles import Actor
from core.audit import services as audit
from core.db import after_commit, transaction
from core.editions.queries import EditionInfo
from core.errors import DomainError, FieldError, InvalidInput, NotFound
from core.i18n import mark


class CheckpointTaken(DomainError):
    code = "checkpoint_taken"
    message = mark("There is a checkpoint with this code already.")


def _own_area(code: str) -> str:
    """No code that can be typed begins so."""
    return f"@{code}" if len(code) < 40 else f"@{sha256(code.encode()).hexdigest()[:32]}"


def _columns(draft: Draft) -> dict[Any, Any]:
    return {
        Checkpoint.name_zh: draft.name_zh,
        Checkpoint.name_en: draft.name_en,
        Checkpoint.kinds: " ".join(draft.kinds),
        Checkpoint.days: " ".join(day.isoformat() for day in draft.days),
        Checkpoint.opens: draft.opens,
        Checkpoint.closes: draft.closes,
        Checkpoint.reentry: draft.reentry,
        Checkpoint.exits: draft.exits,
        Checkpoint.active: draft.active,
        Checkpoint.hold: draft.hold,
    }


async def _area(edition: EditionInfo, draft: Draft) -> int:
    """Naming a new one makes it; what is said of one that is there counts for all its checkpoints."""
    code = draft.area or _own_area(draft.code)
    made = await Area.insert(
        Area(
            edition=edition.id,
            code=code,
            name_zh=draft.area or draft.name_zh,
            name_en=draft.area or draft.name_en,
            capacity=draft.capacity,
            leaves=" ".join(draft.leaves),
            hidden=draft.area is None,
        )
    ).on_conflict(target=(Area.edition, Area.code), action="DO NOTHING")
    if made and made[0].get("id") is not None:
        return int(made[0]["id"])
    row = await Area.select(Area.id).where(Area.edition == edition.id, Area.code == code).first()
    assert row is not None
    said: dict[Any, Any] = {}
    if draft.capacity is not None:
        said[Area.capacity] = draft.capacity
    if draft.leaves:
        said[Area.leaves] = " ".join(draft.leaves)
    if said:
        await Area.update(said).where(Area.id == row["id"])
    return int(row["id"])


async def _known_areas(edition: EditionInfo, codes: tuple[str, ...]) -> None:
    if not codes:
        return
    rows = await Area.select(Area.code).where(Area.edition == edition.id, Area.code.is_in(list(codes)))
    known = {row["code"] for row in rows}
    errors = [
        FieldError(f"leaves[{n}]", "unknown", mark("There is no such area."))
        for n, code in enumerate(codes)
        if code not in known
    ]
    if errors:
        raise InvalidInput(errors=tuple(errors))


async def _one(edition: EditionInfo, code: str) -> CheckpointInfo:
    found = next((one for one in await stored_checkpoints(edition.id) if one.code == code), None)
    if found is None:
        raise NotFound
    return found


def _said(one: CheckpointInfo) -> dict[str, Any]:
    """For the trail."""
    return {
        "name": one.name_zh,
        "area": one.area.code,
        "kinds": list(one.kinds),
        "days": [day.isoformat() for day in one.days],
        "opens": one.opens,
        "closes": one.closes,
        "reentry": one.reentry.value,
        "exits": one.exits,
        "capacity": one.area.capacity,
        "leaves": list(one.area.leaves),
        "active": one.active,
        "hold": one.hold,
    }


async def create(actor: Actor, edition: EditionInfo, typed: CheckpointIn) -> CheckpointInfo:
    """:raises InvalidInput: 422. :raises CheckpointTaken: 409."""
    draft = rules.checked(typed)
    async with transaction():
        await _known_areas(edition, draft.leaves)
        area = await _area(edition, draft)
        made = await Checkpoint.insert(
            Checkpoint(
                {
                    Checkpoint.edition: edition.id,
                    Checkpoint.code: draft.code,
                    Checkpoint.area: area,
                    **_columns(draft),
                }
            )
        ).on_conflict(target=(Checkpoint.edition, Checkpoint.code), action="DO NOTHING")
        if not made or made[0].get("id") is None:
            raise CheckpointTaken
        after_commit(forget_checkpoints)
        found = await _one(edition, draft.code)
        await audit.record(actor, "checkpoint.added", f"checkpoint:{edition.slug}/{draft.code}", after=_said(found))
    return found


def _typed(one: CheckpointInfo) -> CheckpointIn:
    return CheckpointIn(
        code=one.code,
        name=one.name_zh,
        name_en=one.name_en,
        kinds=list(one.kinds),
        days=[day.isoformat() for day in one.days],
        opens=rules.hour_text(one.opens),
        closes=rules.hour_text(one.closes),
        reentry=one.reentry.value,
        exits=one.exits,
        capacity=one.area.capacity,
        area=None if one.area.hidden else one.area.code,
        leaves=list(one.area.leaves),
        active=one.active,
        hold=one.hold,
    )


async def change(actor: Actor, edition: EditionInfo, code: str, change: CheckpointChange) -> CheckpointInfo:
    """What is left out stays. :raises InvalidInput: 422. :raises NotFound: 404."""
    async with transaction():
        # Held until the end: two changes at once come one after the other.
        held = (
            await Checkpoint.update({Checkpoint.edition: edition.id})
            .where(Checkpoint.edition == edition.id, Checkpoint.code == code)
            .returning(Checkpoint.id)
        )
        if not held:
            raise NotFound
        before = await _one(edition, code)
        given = {name: value for name, value in msgspec.structs.asdict(change).items() if value is not msgspec.UNSET}
        draft = rules.checked(msgspec.structs.replace(_typed(before), **given))
        await _known_areas(edition, draft.leaves)
        await Checkpoint.update(_columns(draft)).where(Checkpoint.id == before.id)
        await Area.update({Area.capacity: draft.capacity, Area.leaves: " ".join(draft.leaves)}).where(
            Area.id == before.area.id
        )
        after_commit(forget_checkpoints)
        found = await _one(edition, code)
        old, new = _said(before), _said(found)
        changed = [name for name in new if new[name] != old[name]]
        if changed:
            await audit.record(
                actor,
                "checkpoint.changed",
                f"checkpoint:{edition.slug}/{code}",
                before={name: old[name] for name in changed},
                after={name: new[name] for name in changed},
            )
    return found
