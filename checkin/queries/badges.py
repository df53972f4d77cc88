"""Reads of badges."""

from datetime import date, datetime
from typing import Any

import msgspec
from piccolo.columns.combination import WhereRaw
from piccolo.query.functions.aggregate import Count

from checkin.tables import Badge, BadgeKind, BadgeStatus
from core import text
from core.accounts.roles import Actor, Role
from core.editions.queries import EditionInfo
from core.errors import NotFound
from core.search import contains
from exhibitors.queries.desk import own_exhibitors
from exhibitors.rules.directory import normal

#: Longest search that is looked at.
LONGEST = 60


class BadgeInfo(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    serial: str
    code: str
    kind: BadgeKind
    status: BadgeStatus
    holder: str
    organisation: str
    title: str
    mobile: str
    email: str
    locale: str
    note: str
    #: Why it was revoked or reissued.
    reason: str
    size: int
    members: tuple[str, ...]
    #: Empty: every day.
    days: tuple[date, ...]
    issued_at: datetime
    exhibitor: int | None
    uid: int | None
    key_number: int | None
    root: int | None
    replaced_by: int | None

    @property
    def masked_mobile(self) -> str:
        return text.mask_phone(self.mobile) if self.mobile else ""

    @property
    def masked_email(self) -> str:
        return text.mask_email(self.email) if self.email else ""

    @property
    def in_force(self) -> bool:
        return self.status is BadgeStatus.active


_PLAIN = (
    *("id", "serial", "code", "holder", "organisation", "title", "mobile", "email", "locale", "note", "reason"),
    *("size", "issued_at", "exhibitor", "uid", "key_number", "root", "replaced_by"),
)


def info(row: dict[str, Any]) -> BadgeInfo:
    return BadgeInfo(
        kind=BadgeKind(row["kind"]),
        status=BadgeStatus(row["status"]),
        members=tuple(row["members"].splitlines()),
        days=tuple(date.fromisoformat(day) for day in row["days"].split()),
        **{name: row[name] for name in _PLAIN},
    )


class Filter(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which badges; also of a print run, as JSON."""

    kind: BadgeKind | None = None
    status: BadgeStatus | None = None
    #: A part of name, firm, pinyin, the last digits of the number, or a serial.
    q: str = ""
    #: Whether its code as it is now was put on paper.
    printed: bool | None = None
    #: Whether it was ever let in anywhere.
    arrived: bool | None = None
    #: The exhibitor's id.
    exhibitor: int | None = None
    serials: tuple[str, ...] = ()


def badges_where(edition: EditionInfo, only: Filter) -> Any:
    found: Any = Badge.edition == edition.id
    if only.kind is not None:
        found &= Badge.kind == only.kind.value
    if only.status is not None:
        found &= Badge.status == only.status.value
    if only.exhibitor is not None:
        found &= Badge.exhibitor == only.exhibitor
    if only.serials:
        found &= Badge.serial.is_in(list(only.serials))
    if wanted := normal(only.q[:LONGEST]):
        found &= contains(Badge.search, wanted) | (Badge.serial == wanted)
    if only.printed is not None:
        printed = "EXISTS (SELECT 1 FROM badge_print p WHERE p.badge = badge.id AND p.uid = badge.uid)"
        found &= WhereRaw(printed if only.printed else f"NOT {printed}")
    if only.arrived is not None:
        arrived = (
            "EXISTS (SELECT 1 FROM presence p JOIN area a ON a.id = p.area WHERE a.edition = badge.edition"
            " AND p.root = COALESCE(badge.root, badge.id) AND p.first_at IS NOT NULL)"
        )
        found &= WhereRaw(arrived if only.arrived else f"NOT {arrived}")
    return found


async def count_badges(edition: EditionInfo, only: Filter = Filter()) -> int:  # noqa: B008  # frozen
    found = await Badge.select(Count()).where(badges_where(edition, only)).first()
    return int(found["count"]) if found else 0


async def badges(
    edition: EditionInfo,
    only: Filter = Filter(),  # noqa: B008
    *,
    before: int | None = None,
    limit: int = 50,
) -> list[BadgeInfo]:
    """The latest first; ``before`` is the id of the last one of the page before."""
    condition = badges_where(edition, only)
    if before is not None:
        condition &= Badge.id < before
    rows = await Badge.select().where(condition).order_by(Badge.id, ascending=False).limit(limit)
    return [info(row) for row in rows]


async def badges_after(edition: EditionInfo, only: Filter, after: int, limit: int) -> list[BadgeInfo]:
    """In the order of their making, for what goes through all of them."""
    condition = badges_where(edition, only) & (Badge.id > after)
    return [info(row) for row in await Badge.select().where(condition).order_by(Badge.id).limit(limit)]


async def badge_with_serial(edition: EditionInfo, serial: str) -> BadgeInfo:
    row = await Badge.select().where(Badge.edition == edition.id, Badge.serial == serial).first()
    if row is None:
        raise NotFound
    return info(row)


async def badge_with_id(number: int) -> BadgeInfo:
    row = await Badge.select().where(Badge.id == number).first()
    if row is None:
        raise NotFound
    return info(row)


async def badge_with_code(edition: EditionInfo, code: str) -> BadgeInfo:
    """``code`` normalized."""
    row = await Badge.select().where(Badge.edition == edition.id, Badge.code == code).first()
    if row is None:
        raise NotFound
    return info(row)


async def badges_of(exhibitor: int) -> list[BadgeInfo]:
    """In force, in the order of their making."""
    rows = (
        await Badge.select()
        .where(Badge.exhibitor == exhibitor, Badge.status == BadgeStatus.active.value)
        .order_by(Badge.id)
    )
    return [info(row) for row in rows]


async def badge_opened_by(actor: Actor, edition: EditionInfo, serial: str) -> BadgeInfo:
    """When this person may hold it: an organizer, or somebody of the exhibitor whose staff it is for.

    :raises NotFound: also for a badge that is another's.
    """
    found = await badge_with_serial(edition, serial)
    if Role.organizer in actor.roles:
        return found
    if found.exhibitor is None or found.exhibitor not in await own_exhibitors(actor):
        raise NotFound
    return found
