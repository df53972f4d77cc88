"""Interest by badge: an exhibitor is given what stands on a visitor's badge, if the visitor agrees (PIPL, Art. 23)."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from checkin.queries import leads as queries
from checkin.rules import leads as rules
from checkin.rules.leads import LeadDraft, LeadIn, Remarks
from checkin.tables import Badge, BadgeStatus, Lead, LeadConsent, LeadEvent, LeadTransfer
from core import clock
from core.accounts.roles import Actor
from core.audit import services as audit
from core.db import transaction
from core.editions.queries import EditionInfo
from core.errors import NotFound
from core.i18n import Locale
from exhibitors.queries import desk
from exhibitors.queries.applications import exhibitor_numbered
from exhibitors.rules.desk import ADMITTED, NotAdmittedYet


class Reading(StrEnum):
    """What came of reading a badge at a booth; each is an answer, none an error."""

    held = "held"
    consent_needed = "consent_needed"
    unknown_badge = "unknown_badge"
    own_badge = "own_badge"


class Read(msgspec.Struct, frozen=True):
    status: Reading
    #: With ``held`` alone.
    lead: int | None = None
    #: In what language to ask, where the badge says so.
    locale: str = ""


async def _badge_of(edition: EditionInfo, draft: LeadDraft) -> dict[str, Any] | None:
    """In force, by its whole code or by its serial."""
    named = Badge.code == draft.code if draft.code else Badge.serial == draft.serial
    row: dict[str, Any] | None = (
        await Badge.select(Badge.id, Badge.root, Badge.exhibitor, Badge.locale)
        .where(Badge.edition == edition.id, named, Badge.status == BadgeStatus.active.value)
        .first()
    )
    return row


async def _consent(edition: EditionInfo, exhibitor: int, root: int, since: datetime | None) -> int | None:
    """One that stands; after a withdrawal only what was said to this exhibitor since."""
    own: Any = LeadConsent.exhibitor == exhibitor
    own = own | LeadConsent.exhibitor.is_null() if since is None else own & (LeadConsent.given_at > since)
    row = (
        await LeadConsent.select(LeadConsent.id)
        .where(LeadConsent.edition == edition.id, LeadConsent.root == root, LeadConsent.withdrawn_at.is_null(), own)
        .order_by(LeadConsent.id, ascending=False)
        .first()
    )
    return None if row is None else int(row["id"])


async def agree(
    actor: Actor, edition: EditionInfo, root: int, locale: Locale, *, exhibitor: int | None = None, at: datetime
) -> int:
    """Inside a transaction: the holder said yes, to one exhibitor or, beforehand, to all of them."""
    made = await LeadConsent.insert(
        LeadConsent(
            edition=edition.id,
            root=root,
            exhibitor=exhibitor,
            version=rules.CONSENT_VERSION,
            locale=locale,
            given_at=at,
            asked_by=actor.key,
        )
    ).returning(LeadConsent.id)
    return int(made[0]["id"])


async def take(actor: Actor, edition: EditionInfo, number: str, typed: LeadIn) -> Read:
    """A badge read at the booth. Sent again under its nonce it changes nothing.

    :raises NotFound: a desk that is not this person's. :raises NotAdmittedYet: 409. :raises InvalidInput: 422.
    """
    now = clock.now()
    draft = rules.checked(typed, now)
    async with transaction():
        exhibitor = await desk.opened_by(actor, edition, number)
        if (await exhibitor_numbered(edition, number)).status not in ADMITTED:
            raise NotAdmittedYet
        badge = await _badge_of(edition, draft)
        if badge is None:
            return Read(Reading.unknown_badge)
        if badge["exhibitor"] == exhibitor:
            return Read(Reading.own_badge)
        root = badge["root"] or badge["id"]
        lead = await _locked(edition, exhibitor, root, badge["id"], draft.scanned_at)
        if draft.nonce is not None and await _read_before(exhibitor, draft.nonce):
            return Read(Reading.held, lead["id"]) if lead["withdrawn_at"] is None else Read(Reading.consent_needed)
        consent = await _consent(edition, exhibitor, root, lead["withdrawn_at"])
        # What a phone sends after the withdrawal but was said before it does not bring anything back.
        said_since = lead["withdrawn_at"] is None or draft.scanned_at > lead["withdrawn_at"]
        if draft.agreed and consent is None and said_since:
            consent = await agree(actor, edition, root, draft.locale, exhibitor=exhibitor, at=draft.scanned_at)
        if consent is None:
            if lead["times"] == 0:
                await Lead.delete().where(Lead.id == lead["id"])
            return Read(Reading.consent_needed, locale=badge["locale"])
        await Lead.update(
            {
                Lead.badge: badge["id"],
                Lead.first_at: min(lead["first_at"], draft.scanned_at),
                Lead.last_at: max(lead["last_at"], draft.scanned_at),
                Lead.times: Lead.times + 1,
                Lead.withdrawn_at: None,
                **_merged(lead, draft.remarks),
            }
        ).where(Lead.id == lead["id"])
        await LeadTransfer.insert(
            LeadTransfer(
                edition=edition.id,
                exhibitor=exhibitor,
                lead=lead["id"],
                root=root,
                what=LeadEvent.given.value,
                consent=consent,
                fields=" ".join(rules.FIELDS),
                nonce=draft.nonce,
                at=draft.scanned_at,
                by=actor.key,
            )
        )
    return Read(Reading.held, lead["id"])


async def _locked(edition: EditionInfo, exhibitor: int, root: int, badge: int, at: datetime) -> dict[str, Any]:
    """This exhibitor's row of the badge, made where there is none (``times`` 0) and held until the transaction ends:
    of two who read the badge at once the second finds the first one's."""
    await Lead.insert(
        Lead(edition=edition.id, exhibitor=exhibitor, badge=badge, root=root, first_at=at, last_at=at, times=0)
    ).on_conflict(action="DO NOTHING")
    rows: list[dict[str, Any]] = (
        await Lead.update({Lead.root: root})
        .where(Lead.exhibitor == exhibitor, Lead.root == root)
        .returning(*Lead.all_columns())
    )
    return rows[0]


