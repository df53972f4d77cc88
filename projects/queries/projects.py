"""Reads of projects."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from piccolo.query.functions.aggregate import Count

from core import text
from core.accounts.roles import Actor, Role
from core.editions.queries import EditionInfo
from core.errors import NotFound
from core.search import contains
from exhibitors.tables import ExhibitorMember
from projects.tables import (
    Cooperation,
    Phase,
    Project,
    ProjectCooperation,
    ProjectField,
    ProjectState,
    ProjectTrade,
    TradeSide,
)


class Filter(msgspec.Struct, frozen=True):
    state: ProjectState | None = None
    field: str | None = None
    #: Part of a title, an owner or a number.
    q: str | None = None
    #: Its id.
    exhibitor: int | None = None


class Contact(msgspec.Struct, frozen=True):
    name: str
    mobile: str
    email: str


class ProjectInfo(msgspec.Struct, frozen=True, kw_only=True):
    """Amounts are fen. ``exhibitor`` is its number, empty where the owner exhibits nothing."""

    id: int
    number: str
    state: ProjectState
    title: str
    title_en: str
    summary: str
    summary_en: str
    exhibitor: str
    exhibitor_id: int | None
    owner: str
    region: str
    phase: Phase
    investment: int | None
    funding_sought: int | None
    fields: tuple[str, ...]
    cooperation: tuple[Cooperation, ...]
    needs: tuple[str, ...]
    offers: tuple[str, ...]
    contact: Contact
    answer: str
    made_at: datetime
    changed_at: datetime

    def name(self, locale: str) -> str:
        return (self.title_en if locale == "en" else "") or self.title

    def about(self, locale: str) -> str:
        return (self.summary_en if locale == "en" else "") or self.summary


_COLUMNS = (*Project.all_columns(), Project.exhibitor.number.as_alias("exhibitor_number"))


def _where(edition: EditionInfo, wanted: Filter) -> Any:
    where: Any = Project.edition == edition.id
    if wanted.state is not None:
        where &= Project.state == wanted.state.value
    if wanted.field is not None:
        of = ProjectField.select(ProjectField.project).where(ProjectField.code == wanted.field)
        where &= Project.id.is_in(of)
    if wanted.exhibitor is not None:
        where &= Project.exhibitor == wanted.exhibitor
    if wanted.q:
        where &= contains(Project.search, text.search_key(wanted.q)[:100])
    return where


def _mine(actor: Actor) -> Any:
    """Those of exhibitors whose desk this person may open; all of them for an organizer."""
    if Role.organizer in actor.roles:
        return None
    if actor.kind != "account" or actor.id is None:
        return Project.id == -1
    own = ExhibitorMember.select(ExhibitorMember.exhibitor).where(ExhibitorMember.account == actor.id)
    return Project.exhibitor.is_in(own)


def _seen_by(actor: Actor, edition: EditionInfo, wanted: Filter) -> Any:
    where, mine = _where(edition, wanted), _mine(actor)
    return where if mine is None else where & mine


async def _codes(table: Any, ids: Sequence[int], *more: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (
        await table.select(table.project, table.code, *more)
        .where(table.project.is_in(list(ids)))
        .order_by(table.position)
    )
    return rows


async def _made(rows: list[dict[str, Any]]) -> list[ProjectInfo]:
    """Three more queries, however many rows."""
    if not rows:
        return []
    ids = [row["id"] for row in rows]
    fields: dict[int, list[str]] = {}
    for row in await _codes(ProjectField, ids):
        fields.setdefault(row["project"], []).append(row["code"])
    cooperation: dict[int, list[Cooperation]] = {}
    for row in await _codes(ProjectCooperation, ids):
        cooperation.setdefault(row["project"], []).append(Cooperation(row["code"]))
    trades: dict[tuple[int, str], list[str]] = {}
    for row in await _codes(ProjectTrade, ids, ProjectTrade.side):
        trades.setdefault((row["project"], row["side"]), []).append(row["code"])
    return [
        ProjectInfo(
            id=row["id"],
            number=row["number"],
            state=ProjectState(row["state"]),
            title=row["title"],
            title_en=row["title_en"],
            summary=row["summary"],
            summary_en=row["summary_en"],
            exhibitor=row["exhibitor_number"] or "",
            exhibitor_id=row["exhibitor"],
            owner=row["owner"],
            region=row["region"],
            phase=Phase(row["phase"]),
            investment=row["investment"],
            funding_sought=row["funding_sought"],
            fields=tuple(fields.get(row["id"], ())),
            cooperation=tuple(cooperation.get(row["id"], ())),
            needs=tuple(trades.get((row["id"], TradeSide.needs.value), ())),
            offers=tuple(trades.get((row["id"], TradeSide.offers.value), ())),
            contact=Contact(row["contact_name"], row["contact_mobile"], row["contact_email"]),
            answer=row["answer"],
            made_at=row["made_at"],
            changed_at=row["changed_at"],
        )
        for row in rows
    ]


async def count_projects(actor: Actor, edition: EditionInfo, wanted: Filter) -> int:
    found = await Project.select(Count()).where(_seen_by(actor, edition, wanted)).first()
    return int(found["count"]) if found else 0


async def projects(
    actor: Actor, edition: EditionInfo, wanted: Filter, *, before: int | None = None, limit: int = 50
) -> list[ProjectInfo]:
    """The latest first; ``before`` is the id of the last one of the page before."""
    where = _seen_by(actor, edition, wanted)
    if before is not None:
        where &= Project.id < before
    rows = await Project.select(*_COLUMNS).where(where).order_by(Project.id, ascending=False).limit(limit)
    return await _made(rows)


async def project_numbered(actor: Actor, edition: EditionInfo, number: str) -> ProjectInfo:
    """:raises NotFound: also for one that is another's."""
    where, mine = (Project.edition == edition.id) & (Project.number == number), _mine(actor)
    rows = await Project.select(*_COLUMNS).where(where if mine is None else where & mine)
    if not rows:
        raise NotFound
    return (await _made(rows))[0]


async def published(edition: EditionInfo, wanted: Filter) -> list[ProjectInfo]:
    """What everybody may read, by title: an edition has some dozens."""
    where = _where(edition, Filter(ProjectState.published, wanted.field, wanted.q))
    return await _made(await Project.select(*_COLUMNS).where(where).order_by(Project.title).limit(500))


async def published_one(edition: EditionInfo, number: str) -> ProjectInfo:
    """:raises NotFound: also for one that is not public."""
    rows = await Project.select(*_COLUMNS).where(
        Project.edition == edition.id, Project.number == number, Project.state == ProjectState.published.value
    )
    if not rows:
        raise NotFound
    return (await _made(rows))[0]


async def projects_numbered(edition: EditionInfo, asked: Sequence[str]) -> set[str]:
    """Those of the numbers that a project bears."""
    rows = await Project.select(Project.number).where(Project.edition == edition.id, Project.number.is_in([*asked, ""]))
    return {row["number"] for row in rows}
