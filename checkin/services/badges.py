"""Writes of badges."""

from collections.abc import Sequence

import msgspec

from checkin import codes
from checkin.queries.badges import BadgeInfo, info
from checkin.rules import badges as rules
from checkin.rules.badges import BadgeDraft, BadgeIn
from checkin.tables import Badge, BadgeKind, BadgeStatus
from core import clock
from core.accounts.roles import Actor
from core.audit import services as audit
from core.db import transaction
from core.editions.queries import EditionInfo
from core.errors import NotFound
from exhibitors.queries import desk
from exhibitors.queries.applications import exhibitor_numbered
from exhibitors.rules.desk import ADMITTED, BadgeQuota, NotAdmittedYet, badge_quota
from exhibitors.services import steps
from exhibitors.tables import Step


async def issue(actor: Actor, edition: EditionInfo, typed: BadgeIn) -> BadgeInfo:
    draft = rules.checked_one(typed)
    async with transaction():
        return (await store(actor, edition, [draft]))[0]


class StaffIn(msgspec.Struct, forbid_unknown_fields=True):
    """A badge for somebody at the booth, as typed."""

    holder: str = ""
    title: str | None = None
    mobile: str | None = None


async def issue_for(actor: Actor, edition: EditionInfo, number: str, typed: StaffIn) -> BadgeInfo:
    """A badge within an exhibitor's quota. Of two at once for the last seat the unique index lets one have it.

    :raises InvalidInput: 422. :raises NotAdmittedYet: :raises BadgeQuota: 409. :raises NotFound: not this person's.
    """
    draft = rules.checked_staff(typed.holder, typed.title or "", typed.mobile or "")
    async with transaction():
        exhibitor = await desk.opened_by(actor, edition, number)
        detail = await exhibitor_numbered(edition, number)
        if detail.status not in ADMITTED:
            raise NotAdmittedYet
        quota = badge_quota(await desk.area_of(exhibitor))
        while True:
            taken = {
                row["seat"]
                for row in await Badge.select(Badge.seat).where(Badge.exhibitor == exhibitor, Badge.seat.is_not_null())
            }
            seat = next((one for one in range(1, quota + 1) if one not in taken), None)
            if seat is None:
                raise BadgeQuota
            rows = (
                await Badge.insert(
                    Badge(
                        edition=edition.id,
                        serial=codes.new_serial(),
                        code=codes.new_code(),
                        kind=BadgeKind.exhibitor.value,
                        holder=draft.holder,
                        title=draft.title,
                        mobile=draft.mobile,
                        organisation=detail.name,
                        exhibitor=exhibitor,
                        seat=seat,
                        issued_at=clock.now(),
                    )
                )
                .on_conflict(action="DO NOTHING")
                .returning(*Badge.all_columns())
            )
            if rows:
                break
        made = info(rows[0])
        await audit.record(
            actor,
            "badge.issued",
            f"badge:{made.serial}",
            after={"kind": made.kind.value, "exhibitor": number},
            personal={"holder": made.holder},
        )
    return made


async def withdraw(actor: Actor, edition: EditionInfo, number: str) -> None:
    """An exhibitor that does not take part after all: its badges open no gate any more.

    :raises WrongStatus: 409. :raises NotFound: not this person's.
    """
    async with transaction():
        exhibitor = await desk.opened_by(actor, edition, number)
        await steps.take(actor, edition, number, Step.withdraw)
        gone = (
            await Badge.update({Badge.status: BadgeStatus.revoked.value, Badge.seat: None})
            .where(Badge.exhibitor == exhibitor, Badge.status == BadgeStatus.active.value)
            .returning(Badge.serial)
        )
        if gone:
            serials = sorted(row["serial"] for row in gone)
            await audit.record(
                actor, "badges.revoked", f"exhibitor:{edition.slug}/{number}", after={"serials": serials}
            )


async def revoke_for(actor: Actor, edition: EditionInfo, number: str, serial: str) -> None:
    """Gives its seat free. :raises NotFound: no such badge of this exhibitor's in force."""
    async with transaction():
        exhibitor = await desk.opened_by(actor, edition, number)
        gone = (
            await Badge.update({Badge.status: BadgeStatus.revoked.value, Badge.seat: None})
            .where(
                Badge.exhibitor == exhibitor,
                Badge.serial == serial,
                Badge.status == BadgeStatus.active.value,
            )
            .returning(Badge.id)
        )
        if not gone:
            raise NotFound
        await audit.record(actor, "badge.revoked", f"badge:{serial}", after={"exhibitor": number})


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
