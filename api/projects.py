"""Projects, and their place on the timetable."""

from datetime import date, datetime
from typing import Any

import msgspec
from litestar import Request, Response, delete, get, patch, post, put
from litestar.params import FromPath, FromQuery, JSONBody

from core import money
from core.accounts.roles import Role
from core.editions.queries import EditionInfo, edition_named, require_current
from gateway.access import PUBLIC, actor_of, allow
from gateway.idempotency import once_only
from gateway.lists import Cursor, Limit, Listing, after_of, listing
from gateway.pages import forget_pages
from projects.queries import agenda as timetable
from projects.queries import projects as queries
from projects.queries.agenda import SlotInfo
from projects.queries.projects import Filter, ProjectInfo
from projects.rules.projects import ProjectIn, ProjectPatch
from projects.rules.timetable import SessionIn, SlotIn
from projects.services import projects as services
from projects.services import timetable as slots
from projects.tables import Cooperation, Phase, ProjectState, SlotKind


class OwnerOut(msgspec.Struct):
    """`exhibitor` is its number; null where the owner exhibits nothing."""

    exhibitor: str | None
    name: str


class ContactOut(msgspec.Struct):
    name: str
    mobile: str
    email: str


class SpeakerOut(msgspec.Struct):
    name: str
    organisation: str


class SlotOut(msgspec.Struct):
    id: int
    kind: SlotKind
    stage: str
    starts_at: datetime
    ends_at: datetime
    speakers: list[SpeakerOut]


class ProjectOut(msgspec.Struct):
    """Amounts are yuan with two places. `stage` is how far the project is, `status` where it stands on its way to the
    public."""

    number: str
    status: ProjectState
    title: str
    title_en: str
    summary: str
    summary_en: str
    owner: OwnerOut
    stage: Phase
    fields: list[str]
    cooperation: list[Cooperation]
    region: str
    investment: str | None
    funding_sought: str | None
    needs: list[str]
    offers: list[str]
    contact: ContactOut
    answer: str
    made_at: datetime
    changed_at: datetime


class AgendaItem(msgspec.Struct):
    """`project` is a pitch's number, null for anything else."""

    id: int
    kind: SlotKind
    day: date
    stage: str
    starts_at: datetime
    ends_at: datetime
    title: str
    title_en: str
    project: str | None
    owner: str
    fields: list[str]
    speakers: list[SpeakerOut]


class AgendaOut(msgspec.Struct):
    items: list[AgendaItem]


def _yuan(fen: int | None) -> str | None:
    return None if fen is None else money.plain(fen)


def _out(project: ProjectInfo, edition: EditionInfo) -> ProjectOut:
    return ProjectOut(
        number=project.number,
        status=project.state,
        title=project.title,
        title_en=project.title_en,
        summary=project.summary,
        summary_en=project.summary_en,
        owner=OwnerOut(project.exhibitor or None, project.owner),
        stage=project.phase,
        fields=list(project.fields),
        cooperation=list(project.cooperation),
        region=project.region,
        investment=_yuan(project.investment),
        funding_sought=_yuan(project.funding_sought),
        needs=list(project.needs),
        offers=list(project.offers),
        contact=ContactOut(project.contact.name, project.contact.mobile, project.contact.email),
        answer=project.answer,
        made_at=project.made_at.astimezone(edition.zone),
        changed_at=project.changed_at.astimezone(edition.zone),
    )


def _speakers(slot: SlotInfo) -> list[SpeakerOut]:
    return [SpeakerOut(who.name, who.organisation) for who in slot.speakers]


def _slot(slot: SlotInfo, edition: EditionInfo) -> SlotOut:
    return SlotOut(
        id=slot.id,
        kind=slot.kind,
        stage=slot.stage.name,
        starts_at=slot.starts_at.astimezone(edition.zone),
        ends_at=slot.ends_at.astimezone(edition.zone),
        speakers=_speakers(slot),
    )


@post(
    "/api/v1/projects",
    opt=allow(Role.organizer, Role.exhibitor),
    tags=["projects"],
    summary="Hand in a project; an organizer's is public at once",
)
async def add(request: Request[Any, Any, Any], data: JSONBody[ProjectIn]) -> Response[ProjectOut]:
    edition = await require_current()

    async def work() -> ProjectOut:
        return _out(await services.add(actor_of(request), edition, data), edition)

    answer = await once_only(request, work)
    forget_pages()
    return answer


