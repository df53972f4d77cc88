"""Reads of the timetable."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from core.editions.queries import EditionInfo
from projects.rules.timetable import Who
from projects.tables import PitchStage, Project, ProjectField, ProjectState, Slot, SlotKind, Speaker


class StageInfo(msgspec.Struct, frozen=True):
    id: int
    name: str
    name_en: str
    changeover: int

    def said(self, locale: str) -> str:
        return (self.name_en if locale == "en" else "") or self.name


class SlotInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What happens on a stage. ``project`` is a pitch's number."""

    id: int
    kind: SlotKind
    stage: StageInfo
    starts_at: datetime
    ends_at: datetime
    project: str
    title: str
    title_en: str
    owner: str
    fields: tuple[str, ...]
    speakers: tuple[Who, ...]
    sequence: int
    changed_at: datetime

    def said(self, locale: str) -> str:
        return (self.title_en if locale == "en" else "") or self.title


async def stages(edition: EditionInfo) -> list[StageInfo]:
    rows = (
        await PitchStage.select().where(PitchStage.edition == edition.id).order_by(PitchStage.position, PitchStage.id)
    )
    return [StageInfo(row["id"], row["name"], row["name_en"], row["changeover"]) for row in rows]


async def _made(edition: EditionInfo, rows: Sequence[dict[str, Any]]) -> list[SlotInfo]:
    known = {stage.id: stage for stage in await stages(edition)}
    ids = [row["id"] for row in rows]
    of = [row["project"] for row in rows if row["project"] is not None]
    speakers: dict[int, list[Who]] = {}
    if ids:
        for row in await Speaker.select().where(Speaker.slot.is_in(ids)).order_by(Speaker.position):
            speakers.setdefault(row["slot"], []).append(Who(row["name"], row["organisation"]))
    fields: dict[int, list[str]] = {}
    if of:
        query = ProjectField.select(ProjectField.project, ProjectField.code).where(ProjectField.project.is_in(of))
        for row in await query.order_by(ProjectField.position):
            fields.setdefault(row["project"], []).append(row["code"])
    return [
        SlotInfo(
            id=row["id"],
            kind=SlotKind(row["kind"]),
            stage=known[row["stage"]],
            starts_at=row["starts_at"],
            ends_at=row["ends_at"],
            project=row["project.number"] or "",
            title=row["project.title"] or row["title"],
            title_en=row["project.title_en"] or row["title_en"],
            owner=row["project.owner"] or "",
            fields=tuple(fields.get(row["project"], ())),
            speakers=tuple(speakers.get(row["id"], ())),
            sequence=row["sequence"],
            changed_at=row["changed_at"],
        )
        for row in rows
    ]


_COLUMNS = (*Slot.all_columns(), Slot.project.number, Slot.project.title, Slot.project.title_en, Slot.project.owner)


async def agenda(edition: EditionInfo, *, all_of_them: bool = False) -> list[SlotInfo]:
    """In the order of time; of pitches those whose project is public, or ``all_of_them``. Four queries."""
    where: Any = Slot.edition == edition.id
    if not all_of_them:
        shown = Project.select(Project.id).where(
            Project.edition == edition.id, Project.state == ProjectState.published.value
        )
        where &= Slot.project.is_null() | Slot.project.is_in(shown)
    rows = await Slot.select(*_COLUMNS).where(where).order_by(Slot.starts_at, Slot.id)
    return await _made(edition, rows)


async def slot_of(edition: EditionInfo, project: int) -> SlotInfo | None:
    made = await _made(edition, await Slot.select(*_COLUMNS).where(Slot.project == project))
    return made[0] if made else None


async def slot_with_id(edition: EditionInfo, slot: int) -> SlotInfo | None:
    made = await _made(edition, await Slot.select(*_COLUMNS).where(Slot.edition == edition.id, Slot.id == slot))
    return made[0] if made else None
