"""Partners for a project, and projects for a firm: what is compared, and with what outcome. Only firms that take part
and agreed to stand in the directory are compared or shown."""

from typing import Any

import msgspec

from core.editions.queries import EditionInfo
from core.fresh import FreshBy
from exhibitors.queries.desk import admitted_in
from exhibitors.tables import Exhibitor, ExhibitorCategory, ExhibitorField
from projects.queries.projects import Filter, ProjectInfo, published
from projects.rules.matching import PARTS, Match, Partner, Sought, Weights, best, match
from projects.tables import Interest, MatchWeights, MeetingSide, NoThanks

MOST = 50
#: Seconds for which firms are kept: what they say of themselves changes rarely, and is many rows.
KEPT = 20.0


class Firm(msgspec.Struct, frozen=True):
    id: int
    number: str
    name: str
    name_en: str
    says: Partner

    def said(self, locale: str) -> str:
        return (self.name_en if locale == "en" else "") or self.name


class PartnerMatch(msgspec.Struct, frozen=True):
    firm: Firm
    match: Match


class ProjectMatch(msgspec.Struct, frozen=True):
    project: ProjectInfo
    match: Match


_firms: FreshBy[int, dict[str, Firm]] = FreshBy(KEPT)


async def _read(edition: EditionInfo) -> dict[str, Firm]:
    rows = await Exhibitor.select(Exhibitor.id, Exhibitor.number, Exhibitor.name, Exhibitor.name_en).where(
        admitted_in(edition), Exhibitor.listed.eq(True)
    )
    says: dict[int, tuple[set[str], set[str]]] = {row["id"]: (set(), set()) for row in rows}
    tables: tuple[Any, ...] = (ExhibitorField, ExhibitorCategory)
    for place, table in enumerate(tables):
        codes = await table.select(table.exhibitor, table.code).where(table.exhibitor.edition == edition.id)
        for row in codes:
            if row["exhibitor"] in says:
                says[row["exhibitor"]][place].add(row["code"])
    return {
        row["number"]: Firm(
            row["id"],
            row["number"],
            row["name"],
            row["name_en"],
            Partner(frozenset(says[row["id"]][0]), frozenset(says[row["id"]][1])),
        )
        for row in rows
    }


async def _firms_of(edition: EditionInfo) -> dict[str, Firm]:
    return await _firms.get(edition.id, lambda: _read(edition))


def sought_by(project: ProjectInfo) -> Sought:
    cooperation = tuple(one.value for one in project.cooperation)
    return Sought(project.fields, project.needs, project.offers, cooperation)


async def _interested(project: int) -> set[int]:
    rows = await Interest.select(Interest.exhibitor).where(
        Interest.project == project, Interest.exhibitor.is_not_null(), Interest.withdrawn_at.is_null()
    )
    return {row["exhibitor"] for row in rows}


async def weights_of(edition: EditionInfo) -> Weights:
    row = await MatchWeights.select().where(MatchWeights.edition == edition.id).first()
    return Weights(**{part: row[part] for part in PARTS}) if row else Weights()


class Aside(msgspec.Struct, frozen=True):
    """Who was put aside: a firm beside a project, or a project beside a firm; the number and what it is called."""

    number: str
    name: str


async def _refused(where: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = await NoThanks.select(
        NoThanks.side, NoThanks.exhibitor, NoThanks.project, *_NAMES
    ).where(where)
    return rows


_NAMES = (
    NoThanks.exhibitor.number.as_alias("firm_number"),
    NoThanks.exhibitor.name.as_alias("firm"),
    NoThanks.project.number.as_alias("project_number"),
    NoThanks.project.title.as_alias("title"),
)


async def put_aside_by_owner(project: ProjectInfo) -> list[Aside]:
    rows = await _refused((NoThanks.project == project.id) & (NoThanks.side == MeetingSide.owner.value))
    return sorted((Aside(row["firm_number"], row["firm"]) for row in rows), key=lambda one: one.number)


async def put_aside_by_firm(exhibitor: int) -> list[Aside]:
    rows = await _refused((NoThanks.exhibitor == exhibitor) & (NoThanks.side == MeetingSide.partner.value))
    return sorted((Aside(row["project_number"], row["title"]) for row in rows), key=lambda one: one.number)


async def partners_for(edition: EditionInfo, project: ProjectInfo, most: int = 10) -> list[PartnerMatch]:
    """The best first; its owner is none of them, nor is who said no or was put aside."""
    firms, interested, sought = await _firms_of(edition), await _interested(project.id), sought_by(project)
    none = {row["exhibitor"] for row in await _refused(NoThanks.project == project.id)}
    others = (
        (firm.number, firm.says, firm.id in interested)
        for firm in firms.values()
        if firm.number != project.exhibitor and firm.id not in none
    )
    found = best(sought, others, most, await weights_of(edition))
    return [PartnerMatch(firms[number], one) for number, one in found]


async def projects_for(edition: EditionInfo, exhibitor: int, most: int = 10) -> list[ProjectMatch]:
    """Published ones of others, the best first; ``exhibitor`` is an id."""
    fields = await ExhibitorField.select(ExhibitorField.code).where(ExhibitorField.exhibitor == exhibitor)
    codes = await ExhibitorCategory.select(ExhibitorCategory.code).where(ExhibitorCategory.exhibitor == exhibitor)
    says = Partner(frozenset(row["code"] for row in fields), frozenset(row["code"] for row in codes))
    rows = await Interest.select(Interest.project).where(
        Interest.exhibitor == exhibitor, Interest.withdrawn_at.is_null()
    )
    interested = {row["project"] for row in rows}
    none = {row["project"] for row in await _refused(NoThanks.exhibitor == exhibitor)}
    weights = await weights_of(edition)
    others = [one for one in await published(edition, Filter()) if one.exhibitor_id != exhibitor and one.id not in none]
    found = [ProjectMatch(one, match(sought_by(one), says, one.id in interested, weights)) for one in others]
    good = [one for one in found if one.match.score]
    return sorted(good, key=lambda one: (-one.match.score, one.project.number))[:most]
