"""Areas by name, and the order in which checkpoints stand."""

from typing import Any

from checkin.queries.checkpoints import AreaInfo, forget_checkpoints, stored_areas, stored_checkpoints
from checkin.tables import Area, Checkpoint
from core import text
from core.accounts.roles import Actor
from core.audit import services as audit
from core.db import after_commit, transaction
from core.editions.queries import EditionInfo
from core.errors import FieldError, InvalidInput, NotFound
from core.i18n import mark


async def area_coded(edition: EditionInfo, code: str) -> AreaInfo:
    """:raises NotFound: no such area, or a checkpoint's own."""
    found = next((one for one in await stored_areas(edition.id) if one.code == code and not one.hidden), None)
    if found is None:
        raise NotFound
    return found


def _line(field: str, typed: str, errors: list[FieldError], required: bool) -> str:
    try:
        found = text.line(typed)
    except text.Fault as fault:
        errors.append(FieldError(field, fault.code, fault.message))
        return ""
    if required and not found:
        errors.append(FieldError(field, "required", mark("Please fill this in.")))
    if len(found) > 200:
        errors.append(FieldError(field, "too_long", mark("This is too long.")))
    return found


async def name(actor: Actor, edition: EditionInfo, code: str, name_zh: str, name_en: str) -> None:
    """:raises NotFound: 404. :raises InvalidInput: 422."""
    errors: list[FieldError] = []
    zh, en = _line("name", name_zh, errors, True), _line("name_en", name_en, errors, False)
    if errors:
        raise InvalidInput(errors=tuple(errors))
    async with transaction():
        before = await area_coded(edition, code)
        await Area.update({Area.name_zh: zh, Area.name_en: en or zh}).where(Area.id == before.id)
        after_commit(forget_checkpoints)
        await audit.record(
            actor,
            "area.named",
            f"area:{edition.slug}/{code}",
            before={"name": before.name_zh, "name_en": before.name_en},
            after={"name": zh, "name_en": en or zh},
        )


async def move(actor: Actor, edition: EditionInfo, code: str, by: int) -> None:
    """A checkpoint up (-1) or down (1) in the list. :raises NotFound: 404."""
    async with transaction():
        # Held until the end: two who move at once come one after the other.
        await Checkpoint.update({Checkpoint.edition: edition.id}).where(Checkpoint.edition == edition.id)
        codes = [one.code for one in await stored_checkpoints(edition.id)]
        if code not in codes:
            raise NotFound
        at = codes.index(code)
        to = min(max(at + by, 0), len(codes) - 1)
        codes.insert(to, codes.pop(at))
        for position, one in enumerate(codes):
            where: Any = (Checkpoint.edition == edition.id) & (Checkpoint.code == one)
            await Checkpoint.update({Checkpoint.position: position}).where(where, Checkpoint.position != position)
        after_commit(forget_checkpoints)
        if to != at:
            await audit.record(actor, "checkpoint.moved", f"checkpoint:{edition.slug}/{code}", after={"position": to})
