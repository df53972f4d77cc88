"""Reads of leads: for the exhibitor who holds them, and for the visitor who gave them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from piccolo.query.functions.aggregate import Count

from checkin.tables import Badge, BadgeKind, Lead, LeadConsent, LeadEvent, LeadTransfer
from core import text
from core.editions.queries import EditionInfo
from core.errors import NotFound
from core.privacy.registry import ERASED
from core.search import contains


class LeadInfo(msgspec.Struct, frozen=True, kw_only=True):
    """One whose consent was taken back, or whose badge was erased, is empty but for its times."""

    id: int
    first_at: datetime
    last_at: datetime
    times: int
    #: The holder has taken the consent back.
    withdrawn: bool
    kind: BadgeKind | None = None
    holder: str = ""
    organisation: str = ""
    title: str = ""
    mobile: str = ""
    email: str = ""
    rating: int | None = None
    tags: tuple[str, ...] = ()
    note: str = ""
    #: Whose it is; in the organizers' export.
    exhibitor: str = ""
    exhibitor_name: str = ""

    @property
    def masked(self) -> str:
        """The number as lists show it."""
        return text.mask_phone(self.mobile) if self.mobile else ""


class Sought(msgspec.Struct, frozen=True):
    """``q``: a part of name, organisation, note or tag."""

    q: str = ""
    #: At least.
    rating: int | None = None


_COLUMNS: Sequence[Any] = (
    Lead.id,
    Lead.first_at,
    Lead.last_at,
    Lead.times,
    Lead.rating,
    Lead.tags,
    Lead.note,
    Lead.withdrawn_at,
    Lead.badge.kind.as_alias("kind"),
    Lead.badge.holder.as_alias("holder"),
    Lead.badge.organisation.as_alias("organisation"),
    Lead.badge.title.as_alias("title"),
    Lead.badge.mobile.as_alias("mobile"),
    Lead.badge.email.as_alias("email"),
    Lead.exhibitor.number.as_alias("number"),
    Lead.exhibitor.name.as_alias("name"),
)


def _info(row: dict[str, Any]) -> LeadInfo:
    bare = LeadInfo(
        id=row["id"],
        first_at=row["first_at"],
        last_at=row["last_at"],
        times=row["times"],
        withdrawn=row["withdrawn_at"] is not None or row["holder"] == ERASED,
        exhibitor=row["number"],
        exhibitor_name=row["name"],
    )
    if bare.withdrawn:
        return bare
    return msgspec.structs.replace(
        bare,
        kind=BadgeKind(row["kind"]),
        holder=row["holder"],
        organisation=row["organisation"],
        title=row["title"],
        mobile=row["mobile"],
        email=row["email"],
        rating=row["rating"],
        tags=tuple(tag for tag in row["tags"].split("\n") if tag),
        note=row["note"],
    )


def _where(exhibitor: int | None, edition: EditionInfo, sought: Sought) -> Any:
    where: Any = Lead.edition == edition.id
    if exhibitor is not None:
        where &= Lead.exhibitor == exhibitor
    if sought.rating is not None:
        where &= Lead.rating >= sought.rating
    if sought.q:
        theirs = contains(Badge.holder, sought.q) | contains(Badge.organisation, sought.q)
        badges = Badge.select(Badge.id).where(Badge.edition == edition.id, theirs)
        where &= Lead.withdrawn_at.is_null() & (
            Lead.badge.is_in(badges) | contains(Lead.note, sought.q) | contains(Lead.tags, sought.q)
        )
    return where


async def leads(
    edition: EditionInfo,
    exhibitor: int,
    sought: Sought = Sought(),  # noqa: B008  # frozen
    *,
    before: int | None = None,
    limit: int = 50,
) -> list[LeadInfo]:
    """The newest first; ``before`` is the id of the last one of the page before."""
    where = _where(exhibitor, edition, sought)
    if before is not None:
        where &= Lead.id < before
    rows = await Lead.select(*_COLUMNS).where(where).order_by(Lead.id, ascending=False).limit(limit)
    return [_info(row) for row in rows]


async def all_leads(edition: EditionInfo) -> list[LeadInfo]:
    """Every exhibitor's, for an export by the organizers; firm by firm."""
    rows = await Lead.select(*_COLUMNS).where(Lead.edition == edition.id).order_by(Lead.exhibitor).order_by(Lead.id)
    return [_info(row) for row in rows]


