"""Badges are issued, with codes that are signed before the transaction."""

from collections.abc import Sequence
from typing import Any

import msgspec

from checkin import codes, keys
from checkin.codes import Claims
from checkin.queries.badges import BadgeInfo, info
from checkin.rules import badges as rules
from checkin.rules.badges import BadgeDraft, BadgeIn
from checkin.services import mailing
from checkin.tables import Badge, BadgeChange, BadgeKind, BadgeStatus
from core import clock
from core.accounts.roles import Actor
from core.audit import services as audit
from core.db import transaction
from core.editions.queries import EditionInfo
from core.errors import NotFound
from core.i18n import DEFAULT, Locale
from exhibitors.queries import desk
from exhibitors.queries.applications import exhibitor_numbered
from exhibitors.rules.desk import ADMITTED, BadgeQuota, NotAdmittedYet, badge_quota
from exhibitors.services import steps
from exhibitors.tables import Step

#: Rows of one insert: both databases take some 32,000 values in a statement, and a badge has thirty.
PORTION = 1000


class Signed(msgspec.Struct, frozen=True):
    """A badge to be stored. Its serial, uid and code are drawn at random; should one be taken, all are drawn anew."""

    draft: BadgeDraft
    serial: str
    uid: int
    code: str
    signer: keys.Signer


def _claims(draft: BadgeDraft, number: int) -> Claims:
    return Claims(draft.kind, number, codes.new_uid(), draft.days)


async def sign(edition: EditionInfo, drafts: Sequence[BadgeDraft]) -> list[Signed]:
    """Outside a transaction: the key may have to be made, and many signatures take a moment."""
    signer = await keys.signer(edition)
    claims = [_claims(draft, signer.number) for draft in drafts]
    made = await keys.sign(signer, claims)
    return [
        Signed(draft, codes.new_serial(), claim.uid, code, signer)
        for draft, claim, code in zip(drafts, claims, made, strict=True)
    ]


def _again(one: Signed) -> Signed:
    claims = _claims(one.draft, one.signer.number)
    return Signed(one.draft, codes.new_serial(), claims.uid, codes.make(one.signer.private, claims), one.signer)


def row_of(edition: EditionInfo, one: Signed, **other: Any) -> Badge:
    draft, now = one.draft, clock.now()
    return Badge(
        **{
            "edition": edition.id,
            "serial": one.serial,
            "code": one.code,
            "uid": one.uid,
            "key_number": one.signer.number,
            "kind": draft.kind.value,
            "holder": draft.holder,
            "organisation": draft.organisation,
            "title": draft.title,
            "mobile": draft.mobile,
            "email": draft.email,
            "locale": draft.locale,
            "note": draft.note,
            "size": draft.size,
            "members": "\n".join(draft.members),
            "days": " ".join(day.isoformat() for day in draft.days),
            "search": draft.search,
            "issued_at": now,
            "changed_at": now,
            **other,
        }
    )


async def changed(edition: int, badges: Sequence[int]) -> None:
    """Inside the transaction of what a phone must learn of these badges."""
    now = clock.now()
    for at in range(0, len(badges), PORTION):
        rows = [BadgeChange(edition=edition, badge=one, at=now) for one in badges[at : at + PORTION]]
        await BadgeChange.insert(*rows)


async def put(edition: EditionInfo, signed: Sequence[Signed], **other: Any) -> list[BadgeInfo]:
    """Inside a transaction, in their order, without a word in the trail. What is taken is drawn anew."""
    found: dict[int, BadgeInfo] = {}
    pending = dict(enumerate(signed))
    while pending:
        some = list(pending.items())[:PORTION]
        serials = {one.serial: n for n, one in some}
        rows = (
            await Badge.insert(*(row_of(edition, pending[n], **other) for n in serials.values()))
            .on_conflict(action="DO NOTHING")
            .returning(*Badge.all_columns())
        )
        for row in rows:
            n = serials[row["serial"]]
            found[n] = info(row)
            del pending[n]
        for n, _ in some:
            if n in pending:
                pending[n] = _again(pending[n])
    made = [found[n] for n in range(len(signed))]
    await changed(edition.id, [one.id for one in made])
    return made


async def store(actor: Actor, edition: EditionInfo, signed: Sequence[Signed]) -> list[BadgeInfo]:
    """Inside a transaction, in their order."""
    made = await put(edition, signed)
    await audit.record(
        actor,
        "badge.issued",
        f"badge:{made[0].serial}" if len(made) == 1 else f"badges:{edition.slug}",
        after={"badges": [{"serial": badge.serial, "kind": badge.kind.value} for badge in made]},
        personal={"holders": [badge.holder for badge in made]},
    )
    return made


async def issue_all(actor: Actor, edition: EditionInfo, drafts: Sequence[BadgeDraft]) -> list[BadgeInfo]:
    """All or none."""
    signed = await sign(edition, drafts)
    async with transaction():
        return await store(actor, edition, signed)


