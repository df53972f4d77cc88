"""Reads of drawings handed in for review."""

from datetime import datetime
from typing import Any

import msgspec

from core.editions.queries import EditionInfo
from core.files import queries as stored
from core.files.queries import FileInfo
from exhibitors.tables import (
    BoothHolding,
    BoothKind,
    DrawingState,
    DrawingSubmission,
    Exhibitor,
    ExhibitorFile,
    FileKind,
)


class Drawn(msgspec.Struct, frozen=True):
    """One submission, with the files that it is about."""

    id: int
    number: str
    name: str
    state: DrawingState
    current: bool
    note: str
    submitted_at: datetime
    answer: str
    decided_name: str
    decided_at: datetime | None
    booths: tuple[str, ...]
    files: tuple[FileInfo, ...]


async def _read(where: Any, *, latest_first: bool, limit: int) -> list[Drawn]:
    """Four queries, however many there are."""
    rows = (
        await DrawingSubmission.select(
            *DrawingSubmission.all_columns(),
            DrawingSubmission.exhibitor.number.as_alias("number"),
            DrawingSubmission.exhibitor.name.as_alias("name"),
        )
        .where(where)
        .order_by(DrawingSubmission.id, ascending=not latest_first)
        .limit(limit)
    )
    if not rows:
        return []
    firms = list({row["exhibitor"] for row in rows})
    sent = (
        await ExhibitorFile.select()
        .where(ExhibitorFile.exhibitor.is_in(firms), ExhibitorFile.kind == FileKind.drawing.value)
        .order_by(ExhibitorFile.id)
    )
    infos = await stored.files([row["file"] for row in sent])
    held = await BoothHolding.select(BoothHolding.exhibitor, BoothHolding.booth.code.as_alias("code")).where(
        BoothHolding.exhibitor.is_in(firms)
    )
    return [
        Drawn(
            row["id"],
            row["number"],
            row["name"],
            DrawingState(row["state"]),
            row["current"] is not None,
            row["note"],
            row["submitted_at"],
            row["answer"],
            row["decided_name"],
            row["decided_at"],
            tuple(sorted(one["code"] for one in held if one["exhibitor"] == row["exhibitor"])),
            tuple(
                infos[one["file"]]
                for one in sent
                if one["exhibitor"] == row["exhibitor"]
                and stood(one["added_at"], one["removed_at"], row["submitted_at"])
            ),
        )
        for row in rows
    ]


def stood(added: datetime, removed: datetime | None, at: datetime) -> bool:
    return added <= at and (removed is None or removed > at)


async def waiting(edition: EditionInfo, *, limit: int = 200) -> list[Drawn]:
    """The longest waiting first."""
    own = DrawingSubmission.exhibitor.edition == edition.id
    still = (DrawingSubmission.current == 1) & (DrawingSubmission.state == DrawingState.submitted.value)
    return await _read(own & still, latest_first=False, limit=limit)


async def decided(edition: EditionInfo, *, limit: int = 200) -> list[Drawn]:
    """The latest first, without what was handed in anew since."""
    own = DrawingSubmission.exhibitor.edition == edition.id
    done = (DrawingSubmission.current == 1) & (DrawingSubmission.state != DrawingState.submitted.value)
    return await _read(own & done, latest_first=True, limit=limit)


async def count_waiting(edition: EditionInfo) -> int:
    found: int = await DrawingSubmission.count().where(
        DrawingSubmission.exhibitor.edition == edition.id,
        DrawingSubmission.current == 1,
        DrawingSubmission.state == DrawingState.submitted.value,
    )
    return found


async def drawings_of(exhibitor: int) -> list[Drawn]:
    """The latest first."""
    return await _read(DrawingSubmission.exhibitor == exhibitor, latest_first=True, limit=50)


async def state_of(exhibitor: int) -> DrawingState | None:
    row = (
        await DrawingSubmission.select(DrawingSubmission.state)
        .where(DrawingSubmission.exhibitor == exhibitor, DrawingSubmission.current == 1)
        .first()
    )
    return None if row is None else DrawingState(row["state"])


async def builds(exhibitor: int) -> bool:
    """Whether it builds its own stand: it holds raw space; before it holds any booth, it wished for some."""
    held = await BoothHolding.select(BoothHolding.booth.kind.as_alias("kind")).where(
        BoothHolding.exhibitor == exhibitor
    )
    if held:
        return any(row["kind"] == BoothKind.raw.value for row in held)
    return await Exhibitor.exists().where(Exhibitor.id == exhibitor, Exhibitor.booth_kind == BoothKind.raw.value)
