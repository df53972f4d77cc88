"""A project's files, and who may read them."""

from datetime import datetime
from typing import Any

import msgspec

from core.accounts.roles import Actor, Role
from core.files import queries as stored
from core.files.queries import FileInfo, Reach, readable
from exhibitors.queries.files import is_member
from projects.tables import ProjectFile, ProjectState

PURPOSE = "project"


class FileLine(msgspec.Struct, frozen=True):
    id: int
    note: str
    shown: bool
    added_at: datetime
    file: FileInfo


async def files_of(project: int, *, shown: bool = False) -> list[FileLine]:
    """In the order in which they came; ``shown``: those for everybody. Two queries."""
    where: Any = ProjectFile.project == project
    if shown:
        where &= ProjectFile.shown.eq(True)
    rows = await ProjectFile.select().where(where).order_by(ProjectFile.id)
    infos = await stored.files([row["file"] for row in rows])
    return [FileLine(row["id"], row["note"], row["shown"], row["added_at"], infos[row["file"]]) for row in rows]


@readable(PURPOSE)
async def _reach(actor: Actor, file: int) -> Reach | None:
    row = (
        await ProjectFile.select(
            ProjectFile.shown,
            ProjectFile.project.state.as_alias("state"),
            ProjectFile.project.exhibitor.as_alias("exhibitor"),
        )
        .where(ProjectFile.file == file)
        .first()
    )
    if row is None:
        return None
    if row["shown"] and row["state"] == ProjectState.published.value:
        return Reach.public
    owns = row["exhibitor"] is not None and await is_member(actor, row["exhibitor"])
    return Reach.private if Role.organizer in actor.roles or owns else None
