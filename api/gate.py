"""What the scanner's page on a phone asks: to be let in, what it needs to decide alone, who somebody is."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromQuery, JSONBody

from api.checkpoints import code_of
from api.scans import ScanOut, bound_to, scan_out
from checkin.queries import people
from checkin.queries import snapshot as snapshots
from checkin.queries.badges import badge_with_serial
from checkin.queries.checkpoints import CheckpointInfo, checkpoints
from checkin.queries.snapshot import BadgeOut, Cursor, KeyOut
from checkin.rules.scans import Nonce, Note, People, ScanIn
from checkin.services import devices
from checkin.services.changes import BindIn
from checkin.services.devices import Heard
from checkin.services.scans import gate as scanning
from checkin.tables import BadgeKind, BadgeStatus, Direction
from core import clock
from core.accounts.roles import Role
from core.editions.queries import EditionInfo, require_current
from core.errors import FieldError, InvalidInput
from core.i18n import mark
from gateway import csrf
from gateway.access import PUBLIC, actor_of, allow

#: Above all that a database numbers its rows and transactions with.
_MOST = 2**63


class EnrolIn(msgspec.Struct, forbid_unknown_fields=True):
    """`name`: what the phone is called; without it as it was invited."""

    code: Annotated[str, msgspec.Meta(max_length=200)]
    name: Annotated[str, msgspec.Meta(max_length=80)] | None = None


class EnrolledOut(msgspec.Struct):
    """`token` is answered once. `checkpoint`: the only one that the phone may scan for; null: it chooses."""

    token: str
    device: int
    name: str
    checkpoint: str | None


class HeartbeatIn(msgspec.Struct, forbid_unknown_fields=True):
    """`queue`: scans that wait to be sent. `battery`: percent, where the phone tells."""

    queue: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 0
    battery: Annotated[int, msgspec.Meta(ge=0, le=100)] | None = None
    version: Annotated[str, msgspec.Meta(max_length=40)] = ""
    device_time: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


class SettingsOut(msgspec.Struct):
    """`checkpoint`: the only one that this phone may scan for; null: it chooses."""

    edition: str
    checkpoint: str | None


class HeartbeatOut(msgspec.Struct):
    server_time: datetime
    revoked: bool
    settings: SettingsOut


class SessionOut(msgspec.Struct):
    """Of a browser that is signed in: `csrf` goes into the header `X-CSRF-Token` of what it sends."""

    name: str
    csrf: str | None
    server_time: datetime


class WipedIn(msgspec.Struct, forbid_unknown_fields=True):
    token: Annotated[str, msgspec.Meta(max_length=200)]


class GateCheckpointOut(msgspec.Struct):
    """With the terms of its `area`. Hours are minutes after midnight by the edition's clock."""

    code: str
    name_zh: str
    name_en: str
    area: str
    kinds: list[str]
    days: list[date]
    opens: int | None
    closes: int | None
    reentry: str
    exits: bool
    active: bool
    hold: bool
    capacity: int | None
    #: Areas that whoever enters this one has left.
    leaves: list[str]


class GateEditionOut(msgspec.Struct):
    slug: str
    name_zh: str
    name_en: str
    timezone: str
    days: list[date]


class SnapshotOut(msgspec.Struct):
    """`reset`: forget the badges of before and begin with these. Page on with `since=next` until `badges` is empty;
    with the same `next` later: what changed since."""

    badges: list[BadgeOut]
    keys: list[KeyOut]
    checkpoints: list[GateCheckpointOut]
    edition: GateEditionOut
    reset: bool
    server_time: datetime
    next: str


@post(
    "/api/v1/gate/enrol",
    opt=PUBLIC | {"limit": "enrol"},
    tags=["gate"],
    summary="A phone is enrolled with a one-time code",
    description="409 `invite_used`: the code was used, has run out or was never given out.",
)
async def enrol(request: Request[Any, Any, Any], data: JSONBody[EnrolIn]) -> EnrolledOut:
    made = await devices.enrol(data.code, data.name or "", request.headers.get("user-agent", ""))
    return EnrolledOut(made.token, made.device, made.name, made.checkpoint)


@post(
    "/api/v1/gate/heartbeat",
    opt=allow(Role.gate) | {"limit": "scans"},
    status_code=200,
    tags=["gate"],
    summary="A phone says that it lives, and learns the time and where it is sent",
    description="401 once it is revoked: then it forgets everything and says so by `/gate/wiped`.",
)
async def heartbeat(request: Request[Any, Any, Any], data: JSONBody[HeartbeatIn]) -> HeartbeatOut:
    edition = await require_current()
    said = Heard(data.queue, data.battery, data.version, data.device_time)
    place = await devices.heard(actor_of(request), said)
    return HeartbeatOut(_now(edition), False, SettingsOut(edition.slug, place or None))


@get(
    "/api/v1/gate/session",
    opt=allow(Role.gate),
    tags=["gate"],
    summary="Who is signed in here, for scanning without enrolment",
)
async def session(request: Request[Any, Any, Any]) -> SessionOut:
    actor = actor_of(request)
    token = csrf.token_of(request) if actor.kind == "account" else None
    return SessionOut(actor.name, token, _now(await require_current()))


@post(
    "/api/v1/gate/wiped",
    opt=PUBLIC | {"limit": "enrol"},
    status_code=204,
    tags=["gate"],
    summary="A revoked phone says that it has forgotten everything",
    description="Answers the same whatever the token.",
)
async def wiped(data: JSONBody[WipedIn]) -> None:
    await devices.wiped(data.token)