async def issue(actor: Actor, edition: EditionInfo, typed: BadgeIn) -> BadgeInfo:
    return (await issue_all(actor, edition, [rules.checked_one(typed)]))[0]


class StaffIn(msgspec.Struct, forbid_unknown_fields=True):
    """A badge for somebody at the booth, as typed."""

    holder: str = ""
    title: str | None = None
    mobile: str | None = None
    email: str | None = None


async def sign_for(edition: EditionInfo, typed: StaffIn) -> Signed:
    """Outside the transaction of :func:`store_for`. :raises InvalidInput: 422."""
    draft = rules.checked_staff(typed.holder, typed.title or "", typed.mobile or "", typed.email or "")
    badge = BadgeDraft(
        BadgeKind.exhibitor, draft.holder, "", (), title=draft.title, mobile=draft.mobile, email=draft.email
    )
    return (await sign(edition, [badge]))[0]


async def store_for(
    actor: Actor, edition: EditionInfo, number: str, signed: Signed, locale: Locale = DEFAULT
) -> BadgeInfo:
    """A badge within an exhibitor's quota, mailed where an address is known. Of two at once for the last seat the
    unique index lets one have it.

    :raises NotAdmittedYet: :raises BadgeQuota: 409. :raises NotFound: not this person's.
    """
    async with transaction():
        exhibitor = await desk.opened_by(actor, edition, number)
        detail = await exhibitor_numbered(edition, number)
        if detail.status not in ADMITTED:
            raise NotAdmittedYet
        signed = msgspec.structs.replace(signed, draft=msgspec.structs.replace(signed.draft, organisation=detail.name))
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
                await Badge.insert(row_of(edition, signed, exhibitor=exhibitor, seat=seat))
                .on_conflict(action="DO NOTHING")
                .returning(*Badge.all_columns())
            )
            if rows:
                break
            signed = _again(signed)
        made = info(rows[0])
        await changed(edition.id, [made.id])
        await audit.record(
            actor,
            "badge.issued",
            f"badge:{made.serial}",
            after={"kind": made.kind.value, "exhibitor": number},
            personal={"holder": made.holder},
        )
        if made.email:
            await mailing.enqueue_badge(edition, made, locale)
    return made


async def issue_for(
    actor: Actor, edition: EditionInfo, number: str, typed: StaffIn, locale: Locale = DEFAULT
) -> BadgeInfo:
    """``locale``: of the mail. :raises InvalidInput: 422, and what :func:`store_for` raises."""
    return await store_for(actor, edition, number, await sign_for(edition, typed), locale)


async def mail_for(actor: Actor, edition: EditionInfo, number: str, serial: str, locale: Locale) -> None:
    """Sends a badge of the exhibitor's staff again. :raises NotFound: not this person's. :raises NoAddress: 409."""
    exhibitor = await desk.opened_by(actor, edition, number)
    row = await Badge.select().where(Badge.exhibitor == exhibitor, Badge.serial == serial).first()
    if row is None:
        raise NotFound
    await mailing.send(actor, edition, [info(row)], locale)


async def withdraw(actor: Actor, edition: EditionInfo, number: str) -> None:
    """An exhibitor that does not take part after all: its badges open no gate any more.

    :raises WrongStatus: 409. :raises NotFound: not this person's.
    """
    async with transaction():
        exhibitor = await desk.opened_by(actor, edition, number)
        await steps.take(actor, edition, number, Step.withdraw)
        gone = (
            await Badge.update(
                {Badge.status: BadgeStatus.revoked.value, Badge.seat: None, Badge.changed_at: clock.now()}
            )
            .where(Badge.exhibitor == exhibitor, Badge.status == BadgeStatus.active.value)
            .returning(Badge.serial, Badge.id)
        )
        if gone:
            await changed(edition.id, [row["id"] for row in gone])
            serials = sorted(row["serial"] for row in gone)
            await audit.record(
                actor, "badges.revoked", f"exhibitor:{edition.slug}/{number}", after={"serials": serials}
            )


async def revoke_for(actor: Actor, edition: EditionInfo, number: str, serial: str) -> None:
    """Gives its seat free. :raises NotFound: no such badge of this exhibitor's in force."""
    async with transaction():
        exhibitor = await desk.opened_by(actor, edition, number)
        gone = (
            await Badge.update(
                {Badge.status: BadgeStatus.revoked.value, Badge.seat: None, Badge.changed_at: clock.now()}
            )
            .where(
                Badge.exhibitor == exhibitor,
                Badge.serial == serial,
                Badge.status == BadgeStatus.active.value,
            )
            .returning(Badge.id)
        )
        if not gone:
            raise NotFound
        await changed(edition.id, [gone[0]["id"]])
        await audit.record(actor, "badge.revoked", f"badge:{serial}", after={"exhibitor": number})
