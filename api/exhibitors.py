"""Registration of exhibitors, and their applications for those who review them."""

from datetime import datetime
from typing import Any, Literal

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody

from core import text
from core.accounts.roles import Role
from core.editions.queries import EditionInfo, edition_named, require_current
from core.errors import Forbidden
from core.i18n import translate
from exhibitors.queries import applications as queries
from exhibitors.queries.applications import ExhibitorLine
from exhibitors.rules import applications as rules
from exhibitors.rules.applications import ApplicationIn, Booth
from exhibitors.rules.review import Comment
from exhibitors.services import registration as services
from exhibitors.services import review
from exhibitors.tables import BoothKind, Kind, Status, Step
from gateway.access import PUBLIC, actor_of, allow
from gateway.bodies import Body
from gateway.idempotency import once_only
from gateway.lists import Cursor, Limit, Listing, after_of, listing
from gateway.locale import locale_of


class RegisteredOut(msgspec.Struct):
    number: str
    status: Status


@post(
    "/api/v1/exhibitors",
    opt={**PUBLIC, "limit": "register"},
    tags=["exhibitors"],
    summary="Register an exhibitor for the current edition",
    description=(
        "Needs the consent to the edition's privacy notice: `privacy_version` as `GET /edition` gives it. "
        "`credit_code` for mainland China only. `category`, or up to three `categories`, the first one leads. "
        "409 `already_registered` for a credit code that this edition has; 409 `registration_closed` outside the "
        "registration window; 422 with every bad member. An organizer who has compared a credit code with the licence "
        "sends `?check_digit=passed`, and a wrong check digit is stored and audited; for others that is 403."
    ),
)
async def register(
    request: Request[Any, Any, Any],
    data: JSONBody[ApplicationIn],
    check_digit: FromQuery[Literal["passed"] | None] = None,
) -> Response[RegisteredOut]:
    edition, may_slip = await require_current(), check_digit is not None
    if may_slip and Role.organizer not in actor_of(request).roles:
        raise Forbidden
    ready = services.prepare(services.checked(data, edition, locale_of(request), may_slip=may_slip), edition)

    async def work() -> RegisteredOut:
        made = await services.submit(actor_of(request), edition, ready)
        return RegisteredOut(made.number, made.status)

    return await once_only(request, work)


class BoothOut(msgspec.Struct):
    kind: BoothKind
    count: int | None
    area_m2: int | None


class MaskedContactOut(msgspec.Struct):
    name: str
    mobile: str


class ContactOut(msgspec.Struct):
    name: str
    mobile: str
    email: str


class ExhibitorItem(msgspec.Struct):
    """In lists the phone is masked and the email left out."""

    number: str
    status: Status
    name: str
    name_en: str
    country: str
    categories: list[str]
    fields: list[str]
    booth: BoothOut
    contact: MaskedContactOut
    submitted_at: datetime


class ExhibitorOut(msgspec.Struct):
    number: str
    status: Status
    name: str
    name_en: str
    country: str
    credit_code: str | None
    category: str
    categories: list[str]
    fields: list[str]
    intro: str
    website: str
    contact: ContactOut
    booth: BoothOut
    locale: str
    submitted_at: datetime
    changed_at: datetime
    kind: Kind
    registration_number: str
    lintel_zh: str
    lintel_en: str
    power: str
    water: bool
    exhibits: str
    check_digit_overridden: bool


def _booth(booth: Booth) -> BoothOut:
    return BoothOut(booth.kind, booth.count, booth.area_m2)


def _item(line: ExhibitorLine, edition: EditionInfo) -> ExhibitorItem:
    return ExhibitorItem(
        number=line.number,
        status=line.status,
        name=line.name,
        name_en=line.name_en,
        country=line.country,
        categories=list(line.categories),
        fields=list(line.fields),
        booth=_booth(line.booth),
        contact=MaskedContactOut(line.contact.name, line.contact.mobile),
        submitted_at=line.submitted_at.astimezone(edition.zone),
    )


