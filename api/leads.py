"""Interest by badge, for an exhibitor's own programs and its scanning page."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from checkin.queries import leads as queries
from checkin.queries.leads import LeadInfo, Sought
from checkin.rules import leads as rules
from checkin.rules.leads import LeadIn
from checkin.services import leads as services
from checkin.services.leads import Read, Reading
from checkin.tables import BadgeKind
from core.accounts.roles import Role
from core.editions.queries import EditionInfo, require_current
from core.i18n import translate
from exhibitors.queries import desk
from exhibitors.queries.applications import exhibitor_numbered
from gateway import limits
from gateway.access import actor_of, allow
from gateway.idempotency import once_only
from gateway.lists import Cursor, Limit, Listing, after_of, listing


class LeadOut(msgspec.Struct):
    """A lead whose holder took the consent back has `withdrawn` and nothing of the person."""

    id: int
    first_at: datetime
    last_at: datetime
    times: int
    withdrawn: bool
    kind: BadgeKind | None
    holder: str
    organisation: str
    title: str
    mobile: str
    email: str
    rating: int | None
    tags: list[str]
    note: str


class QuestionOut(msgspec.Struct):
    """To be shown to the holder before `consent: version` is sent."""

    version: str
    zh: str
    en: str
    #: The holder's language, where the badge says so.
    locale: str


class ReadOut(msgspec.Struct):
    status: Reading
    lead: LeadOut | None = None
    question: QuestionOut | None = None


def _out(one: LeadInfo, edition: EditionInfo) -> LeadOut:
    return LeadOut(
        id=one.id,
        first_at=one.first_at.astimezone(edition.zone),
        last_at=one.last_at.astimezone(edition.zone),
        times=one.times,
        withdrawn=one.withdrawn,
        kind=one.kind,
        holder=one.holder,
        organisation=one.organisation,
        title=one.title,
        mobile=one.mobile,
        email=one.email,
        rating=one.rating,
        tags=list(one.tags),
        note=one.note,
    )


async def read_out(request: Request[Any, Any, Any], edition: EditionInfo, number: str, read: Read) -> ReadOut:
    exhibitor = await desk.opened_by(actor_of(request), edition, number)
    if read.lead is not None:
        return ReadOut(read.status, _out(await queries.lead(edition, exhibitor, read.lead), edition))
    if read.status is not Reading.consent_needed:
        return ReadOut(read.status)
    firm = (await exhibitor_numbered(edition, number)).name
    zh, en = (translate(locale, rules.QUESTION, firm=firm) for locale in ("zh-CN", "en"))
    return ReadOut(read.status, question=QuestionOut(rules.CONSENT_VERSION, zh, en, read.locale))


@post(
    "/api/v1/exhibitors/{number:str}/leads",
    opt=allow(Role.organizer, Role.exhibitor),
    tags=["leads"],
    summary="A visitor's badge read at the booth",
    description=(
        "`code` as it was scanned, or `serial` as it was typed. Always 200 when it could be judged: `status` is "
        "`held`, `consent_needed` (with the question to ask; send the same again with `consent` set to its version "
        "once the holder has said yes), `unknown_badge` or `own_badge`. The same `nonce` is kept once."
    ),
)
async def take(request: Request[Any, Any, Any], number: FromPath[str], data: JSONBody[LeadIn]) -> Response[ReadOut]:
    edition = await require_current()
    await limits.count("leads", f"exhibitor:{number}")

    async def work() -> ReadOut:
        read = await services.take(actor_of(request), edition, number, data)
        return await read_out(request, edition, number, read)

    return await once_only(request, work, status_code=200)


@get(
    "/api/v1/exhibitors/{number:str}/leads",
    opt=allow(Role.organizer, Role.exhibitor),
    tags=["leads"],
    summary="An exhibitor's own leads, the newest first",
)
async def leads(
    request: Request[Any, Any, Any],
    number: FromPath[str],
    limit: Limit = 50,
    cursor: Cursor = None,
    q: Annotated[str | None, QueryParameter(max_length=100)] = None,
    rating: Annotated[int | None, QueryParameter(ge=1, le=5, description="At least.")] = None,
) -> Listing[LeadOut]:
    after = after_of(request, cursor)
    edition = await require_current()
    exhibitor = await desk.opened_by(actor_of(request), edition, number)
    sought = Sought((q or "").strip(), rating)
    found = await queries.leads(edition, exhibitor, sought, before=int(after[0]) if after else None, limit=limit + 1)
    total = await queries.count_leads(edition, exhibitor, sought)
    piece = listing(request, found, limit, total, key=lambda one: (one.id,))
    return Listing([_out(one, edition) for one in piece.items], piece.next, piece.total)


ROUTES: list[Any] = [take, leads]
