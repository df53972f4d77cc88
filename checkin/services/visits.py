"""Visitors register beforehand, alone, as a group, or with somebody's help; or at the desk."""

from typing import Any, Literal

from checkin.queries.badges import BadgeInfo, badge_with_id
from checkin.rules.visits import VisitDraft
from checkin.services import badges, changes, leads, mailing
from checkin.services.badges import Signed
from checkin.tables import Badge, BadgeStatus, Visit
from core import clock
from core.accounts.roles import Actor
from core.audit import services as audit
from core.db import transaction
from core.editions.queries import EditionInfo
from core.errors import NotFound
from core.i18n import Locale


class _SentBefore(Exception):
    pass


async def of_form(edition: EditionInfo, form: str) -> BadgeInfo | None:
    """What came of a form that was sent before."""
    row = await Visit.select(Visit.badge).where(Visit.form == form, Visit.edition == edition.id).first()
    return None if row is None else await badge_with_id(row["badge"])


async def register(
    actor: Actor,
    edition: EditionInfo,
    draft: VisitDraft,
    locale: Locale,
    *,
    form: str | None = None,
    source: Literal["web", "desk"] = "web",
) -> BadgeInfo:
    """The badge. A form sent twice, also at once, makes one. That a number or an address is known already is told to
    nobody: it makes another badge, which the desk sees.

    :raises InvalidInput: the address is none.
    """
    if form is not None and (before := await of_form(edition, form)) is not None:
        return before
    [signed] = await badges.sign(edition, [draft.badge])
    try:
        async with transaction():
            return await _store(actor, edition, draft, signed, locale, form, source)
    except _SentBefore:
        async with transaction():  # where the writer writes: the other may not be durable yet
            before = await of_form(edition, form or "")
        if before is None:
            raise NotFound from None
        return before


async def _store(
    actor: Actor,
    edition: EditionInfo,
    draft: VisitDraft,
    signed: Signed,
    locale: Locale,
    form: str | None,
    source: str,
) -> BadgeInfo:
    now = clock.now()
    [made] = await badges.put(edition, [signed])
    row = Visit(
        edition=edition.id,
        badge=made.id,
        form=form,
        notice=draft.notice,
        agreed_at=now,
        leads_agreed_at=now if draft.leads else None,
        helper=draft.helper,
        helper_name=draft.helper_name,
        vehicle=draft.vehicle,
        arrives=draft.arrives,
        source=source,
        made_by=actor.key,
        made_at=now,
    )
    if not await Visit.insert(row).on_conflict(action="DO NOTHING").returning(Visit.id):
        raise _SentBefore
    if draft.leads:
        await leads.agree(actor, edition, made.id, locale, at=now)
    await audit.record(
        actor,
        "visit.registered",
        f"badge:{made.serial}",
        after={"kind": made.kind.value, "size": made.size, "source": source, "helper": draft.helper},
        personal={"holder": made.holder},
    )
    if made.email:
        await mailing.enqueue_badge(edition, made, locale)
    return made


async def cancel(actor: Actor, edition: EditionInfo, badge: BadgeInfo, reason: str = "") -> None:
    """The registration is taken back: the badge opens nothing, and what was agreed to ends. Again it is nothing.

    :raises NotFound: the badge comes of no registration.
    """
    async with transaction():
        first = badge.root or badge.id
        found = await Visit.exists().where(Visit.badge == first)
        if not found:
            raise NotFound
        gone = (
            await Visit.update({Visit.cancelled_at: clock.now()})
            .where(Visit.badge == first, Visit.cancelled_at.is_null())
            .returning(Visit.id)
        )
        if not gone:
            return
        # Of one that was made anew, the last.
        chain: Any = (Badge.id == first) | (Badge.root == first)
        for row in await Badge.select(Badge.serial).where(chain, Badge.status == BadgeStatus.active.value):
            await changes.revoke(actor, edition, row["serial"], reason)
        await leads.withdraw(actor, edition, badge.id)
        await audit.record(actor, "visit.cancelled", f"badge:{badge.serial}")