async def _read_before(exhibitor: int, nonce: str) -> bool:
    return await LeadTransfer.exists().where(LeadTransfer.exhibitor == exhibitor, LeadTransfer.nonce == nonce)


def _merged(lead: dict[str, Any], said: Remarks) -> dict[Any, object]:
    """A later reading adds to what was noted before."""
    out: dict[Any, object] = {}
    if said.note and said.note not in lead["note"]:
        out[Lead.note] = f"{lead['note']}\n{said.note}".strip()[: rules.LONGEST_NOTE]
    if said.rating is not None:
        out[Lead.rating] = said.rating
    if said.tags:
        tags = list(dict.fromkeys([*lead["tags"].split("\n"), *said.tags]))
        out[Lead.tags] = "\n".join(tag for tag in tags if tag)[:400]
    return out


async def remark(actor: Actor, edition: EditionInfo, number: str, lead: int, said: Remarks) -> None:
    """:raises NotFound: not this exhibitor's, or taken back by its holder."""
    async with transaction():
        exhibitor = await desk.opened_by(actor, edition, number)
        changed = (
            await Lead.update({Lead.note: said.note, Lead.rating: said.rating, Lead.tags: "\n".join(said.tags)})
            .where(Lead.id == lead, Lead.exhibitor == exhibitor, Lead.withdrawn_at.is_null())
            .returning(Lead.id)
        )
        if not changed:
            raise NotFound


async def withdraw(actor: Actor, edition: EditionInfo, badge: int, lead: int | None = None) -> int:
    """The holder takes the consent back: of one exhibitor's, or of all and for those who would come. What they noted
    goes too. Answers how many exhibitors lost something; none twice.

    :raises NotFound: no such badge, or a lead that is not this badge's.
    """
    now = clock.now()
    async with transaction():
        root = await queries.root_of(edition, badge)
        mine: Any = (Lead.edition == edition.id) & (Lead.root == root)
        if lead is not None:
            mine = mine & (Lead.id == lead)
            if not await Lead.exists().where(mine):
                raise NotFound
        gone = (
            await Lead.update({Lead.withdrawn_at: now, Lead.note: "", Lead.tags: "", Lead.rating: None})
            .where(mine, Lead.withdrawn_at.is_null())
            .returning(Lead.id, Lead.exhibitor)
        )
        given: Any = (
            (LeadConsent.edition == edition.id) & (LeadConsent.root == root) & LeadConsent.withdrawn_at.is_null()
        )
        if lead is not None:
            given = given & LeadConsent.exhibitor.is_in([row["exhibitor"] for row in gone] or [0])
        await LeadConsent.update({LeadConsent.withdrawn_at: now}).where(given)
        if gone:
            await LeadTransfer.insert(
                *(
                    LeadTransfer(
                        edition=edition.id,
                        exhibitor=row["exhibitor"],
                        lead=row["id"],
                        root=root,
                        what=LeadEvent.withdrawn.value,
                        at=now,
                        by=actor.key,
                    )
                    for row in gone
                )
            )
            await audit.record(
                actor, "leads.withdrawn", f"leads:{edition.slug}", after={"leads": sorted(row["id"] for row in gone)}
            )
    return len(gone)