async def count_leads(edition: EditionInfo, exhibitor: int, sought: Sought = Sought()) -> int:  # noqa: B008  # frozen
    found = await Lead.select(Count()).where(_where(exhibitor, edition, sought)).first()
    return int(found["count"]) if found else 0


async def lead(edition: EditionInfo, exhibitor: int, number: int) -> LeadInfo:
    """:raises NotFound: also for another exhibitor's."""
    where = (Lead.id == number) & (Lead.exhibitor == exhibitor) & (Lead.edition == edition.id)
    row = await Lead.select(*_COLUMNS).where(where).first()
    if row is None:
        raise NotFound
    return _info(row)


async def root_of(edition: EditionInfo, badge: int) -> int:
    """:raises NotFound: no such badge."""
    row = await Badge.select(Badge.id, Badge.root).where(Badge.id == badge, Badge.edition == edition.id).first()
    if row is None:
        raise NotFound
    return int(row["root"] or row["id"])


# ── the visitor's side ──


class Transfer(msgspec.Struct, frozen=True):
    at: datetime
    what: LeadEvent
    fields: tuple[str, ...]


class LeadOfBadge(msgspec.Struct, frozen=True):
    """Who has it, in the words that the holder's page needs."""

    lead: int
    exhibitor: str
    exhibitor_name: str
    exhibitor_name_en: str
    withdrawn_at: datetime | None
    transfers: tuple[Transfer, ...]

    def name(self, locale: str) -> str:
        return (locale == "en" and self.exhibitor_name_en) or self.exhibitor_name


class ConsentOfBadge(msgspec.Struct, frozen=True):
    given_at: datetime
    version: str


async def leads_of_badge(edition: EditionInfo, badge: int) -> list[LeadOfBadge]:
    """To whom the holder's data went, and when, the latest first; two queries. :raises NotFound: no such badge."""
    root = await root_of(edition, badge)
    found = (
        await LeadTransfer.select(
            LeadTransfer.lead,
            LeadTransfer.what,
            LeadTransfer.fields,
            LeadTransfer.at,
            LeadTransfer.lead.withdrawn_at.as_alias("withdrawn_at"),
            LeadTransfer.exhibitor.number.as_alias("number"),
            LeadTransfer.exhibitor.name.as_alias("name"),
            LeadTransfer.exhibitor.name_en.as_alias("name_en"),
        )
        .where(LeadTransfer.edition == edition.id, LeadTransfer.root == root)
        .order_by(LeadTransfer.id, ascending=False)
    )
    told: dict[int, list[Transfer]] = {}
    rows: dict[int, dict[str, Any]] = {}
    for row in found:
        rows.setdefault(row["lead"], row)
        told.setdefault(row["lead"], []).append(
            Transfer(row["at"], LeadEvent(row["what"]), tuple(row["fields"].split()))
        )
    return [
        LeadOfBadge(number, row["number"], row["name"], row["name_en"], row["withdrawn_at"], tuple(told[number]))
        for number, row in rows.items()
    ]


async def consent_of_badge(edition: EditionInfo, badge: int) -> ConsentOfBadge | None:
    """Given beforehand to every exhibitor, and not taken back."""
    root = await root_of(edition, badge)
    row = (
        await LeadConsent.select(LeadConsent.given_at, LeadConsent.version)
        .where(
            LeadConsent.edition == edition.id,
            LeadConsent.root == root,
            LeadConsent.exhibitor.is_null(),
            LeadConsent.withdrawn_at.is_null(),
        )
        .order_by(LeadConsent.id, ascending=False)
        .first()
    )
    return None if row is None else ConsentOfBadge(row["given_at"], row["version"])
