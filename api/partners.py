"""Who is interested in a project, and who might be its partner."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, get, post
from litestar.params import FromPath, FromQuery, JSONBody

from core.accounts.roles import Role
from core.editions.queries import require_current
from core.i18n import LOCALES
from gateway import matching as words
from gateway.access import PUBLIC, actor_of, allow
from projects.queries import interests as interest_queries
from projects.queries import matching
from projects.queries import projects as queries
from projects.rules.interests import InterestIn
from projects.rules.matching import Match
from projects.services import interests


class InterestOut(msgspec.Struct):
    """`exhibitor` is its number; null for the holder of a badge."""

    exhibitor: str | None
    name: str
    organisation: str
    mobile: str
    email: str
    message: str
    made_at: datetime


class Noted(msgspec.Struct):
    noted: bool = True


@post(
    "/api/v1/projects/{number:str}/interests",
    opt={**PUBLIC, "limit": "register"},
    status_code=201,
    tags=["projects"],
    summary="Say that a badge's holder or an exhibitor is interested",
    description=(
        "A badge by its whole code (an organizer also by its serial): whoever sends it says that its holder has agreed "
        "that the project's owner gets the contact; `consent` may name the version of the words. An exhibitor by its "
        "number, by one of its members or an organizer. Said again it doubles nothing. 409 `own_project`."
    ),
)
async def interested(request: Request[Any, Any, Any], number: FromPath[str], data: JSONBody[InterestIn]) -> Noted:
    await interests.express(actor_of(request), await require_current(), number, data)
    return Noted()


@get(
    "/api/v1/projects/{number:str}/interests",
    opt=allow(Role.organizer, Role.exhibitor),
    tags=["projects"],
    summary="Who is interested, the latest first; for the project's owner and organizers",
)
async def interests_of(request: Request[Any, Any, Any], number: FromPath[str]) -> list[InterestOut]:
    edition = await require_current()
    project = await queries.project_numbered(actor_of(request), edition, number)
    return [
        InterestOut(
            exhibitor=one.exhibitor or None,
            name=one.name,
            organisation=one.organisation,
            mobile=one.mobile,
            email=one.email,
            message=one.message,
            made_at=one.made_at.astimezone(edition.zone),
        )
        for one in await interest_queries.interests_of(project.id)
    ]


class ReasonOut(msgspec.Struct):
    """`part` is one of `fields, needs, cooperation, offers, interest`; `codes` is what both have."""

    part: str
    points: int
    codes: list[str]
    text_zh: str
    text_en: str


class MatchOut(msgspec.Struct):
    exhibitor: str
    name: str
    name_en: str
    score: int
    reasons: list[ReasonOut]


@get(
    "/api/v1/projects/{number:str}/matches",
    opt=allow(Role.organizer, Role.exhibitor),
    tags=["projects"],
    summary="Exhibitors that might be partners, the best first; for the project's owner and organizers",
)
async def matches(
    request: Request[Any, Any, Any],
    number: FromPath[str],
    limit: FromQuery[Annotated[int, msgspec.Meta(ge=1, le=matching.MOST)]] = 10,
) -> list[MatchOut]:
    edition = await require_current()
    project = await queries.project_numbered(actor_of(request), edition, number)
    zh, en = (edition.names(locale) for locale in LOCALES)

    def reasons(found: Match) -> list[ReasonOut]:
        said = zip(found.reasons, words.reasons(found, zh, "zh-CN"), words.reasons(found, en, "en"), strict=True)
        return [ReasonOut(one.part, one.points, list(one.codes), chinese, english) for one, chinese, english in said]

    return [
        MatchOut(one.firm.number, one.firm.name, one.firm.name_en, one.match.score, reasons(one.match))
        for one in await matching.partners_for(edition, project, limit)
    ]


ROUTES: list[Any] = [interested, interests_of, matches]
