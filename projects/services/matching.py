"""What is set for the score of partners, and pairs put aside by one of the two."""

from typing import Any

from core import clock
from core.accounts.roles import Actor
from core.audit import services as audit
from core.db import transaction
from core.editions.queries import EditionInfo
from core.errors import FieldError, InvalidInput, NotFound
from core.i18n import mark
from exhibitors.queries import desk
from projects.queries.projects import ProjectInfo
from projects.rules.matching import PARTS, Weights
from projects.tables import MatchWeights, MeetingSide, NoThanks

#: Of one part.
MOST = 100


async def set_weights(actor: Actor, edition: EditionInfo, typed: dict[str, int | None]) -> None:
    """By the parts' names. :raises InvalidInput: at the part; all of them 0 is none."""
    faults = [
        FieldError(part, "out_of_range", mark("Please enter 0 to 100."))
        for part in PARTS
        if (value := typed.get(part)) is None or not 0 <= value <= MOST
    ]
    wanted = Weights(**{part: typed[part] or 0 for part in PARTS if typed.get(part) is not None})
    if not faults and not any(getattr(wanted, part) for part in PARTS):
        faults.append(FieldError(PARTS[0], "required", mark("At least one of them counts for something.")))
    if faults:
        raise InvalidInput(errors=tuple(faults))
    values: dict[Any, Any] = {part: getattr(wanted, part) for part in PARTS}
    async with transaction():
        await MatchWeights.insert(MatchWeights(edition=edition.id, **values)).on_conflict(action="DO NOTHING")
        await MatchWeights.update({**values}).where(MatchWeights.edition == edition.id)
        await audit.record(actor, "matching.weights", f"edition:{edition.slug}", after=values)


async def put_aside(
    actor: Actor, edition: EditionInfo, project: ProjectInfo, exhibitor: str, side: MeetingSide, *, back: bool = False
) -> None:
    """Said again it is nothing; ``back`` takes it back. :raises NotFound: no such firm that takes part."""
    firm = await desk.taking_part(edition, exhibitor)
    if firm is None or firm == project.exhibitor_id:
        raise NotFound
    of = (NoThanks.project == project.id) & (NoThanks.exhibitor == firm) & (NoThanks.side == side.value)
    async with transaction():
        if back:
            changed = await NoThanks.delete().where(of).returning(NoThanks.id)
        else:
            new = NoThanks(project=project.id, exhibitor=firm, side=side.value, made_by=actor.key, made_at=clock.now())
            changed = await NoThanks.insert(new).on_conflict(action="DO NOTHING").returning(NoThanks.id)
        if changed:
            told = {"exhibitor": exhibitor, "side": side.value}
            action = "match.taken_back" if back else "match.put_aside"
            await audit.record(actor, action, f"project:{edition.slug}/{project.number}", after=told)