@get(
    "/api/v1/exhibitors",
    opt=allow(Role.reviewer),
    tags=["exhibitors"],
    summary="Applications, the latest first",
    description="`q` is part of a name, a number or a credit code.",
)
async def exhibitors(
    request: Request[Any, Any, Any],
    limit: Limit = 50,
    cursor: Cursor = None,
    edition: FromQuery[str | None] = None,
    status: FromQuery[Status | None] = None,
    field: FromQuery[str | None] = None,
    category: FromQuery[str | None] = None,
    q: FromQuery[str | None] = None,
) -> Listing[ExhibitorItem]:
    after = after_of(request, cursor)
    of = await edition_named(edition)
    wanted = queries.Filter(status, field, category, q)
    before = int(after[0]) if after else None
    lines = await queries.exhibitors(of, wanted, before=before, limit=limit + 1)
    piece = listing(request, lines, limit, await queries.count_exhibitors(of, wanted), key=lambda line: (line.id,))
    return Listing([_item(line, of) for line in piece.items], piece.next, piece.total)


@get(
    "/api/v1/exhibitors/{number:str}",
    opt=allow(Role.reviewer),
    tags=["exhibitors"],
    summary="One application",
)
async def exhibitor(number: FromPath[str], edition: FromQuery[str | None] = None) -> ExhibitorOut:
    of = await edition_named(edition)
    found = await queries.exhibitor_numbered(of, number)
    return ExhibitorOut(
        number=found.number,
        status=found.status,
        name=found.name,
        name_en=found.name_en,
        country=found.country,
        credit_code=found.credit_code,
        category=found.categories[0],
        categories=list(found.categories),
        fields=list(found.fields),
        intro=found.intro,
        website=found.website,
        contact=ContactOut(found.contact.name, found.contact.mobile, found.contact.email),
        booth=_booth(found.booth),
        locale=found.locale,
        submitted_at=found.submitted_at.astimezone(of.zone),
        changed_at=found.changed_at.astimezone(of.zone),
        kind=found.kind,
        registration_number=found.registration_number,
        lintel_zh=found.lintel_zh,
        lintel_en=found.lintel_en,
        power=found.power,
        water=found.water,
        exhibits=found.exhibits,
        check_digit_overridden=found.check_digit_overridden,
    )


class LookIn(Body, frozen=True, kw_only=True):
    field: Literal["credit_code", "contact.mobile", "contact.email", "website", "lintel_zh", "lintel_en"]
    value: str
    country: str = "CN"


class LookOut(msgspec.Struct):
    """``value`` as it would be stored, ``kind`` as a credit code's beginning says."""

    ok: bool
    value: str
    kind: Kind | None
    code: str | None
    message: str | None


@post(
    "/api/v1/registration-check",
    opt={**PUBLIC, "limit": "look"},
    status_code=200,
    tags=["exhibitors"],
    summary="Look at one field of a registration while the rest is still being typed",
    description="By the rules of the registration itself. It says nothing about who has registered.",
)
async def look(request: Request[Any, Any, Any], data: JSONBody[LookIn]) -> LookOut:
    found = rules.look(data.field, data.value, text.code(data.country[:10]))
    fault = found.errors[0] if found.errors else None
    return LookOut(
        ok=fault is None,
        value=found.value,
        kind=found.kind,
        code=fault.code if fault else None,
        message=translate(locale_of(request), fault.message) if fault else None,
    )


class CommentIn(Body, frozen=True, kw_only=True):
    field: str
    comment: str


class DecisionIn(Body, frozen=True, kw_only=True):
    decision: Literal["approve", "reject", "request_changes", "waitlist", "unwaitlist", "reopen"]
    note: str | None = None
    comments: list[CommentIn] = []


class DecidedOut(msgspec.Struct):
    number: str
    status: Status
    undo_until: datetime


@post(
    "/api/v1/exhibitors/{number:str}/decision",
    opt=allow(Role.reviewer),
    status_code=200,
    tags=["exhibitors"],
    summary="Decide on an application",
    description=(
        "`note` and the `comments` at single fields are for the applicant, who is mailed after ten minutes: so long "
        "the desk can undo it. 409 `wrong_status` where the application's status does not allow the decision."
    ),
)
async def decide(
    request: Request[Any, Any, Any], number: FromPath[str], data: JSONBody[DecisionIn]
) -> Response[DecidedOut]:
    edition = await require_current()
    comments = [Comment(one.field, one.comment) for one in data.comments]
    ready = await review.prepare(edition, number, Step(data.decision), note=data.note or "", comments=comments)

    async def work() -> DecidedOut:
        made = await review.settle(actor_of(request), edition, ready)
        return DecidedOut(number, made.status, made.undo_until.astimezone(edition.zone))

    return await once_only(request, work, status_code=200)


ROUTES: list[Any] = [register, exhibitors, exhibitor, look, decide]
