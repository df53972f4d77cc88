"""Badges for who speaks on a stage."""

from checkin.rules.badges import BadgeIn, checked_batch
from checkin.services import badges
from checkin.tables import Badge, BadgeKind, BadgeStatus
from core.accounts.roles import Actor
from core.editions.queries import EditionInfo
from projects.queries.agenda import SlotInfo


async def give_badges(actor: Actor, edition: EditionInfo, slot: SlotInfo) -> int:
    """One for each speaker who has none of this kind by name and organisation; answers how many were made."""
    names = sorted({who.name for who in slot.speakers})
    if not names:
        return 0
    rows = await Badge.select(Badge.holder, Badge.organisation).where(
        Badge.edition == edition.id,
        Badge.kind == BadgeKind.speaker.value,
        Badge.status == BadgeStatus.active.value,
        Badge.holder.is_in(names),
    )
    have = {(row["holder"], row["organisation"]) for row in rows}
    missing = [who for who in slot.speakers if (who.name, who.organisation) not in have]
    if not missing:
        return 0
    typed = [BadgeIn("speaker", who.name, who.organisation or None) for who in missing]
    return len(await badges.issue_all(actor, edition, checked_batch(typed)))
