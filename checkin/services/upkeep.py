"""What goes on beside the requests: badges without a signed code get one, documents of print runs go after a while."""

from checkin import codes, keys
from checkin.codes import Claims
from checkin.queries.badges import info
from checkin.rules.badges import search_text
from checkin.services.badges import changed
from checkin.tables import Badge
from core import clock
from core.db import transaction
from core.editions.queries import all_editions, edition_named
from core.jobs import every
from core.privacy.registry import ERASED

#: Of one round: some tenth of a second on the writer.
PORTION = 500
ROUNDS = 20


async def sign_some(slug: str) -> int:
    """Gives badges of an edition that have no signed code one, up to a portion of them; answers how many it were.

    A uid that is taken (one in 10¹²) undoes the round; the next one draws anew.
    """
    edition = await edition_named(slug)
    rows = (
        await Badge.select().where(Badge.edition == edition.id, Badge.uid.is_null()).order_by(Badge.id).limit(PORTION)
    )
    if not rows:
        return 0
    signer = await keys.signer(edition)
    badges = [info(row) for row in rows]
    claims = [Claims(one.kind, signer.number, codes.new_uid(), one.days) for one in badges]
    made = await keys.sign(signer, claims)
    done: list[int] = []
    async with transaction():
        for badge, claim, code in zip(badges, claims, made, strict=True):
            search = "" if badge.holder == ERASED else search_text(badge.holder, badge.organisation, badge.mobile)
            won = (
                await Badge.update(
                    {
                        Badge.uid: claim.uid,
                        Badge.code: code,
                        Badge.key_number: signer.number,
                        Badge.search: search,
                        Badge.changed_at: clock.now(),
                    }
                )
                .where(Badge.id == badge.id, Badge.uid.is_null())
                .returning(Badge.id)
            )
            done += [row["id"] for row in won]
        await changed(edition.id, done)
    return len(done)


@every(seconds=30, name="badges get signed codes")
async def sign_what_has_none() -> None:
    """Badges made before codes were signed, and those whose key was struck off."""
    for edition in await all_editions():
        for _ in range(ROUNDS):
            if not await sign_some(edition.slug):
                break
