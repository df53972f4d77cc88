"""Reads of meetings."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import msgspec
from piccolo.query.functions.aggregate import Count

from checkin.tables import Badge
from core.accounts.roles import Actor, Role
from core.editions.queries import EditionInfo
from core.errors import NotFound
from exhibitors.queries import desk
from exhibitors.tables import Exhibitor
from projects.tables import Meeting, MeetingSide, MeetingState, Project


class MeetingInfo(msgspec.Struct, frozen=True, kw_only=True):
    """``partner`` is a firm's or a visitor's name; ``exhibitor`` the firm's number, ``badge`` the visitor's serial."""

    id: int
    number: str
    state: MeetingState
    asked_side: MeetingSide
    project: str
    project_id: int
    title: str
    title_en: str
    owner: str
    owner_exhibitor: int | None
    owner_number: str
    partner: str
    partner_organisation: str
    exhibitor: str
    exhibitor_id: int | None
    badge: str
    who: int
    message: str
    place: str
    starts_at: datetime | None
    ends_at: datetime | None
    outcome_owner: str
    outcome_partner: str
    note: str
    made_at: datetime
    changed_at: datetime
    wished_at: datetime | None
    wished_by: str
    priority: int
    owner_here_at: datetime | None
    partner_here_at: datetime | None

    def name(self, locale: str) -> str:
        return (self.title_en if locale == "en" else "") or self.title


class Filter(msgspec.Struct, frozen=True):
    state: MeetingState | None = None
    #: The id of a firm that is one of the two.
    exhibitor: int | None = None
    project: int | None = None
    #: Of firms that are one of the two; None: of all.
    own: list[int] | None = None
    #: With a table, or without.
    placed: bool | None = None
    #: A visitor, as :attr:`projects.tables.interests.Interest.who`.
    who: int | None = None
    #: Agreed to, and over by then without a word of what came of it.
    over: datetime | None = None


_COLUMNS = (
    *Meeting.all_columns(),
    Meeting.project.number.as_alias("project_number"),
    Meeting.project.title.as_alias("title"),
    Meeting.project.title_en.as_alias("title_en"),
    Meeting.project.owner.as_alias("owner"),
    Meeting.project.exhibitor.as_alias("owner_exhibitor"),
)


def _where(edition: EditionInfo, wanted: Filter) -> Any:
    where: Any = Meeting.edition == edition.id
    if wanted.state is not None:
        where &= Meeting.state == wanted.state.value
    if wanted.project is not None:
        where &= Meeting.project == wanted.project
    firms = [wanted.exhibitor] if wanted.exhibitor is not None else wanted.own
    if firms is not None:
        theirs = Project.select(Project.id).where(Project.exhibitor.is_in([*firms, -1]))
        where &= Meeting.exhibitor.is_in([*firms, -1]) | Meeting.project.is_in(theirs)
    if wanted.who is not None:
        where &= Meeting.who == wanted.who
    if wanted.over is not None:
        where &= (Meeting.state == MeetingState.accepted.value) & (Meeting.ends_at < wanted.over)
    if wanted.placed is not None:
        where &= Meeting.starts_at.is_not_null() if wanted.placed else Meeting.starts_at.is_null()
    return where


async def _made(rows: Sequence[dict[str, Any]]) -> list[MeetingInfo]:
    """Two more queries, however many rows."""
    wanted = {row[name] for row in rows for name in ("exhibitor", "owner_exhibitor")} - {None}
    firms: dict[int, dict[str, Any]] = {}
    if wanted:
        for row in await Exhibitor.select(Exhibitor.id, Exhibitor.number, Exhibitor.name).where(
            Exhibitor.id.is_in(sorted(wanted))
        ):
            firms[row["id"]] = row
    serials = [row["badge"] for row in rows if row["badge"] is not None]
    badges: dict[int, dict[str, Any]] = {}
    if serials:
        for row in await Badge.select(Badge.id, Badge.serial, Badge.holder, Badge.organisation).where(
            Badge.id.is_in(serials)
        ):
            badges[row["id"]] = row
    return [_info(row, firms, badges) for row in rows]


def _info(row: dict[str, Any], firms: dict[int, Any], badges: dict[int, Any]) -> MeetingInfo:
    firm, badge = firms.get(row["exhibitor"]), badges.get(row["badge"])
    owner = firms.get(row["owner_exhibitor"])
    return MeetingInfo(
        id=row["id"],
        number=row["number"],
        state=MeetingState(row["state"]),
        asked_side=MeetingSide(row["asked_side"]),
        project=row["project_number"],
        project_id=row["project"],
        title=row["title"],
        title_en=row["title_en"],
        owner=row["owner"],
        owner_exhibitor=row["owner_exhibitor"],
        owner_number=owner["number"] if owner else "",
        partner=firm["name"] if firm else badge["holder"] if badge else "",
        partner_organisation=badge["organisation"] if badge else "",
        exhibitor=firm["number"] if firm else "",
        exhibitor_id=row["exhibitor"],
        badge=badge["serial"] if badge else "",
        who=row["who"],
        message=row["message"],
        place=row["place"],
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        outcome_owner=row["outcome_owner"],
        outcome_partner=row["outcome_partner"],
        note=row["note"],
        made_at=row["made_at"],
        changed_at=row["changed_at"],
        wished_at=row["wished_at"],
        wished_by=row["wished_by"],
        priority=row["priority"],
        owner_here_at=row["owner_here_at"],
        partner_here_at=row["partner_here_at"],
    )


async def meetings(
    edition: EditionInfo, wanted: Filter, *, before: int | None = None, limit: int = 50
) -> list[MeetingInfo]:
    """The latest first."""
    where = _where(edition, wanted)
    if before is not None:
        where &= Meeting.id < before
    return await _made(await Meeting.select(*_COLUMNS).where(where).order_by(Meeting.id, ascending=False).limit(limit))


async def count_meetings(edition: EditionInfo, wanted: Filter) -> int:
    found = await Meeting.select(Count()).where(_where(edition, wanted)).first()
    return int(found["count"]) if found else 0


async def placed(
    edition: EditionInfo, since: datetime | None = None, until: datetime | None = None
) -> list[MeetingInfo]:
    """That have a table, in the order of time; all, or those that begin then."""
    where = _where(edition, Filter(MeetingState.accepted)) & Meeting.starts_at.is_not_null()
    if since is not None and until is not None:
        where &= (Meeting.starts_at >= since) & (Meeting.starts_at < until)
    return await _made(await Meeting.select(*_COLUMNS).where(where).order_by(Meeting.starts_at, Meeting.place))


async def side_of(actor: Actor, meeting: MeetingInfo) -> MeetingSide:
    """:raises NotFound: for whoever is none of the two and no organizer."""
    if Role.organizer in actor.roles:
        return MeetingSide.organizer
    own = await desk.own_exhibitors(actor)
    if meeting.owner_exhibitor is not None and meeting.owner_exhibitor in own:
        return MeetingSide.owner
    if meeting.exhibitor_id is not None and meeting.exhibitor_id in own:
        return MeetingSide.partner
    raise NotFound


async def meeting_numbered(edition: EditionInfo, number: str) -> MeetingInfo:
    """:raises NotFound:"""
    rows = await Meeting.select(*_COLUMNS).where(Meeting.edition == edition.id, Meeting.number == number)
    if not rows:
        raise NotFound
    return (await _made(rows))[0]


async def meetings_numbered(edition: EditionInfo, asked: Collection[str]) -> set[str]:
    """Those of the numbers that a meeting bears."""
    rows = await Meeting.select(Meeting.number).where(Meeting.edition == edition.id, Meeting.number.is_in([*asked, ""]))
    return {row["number"] for row in rows}


async def meetings_with_ids(edition: EditionInfo, ids: Collection[int]) -> list[MeetingInfo]:
    where = (Meeting.edition == edition.id) & Meeting.id.is_in([*ids, -1])
    return await _made(await Meeting.select(*_COLUMNS).where(where).order_by(Meeting.starts_at, Meeting.id))
