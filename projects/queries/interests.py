"""Reads of who is interested in a project."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from piccolo.query.functions.aggregate import Count

from checkin.tables import Badge, BadgeStatus
from core.editions.queries import EditionInfo
from exhibitors.tables import Exhibitor
from projects.tables import Interest, Project


class InterestInfo(msgspec.Struct, frozen=True, kw_only=True):
    """``exhibitor`` is a number, empty for the holder of a badge."""

    id: int
    exhibitor: str
    #: Its serial.
    badge: str
    name: str
    organisation: str
    mobile: str
    email: str
    message: str
    made_at: datetime


class Shown(msgspec.Struct, frozen=True):
    """For the holder: in what, since when."""

    id: int
    project: str
    title: str
    title_en: str
    owner: str
    made_at: datetime

    def name(self, locale: str) -> str:
        return (self.title_en if locale == "en" else "") or self.title


async def _badges(roots: Sequence[int]) -> dict[int, dict[str, Any]]:
    """The one in force of each chain, by the first one's id: who cancelled, or whose badge was revoked, is shown to
    nobody."""
    if not roots:
        return {}
    chain: Any = Badge.id.is_in(list(roots)) | Badge.root.is_in(list(roots))
    columns = (Badge.id, Badge.root, Badge.serial, Badge.holder, Badge.organisation, Badge.mobile, Badge.email)
    rows = await Badge.select(*columns).where(chain, Badge.status == BadgeStatus.active.value).order_by(Badge.id)
    return {row["root"] or row["id"]: row for row in rows}


async def interests_of(project: int, *, limit: int = 500) -> list[InterestInfo]:
    """In force, the latest first. Three queries."""
    rows = (
        await Interest.select()
        .where(Interest.project == project, Interest.withdrawn_at.is_null())
        .order_by(Interest.made_at, ascending=False)
        .limit(limit)
    )
    badges = await _badges([row["who"] for row in rows if row["badge"] is not None])
    wanted = [row["exhibitor"] for row in rows if row["exhibitor"] is not None]
    firms: dict[int, dict[str, Any]] = {}
    if wanted:
        columns = (Exhibitor.id, Exhibitor.number, Exhibitor.name)
        contact = (Exhibitor.contact_name, Exhibitor.contact_mobile, Exhibitor.contact_email)
        for row in await Exhibitor.select(*columns, *contact).where(Exhibitor.id.is_in(wanted)):
            firms[row["id"]] = row
    return [_info(row, badges, firms) for row in rows if row["badge"] is None or row["who"] in badges]


def _info(row: dict[str, Any], badges: dict[int, dict[str, Any]], firms: dict[int, dict[str, Any]]) -> InterestInfo:
    common = {"id": row["id"], "message": row["message"], "made_at": row["made_at"]}
    if row["exhibitor"] is not None:
        firm = firms[row["exhibitor"]]
        return InterestInfo(
            **common,
            exhibitor=firm["number"],
            badge="",
            name=firm["contact_name"],
            organisation=firm["name"],
            mobile=firm["contact_mobile"],
            email=firm["contact_email"],
        )
    badge = badges[row["who"]]
    return InterestInfo(
        **common,
        exhibitor="",
        badge=badge["serial"],
        name=badge["holder"],
        organisation=badge["organisation"],
        mobile=badge["mobile"],
        email=badge["email"],
    )


async def counted(edition: EditionInfo) -> dict[str, int]:
    """By the project's number."""
    rows = (
        await Interest.select(Interest.project.number.as_alias("number"), Count())
        .where(Interest.edition == edition.id, Interest.withdrawn_at.is_null())
        .group_by(Interest.project.number)
    )
    return {row["number"]: int(row["count"]) for row in rows}


async def shown_by(root: int) -> list[Shown]:
    """What the holder of a badge has agreed to, the latest first. ``root``: the first badge of its chain."""
    rows = (
        await Interest.select(Interest.id, Interest.project, Interest.made_at)
        .where(Interest.who == root, Interest.withdrawn_at.is_null())
        .order_by(Interest.made_at, ascending=False)
    )
    if not rows:
        return []
    found = await Project.select(Project.id, Project.number, Project.title, Project.title_en, Project.owner).where(
        Project.id.is_in([row["project"] for row in rows])
    )
    of = {row["id"]: row for row in found}
    return [
        Shown(
            row["id"],
            of[row["project"]]["number"],
            of[row["project"]]["title"],
            of[row["project"]]["title_en"],
            of[row["project"]]["owner"],
            row["made_at"],
        )
        for row in rows
    ]
