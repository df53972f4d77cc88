"""Writes of badges."""

from collections.abc import Sequence

from checkin import codes, rules
from checkin.queries import BadgeInfo, info
from checkin.rules import BadgeDraft, BadgeIn
from checkin.tables import Badge
from core import clock
from core.accounts.roles import Actor
from core.audit import services as audit
from core.db import transaction
from core.editions.queries import EditionInfo


async def issue(actor: Actor, edition: EditionInfo, typed: BadgeIn) -> BadgeInfo:
    draft = rules.checked_one(typed)
    async with transaction():
        return (await store(actor, edition, [draft]))[0]


async def store(actor: Actor, edition: EditionInfo, drafts: Sequence[BadgeDraft]) -> list[BadgeInfo]:
    """Inside a transaction. One insert, and another for those whose serial was taken."""
    now = clock.now()
    found: dict[int, BadgeInfo] = {}
    while missing := [n for n in range(len(drafts)) if n not in found]:
        serials: dict[str, int] = {}
        for n in missing:
            serial = codes.new_serial()
            if serial not in serials:
                serials[serial] = n
        rows = (
            await Badge.insert(
                *(
                    Badge(
                        edition=edition.id,
                        serial=serial,
                        code=codes.new_code(),
                        kind=drafts[n].kind.value,
                        holder=drafts[n].holder,
                        organisation=drafts[n].organisation,
                        days=" ".join(day.isoformat() for day in drafts[n].days),
                        issued_at=now,
                    )
                    for serial, n in serials.items()
                )
            )
            .on_conflict(action="DO NOTHING")
            .returning(*Badge.all_columns())
        )
        for row in rows:
            found[serials[row["serial"]]] = info(row)
    made = [found[n] for n in range(len(drafts))]
    await audit.record(
        actor,
        "badge.issued",
        f"badge:{made[0].serial}" if len(made) == 1 else f"badges:{edition.slug}",
        after={"badges": [{"serial": badge.serial, "kind": badge.kind.value} for badge in made]},
        personal={"holders": [badge.holder for badge in made]},
    )
    return made