@get(
    "/api/v1/projects",
    opt=allow(Role.organizer, Role.exhibitor),
    tags=["projects"],
    summary="Projects, the latest first: all of them, or those of the own desks",
)
async def listed(
    request: Request[Any, Any, Any],
    limit: Limit = 50,
    cursor: Cursor = None,
    edition: FromQuery[str | None] = None,
    status: FromQuery[ProjectState | None] = None,
    field: FromQuery[str | None] = None,
    q: FromQuery[str | None] = None,
) -> Listing[ProjectOut]:
    after = after_of(request, cursor)
    of, actor, wanted = await edition_named(edition), actor_of(request), Filter(status, field, q)
    found = await queries.projects(actor, of, wanted, before=int(after[0]) if after else None, limit=limit + 1)
    total = await queries.count_projects(actor, of, wanted)
    piece = listing(request, found, limit, total, key=lambda project: (project.id,))
    return Listing([_out(project, of) for project in piece.items], piece.next, piece.total)


@get("/api/v1/projects/{number:str}", opt=allow(Role.organizer, Role.exhibitor), tags=["projects"], summary="One")
async def one(
    request: Request[Any, Any, Any], number: FromPath[str], edition: FromQuery[str | None] = None
) -> ProjectOut:
    of = await edition_named(edition)
    return _out(await queries.project_numbered(actor_of(request), of, number), of)


@patch(
    "/api/v1/projects/{number:str}",
    opt=allow(Role.organizer, Role.exhibitor),
    tags=["projects"],
    summary="Change a project, or where it stands",
    description="What its owner changes is looked at again: `status` becomes `submitted`. 409 `wrong_status`.",
)
async def change(request: Request[Any, Any, Any], number: FromPath[str], data: JSONBody[ProjectPatch]) -> ProjectOut:
    edition = await require_current()
    changed = _out(await services.change(actor_of(request), edition, number, data), edition)
    forget_pages()
    return changed


@put(
    "/api/v1/projects/{number:str}/slot",
    opt=allow(Role.organizer),
    tags=["agenda"],
    summary="Give a project its time on a stage, or move it",
    description=(
        "A stage of a new name is made. Slots may touch, where the stage needs no time between them. 409 `slot_taken`, "
        "`speaker_taken`; `wrong_status` when the project was rejected or withdrawn."
    ),
)
async def give_slot(request: Request[Any, Any, Any], number: FromPath[str], data: JSONBody[SlotIn]) -> SlotOut:
    edition = await require_current()
    given = _slot(await slots.give_slot(actor_of(request), edition, number, data), edition)
    forget_pages()
    return given


@delete(
    "/api/v1/projects/{number:str}/slot",
    opt=allow(Role.organizer),
    tags=["agenda"],
    summary="Take a project off the timetable",
    status_code=204,
)
async def give_up_slot(request: Request[Any, Any, Any], number: FromPath[str]) -> None:
    await slots.give_up_slot(actor_of(request), await require_current(), number)
    forget_pages()


@post("/api/v1/agenda", opt=allow(Role.organizer), tags=["agenda"], summary="Put something besides a pitch on a stage")
async def add_session(request: Request[Any, Any, Any], data: JSONBody[SessionIn]) -> Response[SlotOut]:
    edition = await require_current()

    async def work() -> SlotOut:
        return _slot(await slots.add_session(actor_of(request), edition, data), edition)

    answer = await once_only(request, work)
    forget_pages()
    return answer


@put("/api/v1/agenda/{slot:int}", opt=allow(Role.organizer), tags=["agenda"], summary="Change it")
async def change_session(request: Request[Any, Any, Any], slot: FromPath[int], data: JSONBody[SessionIn]) -> SlotOut:
    edition = await require_current()
    changed = _slot(await slots.change_session(actor_of(request), edition, slot, data), edition)
    forget_pages()
    return changed


@delete(
    "/api/v1/agenda/{slot:int}",
    opt=allow(Role.organizer),
    tags=["agenda"],
    summary="Take it off the timetable",
    status_code=204,
)
async def remove(request: Request[Any, Any, Any], slot: FromPath[int]) -> None:
    await slots.remove(actor_of(request), await require_current(), slot)
    forget_pages()


@get("/api/v1/agenda", opt=PUBLIC, tags=["agenda"], summary="The timetable, in the order of time")
async def agenda(edition: FromQuery[str | None] = None) -> AgendaOut:
    of = await edition_named(edition)
    return AgendaOut(
        [
            AgendaItem(
                id=slot.id,
                kind=slot.kind,
                day=slot.starts_at.astimezone(of.zone).date(),
                stage=slot.stage.name,
                starts_at=slot.starts_at.astimezone(of.zone),
                ends_at=slot.ends_at.astimezone(of.zone),
                title=slot.title,
                title_en=slot.title_en,
                project=slot.project or None,
                owner=slot.owner,
                fields=list(slot.fields),
                speakers=_speakers(slot),
            )
            for slot in await timetable.agenda(of)
        ]
    )


ROUTES: list[Any] = [
    add,
    listed,
    one,
    change,
    give_slot,
    give_up_slot,
    add_session,
    change_session,
    remove,
    agenda,
]
