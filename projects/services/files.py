"""Attaching, showing and removing a project's files. Whose project it is is the caller's question."""

from core import clock, text
from core.accounts.roles import Actor
from core.audit import services as audit
from core.db import transaction
from core.editions.queries import EditionInfo
from core.errors import DomainError, NotFound
from core.files import held
from core.files.held import Ready
from core.files.services import forget
from core.i18n import mark
from projects.queries.files import PURPOSE
from projects.queries.projects import ProjectInfo
from projects.tables import Project, ProjectFile

MOST = 10


class TooManyFiles(DomainError):
    code = "too_many_files"
    message = mark("There are as many files of this kind as there may be. Remove one first.")


async def attach(actor: Actor, edition: EditionInfo, project: ProjectInfo, checked: Ready, *, note: str = "") -> int:
    """Answers the id of its line. :raises TooManyFiles: 409. :raises HeldGone: 409."""
    note = text.line(note)[:200]
    async with transaction():
        # The row is written to, so that two at once come one after the other and neither exceeds the limit.
        await Project.update({Project.changed_at: clock.now()}).where(Project.id == project.id)
        if await ProjectFile.count().where(ProjectFile.project == project.id) >= MOST:
            raise TooManyFiles
        file = await held.keep(actor, checked, PURPOSE)
        made = await ProjectFile.insert(
            ProjectFile(project=project.id, file=file, note=note, added_at=clock.now(), added_by=actor.key)
        ).returning(ProjectFile.id)
        told = {"file": file, "media_type": checked.media_type, "size": checked.size, "sha256": checked.sha256}
        await audit.record(
            actor,
            "project.file_added",
            f"project:{edition.slug}/{project.number}",
            after=told,
            personal={"name": checked.name, "note": note},
        )
    line: int = made[0]["id"]
    return line


async def show(actor: Actor, edition: EditionInfo, project: ProjectInfo, line: int, shown: bool) -> None:
    """To everybody, or no longer. :raises NotFound:"""
    async with transaction():
        changed = (
            await ProjectFile.update({ProjectFile.shown: shown})
            .where(ProjectFile.id == line, ProjectFile.project == project.id)
            .returning(ProjectFile.file)
        )
        if not changed:
            raise NotFound
        action = "project.file_shown" if shown else "project.file_hidden"
        told = {"file": changed[0]["file"]}
        await audit.record(actor, action, f"project:{edition.slug}/{project.number}", after=told)


async def remove(actor: Actor, edition: EditionInfo, project: ProjectInfo, line: int) -> None:
    """It is gone. :raises NotFound: also where it was removed already."""
    async with transaction():
        gone = (
            await ProjectFile.delete()
            .where(ProjectFile.id == line, ProjectFile.project == project.id)
            .returning(ProjectFile.file)
        )
        if not gone:
            raise NotFound
        await forget([gone[0]["file"]])
        told = {"file": gone[0]["file"]}
        await audit.record(actor, "project.file_removed", f"project:{edition.slug}/{project.number}", before=told)
