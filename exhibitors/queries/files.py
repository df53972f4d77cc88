"""An exhibitor's files, and who may read them."""

from datetime import datetime
from typing import Any

import msgspec

from core.accounts.roles import Actor, Role
from core.files import queries as stored
from core.files.queries import FileInfo, Reach, readable
from exhibitors.rules.files import PUBLIC, SHOWN
from exhibitors.tables import ExhibitorFile, ExhibitorMember, FileKind, Status

PURPOSE = "exhibitor"


class FileLine(msgspec.Struct, frozen=True):
    id: int
    kind: FileKind
    position: int
    note: str
    added_at: datetime
    added_by: str
    file: FileInfo


async def files_of(exhibitor: int, *kinds: FileKind) -> list[FileLine]:
    """Those that were not removed, in their order; of all kinds where none is named."""
    found = await files_of_many([exhibitor], *kinds)
    return found.get(exhibitor, [])


async def files_of_many(exhibitors: list[int], *kinds: FileKind) -> dict[int, list[FileLine]]:
    if not exhibitors:
        return {}
    where: Any = ExhibitorFile.exhibitor.is_in(exhibitors) & ExhibitorFile.removed_at.is_null()
    if kinds:
        where &= ExhibitorFile.kind.is_in([kind.value for kind in kinds])
    rows = (
        await ExhibitorFile.select()
        .where(where)
        .order_by(ExhibitorFile.kind)
        .order_by(ExhibitorFile.position)
        .order_by(ExhibitorFile.id)
    )
    infos = await stored.files([row["file"] for row in rows])
    lines: dict[int, list[FileLine]] = {}
    for row in rows:
        line = FileLine(
            row["id"],
            FileKind(row["kind"]),
            row["position"],
            row["note"],
            row["added_at"],
            row["added_by"],
            infos[row["file"]],
        )
        lines.setdefault(row["exhibitor"], []).append(line)
    return lines


async def is_member(actor: Actor, exhibitor: int) -> bool:
    return actor.kind == "account" and await ExhibitorMember.exists().where(
        ExhibitorMember.exhibitor == exhibitor, ExhibitorMember.account == actor.id
    )


@readable(PURPOSE)
async def _reach(actor: Actor, file: int) -> Reach | None:
    """A removed one stays readable to reviewers: what was decided was decided on it."""
    row = (
        await ExhibitorFile.select(
            ExhibitorFile.exhibitor,
            ExhibitorFile.kind,
            ExhibitorFile.removed_at,
            ExhibitorFile.exhibitor.status.as_alias("status"),
            ExhibitorFile.exhibitor.listed.as_alias("listed"),
        )
        .where(ExhibitorFile.file == file)
        .first()
    )
    if row is None:
        return None
    removed = row["removed_at"] is not None
    if not removed and row["listed"] and FileKind(row["kind"]) in SHOWN and Status(row["status"]) in PUBLIC:
        return Reach.public
    if Role.reviewer in actor.roles or (not removed and await is_member(actor, row["exhibitor"])):
        return Reach.private
    return None
