"""Personal columns of projects and of the timetable. The project stays; its contact and its speakers' names go."""

from collections.abc import Callable, Sequence
from typing import Any

from checkin.tables import Badge
from core.files.services import forget
from core.privacy.registry import ERASED, Holding, Scope
from core.search import among
from projects.tables import Interest, Meeting, Project, ProjectFile, Slot, Speaker


def _projects(scope: Scope) -> Sequence[Any]:
    found: list[Any] = []
    if scope.emails:
        found.append(among(Project.contact_email, scope.emails))
    if scope.mobiles:
        found.append(Project.contact_mobile.is_in(sorted(scope.mobiles)))
    if scope.exhibitors and scope.whole:
        found.append(Project.exhibitor.is_in(sorted(scope.exhibitors)))
    if scope.edition is not None:
        found.append((Project.edition == scope.edition) & Project.exhibitor.is_null())
    return found


def _speakers(scope: Scope) -> Sequence[Any]:
    """Of an edition that is over. A name alone leads to nobody before; see ``_near``."""
    if scope.edition is None:
        return []
    return [Speaker.slot.is_in(Slot.select(Slot.id).where(Slot.edition == scope.edition))]


def _near(scope: Scope) -> Sequence[Any]:
    """Those who speak for a project of which the person is the contact."""
    of = _projects(scope)
    if not of or not scope.names:
        return []
    condition = of[0]
    for more in of[1:]:
        condition |= more
    slots = Slot.select(Slot.id).where(Slot.project.is_in(Project.select(Project.id).where(condition)))
    return [Speaker.slot.is_in(slots) & Speaker.name.is_in(sorted(scope.names))]


async def widen(scope: Scope) -> None:
    """What the trail says of the projects, and the name of their contact."""
    for condition in _projects(scope):
        rows = await Project.select(Project.edition.slug, Project.number, Project.contact_name).where(condition)
        scope.objects |= {f"project:{row['edition.slug']}/{row['number']}" for row in rows}
        if not scope.whole:
            scope.names |= {row["contact_name"] for row in rows if row["contact_name"]}


def _partners(table: Any) -> Callable[[Scope], Sequence[Any]]:
    """Rows of ``table`` about badges of the person, a firm that is erased whole, or an edition that is over."""

    def find(scope: Scope) -> Sequence[Any]:
        found: list[Any] = []
        if scope.emails:
            found.append(table.badge.is_in(Badge.select(Badge.id).where(among(Badge.email, scope.emails))))
        if scope.mobiles:
            found.append(table.badge.is_in(Badge.select(Badge.id).where(Badge.mobile.is_in(sorted(scope.mobiles)))))
        if scope.exhibitors and scope.whole:
            found.append(table.exhibitor.is_in(sorted(scope.exhibitors)))
        if scope.edition is not None:
            found.append((table.edition == scope.edition) & table.exhibitor.is_null())
        return found

    return find


def _papers(scope: Scope) -> Sequence[Any]:
    if not scope.exhibitors or not scope.whole:
        return []
    theirs = Project.select(Project.id).where(Project.exhibitor.is_in(sorted(scope.exhibitors)))
    return [ProjectFile.project.is_in(theirs)]


async def _forget(ids: list[int], _values: dict[Any, object]) -> None:
    gone = await ProjectFile.delete().where(ProjectFile.id.is_in(ids)).returning(ProjectFile.file)
    await forget([row["file"] for row in gone])


HOLDINGS = [
    Holding(
        ProjectFile, {"note": ""}, _papers, erase=_forget, delete=True, texts=("note",), shown=("project", "added_at")
    ),
    Holding(Interest, {"message": ""}, _partners(Interest), shown=("made_at", "withdrawn_at")),
    Holding(
        Meeting, {"message": "", "note": ""}, _partners(Meeting), shown=("number", "made_at", "starts_at", "place")
    ),
    Holding(
        Speaker,
        {"name": ERASED, "organisation": ""},
        _speakers,
        near=_near,
    ),
    Holding(
        Project,
        {"contact_name": ERASED, "contact_mobile": "", "contact_email": ""},
        _projects,
        texts=("summary", "summary_en", "answer"),
        shown=("number", "title", "made_at"),
    ),
]
EXCEPTIONS: dict[str, str] = {
    "pitch_stage.name": "a place",
    "pitch_stage.name_en": "a place",
}
