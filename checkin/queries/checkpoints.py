"""Reads of checkpoints. Every scan needs one, so each process keeps them for a second."""

from datetime import date
from typing import Any

import msgspec

from checkin.rules.gate import Terms
from checkin.tables import Area, Checkpoint, Reentry
from core.editions.queries import EditionInfo
from core.errors import NotFound
from core.fresh import FreshBy
from core.i18n import Locale


class AreaInfo(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    code: str
    name_zh: str
    name_en: str
    capacity: int | None
    #: Codes of areas that whoever enters this one has left.
    leaves: tuple[str, ...]
    #: The own area of a checkpoint that names none.
    hidden: bool

    def name(self, locale: Locale) -> str:
        return self.name_en or self.name_zh if locale == "en" else self.name_zh


class CheckpointInfo(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    code: str
    name_zh: str
    name_en: str
    area: AreaInfo
    kinds: tuple[str, ...]
    days: tuple[date, ...]
    #: Minutes after local midnight.
    opens: int | None
    closes: int | None
    reentry: Reentry
    exits: bool
    active: bool
    hold: bool
    position: int
    terms: Terms
    #: The areas that an entry here leaves.
    left: tuple[AreaInfo, ...]

    def name(self, locale: Locale) -> str:
        return self.name_en or self.name_zh if locale == "en" else self.name_zh


def _area(row: dict[str, Any]) -> AreaInfo:
    return AreaInfo(
        id=row["id"],
        code=row["code"],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        capacity=row["capacity"],
        leaves=tuple(row["leaves"].split()),
        hidden=row["hidden"],
    )


def _checkpoint(row: dict[str, Any], of: dict[int, AreaInfo]) -> CheckpointInfo:
    area = of[row["area"]]
    kinds = tuple(row["kinds"].split())
    days = tuple(date.fromisoformat(day) for day in row["days"].split())
    terms = Terms(
        frozenset(kinds),
        frozenset(days),
        row["opens"],
        row["closes"],
        row["reentry"],
        row["exits"],
        row["active"],
        area.capacity,
    )
    left: tuple[AreaInfo, ...] = ()
    if area.leaves:
        left = tuple(of[key] for key in sorted(of) if of[key].code in area.leaves and key != area.id)
    own = {name: row[name] for name in ("id", "code", "name_zh", "name_en", "opens", "closes", "exits", "active")}
    return CheckpointInfo(
        **own,
        hold=row["hold"],
        position=row["position"],
        reentry=Reentry(row["reentry"]),
        area=area,
        kinds=kinds,
        days=days,
        terms=terms,
        left=left,
    )


async def stored_areas(edition: int) -> list[AreaInfo]:
    """In the order of their codes."""
    return [_area(row) for row in await Area.select().where(Area.edition == edition).order_by(Area.code)]


async def stored_checkpoints(edition: int) -> list[CheckpointInfo]:
    """As the database has them now, in their order. Two queries."""
    of = {area.id: area for area in await stored_areas(edition)}
    rows = await Checkpoint.select().where(Checkpoint.edition == edition).order_by(Checkpoint.position, Checkpoint.id)
    return [_checkpoint(row, of) for row in rows]


_fresh: FreshBy[int, dict[str, CheckpointInfo]] = FreshBy()
#: For :func:`core.db.after_commit` of whatever changes one.
forget_checkpoints = _fresh.forget


async def checkpoints(edition: int) -> dict[str, CheckpointInfo]:
    """By code; up to a second old: a change of this process shows at once, one of another within that second."""

    async def read() -> dict[str, CheckpointInfo]:
        return {one.code: one for one in await stored_checkpoints(edition)}

    return await _fresh.get(edition, read)


async def checkpoint_coded(edition: EditionInfo, code: str) -> CheckpointInfo:
    """:raises NotFound: 404."""
    found = (await checkpoints(edition.id)).get(code)
    if found is None:
        raise NotFound
    return found