@post(
    "/api/v1/gate/leave",
    opt=allow(Role.gate) | {"may_miss": True},
    status_code=204,
    tags=["gate"],
    summary="A phone is given back: its token ends",
)
async def leave(request: Request[Any, Any, Any]) -> None:
    await devices.left(actor_of(request))


def _now(edition: EditionInfo) -> datetime:
    return clock.now().astimezone(edition.zone)


def _packed(cursor: Cursor) -> str:
    return urlsafe_b64encode(msgspec.msgpack.encode(cursor)).decode().rstrip("=")


def _cursor(since: str | None) -> Cursor | None:
    if not since:
        return None
    try:
        raw = urlsafe_b64decode(since.encode("ascii") + b"=" * (-len(since) % 4))
        found = msgspec.msgpack.decode(raw, type=Cursor)
        numbers = [found.edition, found.after or 0, *(number for mark_ in found.marks for number in mark_)]
        if all(0 <= number < _MOST for number in numbers):
            return found
    except (ValueError, msgspec.MsgspecError):
        pass
    message = mark("This cursor does not belong to this list. Begin again without it.")
    raise InvalidInput(errors=(FieldError("since", "invalid", message),))


def _checkpoint(one: CheckpointInfo) -> GateCheckpointOut:
    return GateCheckpointOut(
        code=one.code,
        name_zh=one.name_zh,
        name_en=one.name_en or one.name_zh,
        area=one.area.code,
        kinds=list(one.kinds),
        days=list(one.days),
        opens=one.opens,
        closes=one.closes,
        reentry=one.reentry.value,
        exits=one.exits,
        active=one.active,
        hold=one.hold,
        capacity=one.area.capacity,
        leaves=[area.code for area in one.left],
    )


@get(
    "/api/v1/gate/snapshot",
    opt=allow(Role.gate),
    tags=["gate"],
    summary="What a phone needs to decide alone, in pieces; later only what changed",
    description="Holders are sealed with their badge's own code: docs/scanner.md.",
)
async def snapshot(
    since: Annotated[FromQuery[str | None], msgspec.Meta(max_length=500)] = None,
) -> SnapshotOut:
    edition = await require_current()
    found = await snapshots.piece(edition, _cursor(since))
    places = (await checkpoints(edition.id)).values()
    return SnapshotOut(
        badges=found.badges,
        keys=await snapshots.keys(edition),
        checkpoints=[_checkpoint(one) for one in places],
        edition=GateEditionOut(
            edition.slug,
            edition.name_zh,
            edition.name_en,
            edition.timezone,
            [day.day for day in edition.days],
        ),
        reset=found.reset,
        server_time=_now(edition),
        next=_packed(found.cursor),
    )


class FoundOut(msgspec.Struct):
    """`holder` and `mobile` are masked."""

    serial: str
    holder: str
    organisation: str
    kind: BadgeKind
    status: BadgeStatus
    mobile: str
    size: int


class FoundList(msgspec.Struct):
    items: list[FoundOut]


@get(
    "/api/v1/gate/search",
    opt=allow(Role.gate) | {"limit": "search"},
    tags=["gate"],
    summary="Somebody without a badge at hand: by name, firm or the last four digits of the phone",
    description="At most ten, masked. Who looks is noted.",
)
async def search(request: Request[Any, Any, Any], q: FromQuery[str] = "") -> FoundList:
    edition = await require_current()
    found = await people.people(edition, q)
    await devices.looked(actor_of(request), edition, len(found))
    return FoundList([FoundOut(*msgspec.structs.astuple(one)) for one in found])


class AdmitIn(msgspec.Struct, forbid_unknown_fields=True):
    """As of `/scans`, with the badge's `serial` in the place of its code."""

    serial: str
    checkpoint: str
    nonce: Nonce
    direction: Direction = Direction.enter
    count: People | None = None
    note: Note | None = None


@post(
    "/api/v1/gate/admit",
    opt=allow(Role.gate) | {"limit": "search", "may_miss": True},
    status_code=200,
    tags=["gate"],
    summary="Scan somebody who was found by name",
    description="Answers as `POST /scans`, by the same rules. 404: there is no such badge.",
)
async def admit(request: Request[Any, Any, Any], data: JSONBody[AdmitIn]) -> ScanOut:
    edition = await require_current()
    badge = await badge_with_serial(edition, code_of(data.serial))
    typed = ScanIn(badge.code, data.checkpoint, data.nonce, data.direction, None, data.count, data.note)
    answer = await scanning.scan(actor_of(request), bound_to(request), edition, typed)
    return scan_out(answer, edition)


class WalkInIn(BindIn, forbid_unknown_fields=True):
    """`code`: of a blank badge, as it was scanned, or its serial; without it a new badge is made."""

    code: str | None = None


class WalkInOut(msgspec.Struct):
    """Scan `code` next."""

    serial: str
    code: str
    kind: BadgeKind
    holder: str


@post(
    "/api/v1/gate/walk-in",
    opt=allow(Role.gate) | {"limit": "search"},
    tags=["gate"],
    summary="A badge for somebody who came without one: a new one, or a blank one bound",
    description="409 `not_blank`: the badge belongs to somebody already.",
)
async def walk_in(request: Request[Any, Any, Any], data: JSONBody[WalkInIn]) -> Response[WalkInOut]:
    edition = await require_current()
    actor = actor_of(request)
    made = await devices.walk_in(actor, edition, data, data.code or "")
    return Response(WalkInOut(made.serial, made.code, made.kind, made.holder), status_code=201)


ROUTES: list[Any] = [enrol, heartbeat, session, wiped, leave, snapshot, search, admit, walk_in]
