"""What becomes of a badge: revoked, reissued, a blank one bound, its note or its days changed.

From the commit on the old code is refused everywhere; phones that work alone learn it with their next snapshot.
"""

from collections.abc import Sequence

import msgspec

from checkin import codes
from checkin.queries.badges import BadgeInfo, badge_with_code, badge_with_serial, info
from checkin.rules import badges as rules
from checkin.rules.badges import BadgeDraft, BadgeIn
from checkin.services.badges import Signed, changed, put, sign
from checkin.tables import Badge, BadgeStatus
from core import clock, text
from core.accounts.roles import Actor, Role
from core.audit import services as audit
from core.db import transaction
from core.editions.queries import EditionInfo
from core.errors import DomainError, FieldError, InvalidInput, NotFound
from core.i18n import mark

MAX_BLANKS = 1000
REASON = 200


class WrongStatus(DomainError):
    code = "wrong_status"
    message = mark("This badge is no longer in the state that it was shown in.")


class NotBlank(DomainError):
    code = "not_blank"
    message = mark("This badge belongs to somebody already.")


class ReasonIn(msgspec.Struct, forbid_unknown_fields=True):
    reason: str | None = None


def said(typed: str | None) -> str:
    try:
        return text.line((typed or "")[: REASON * 4])[:REASON]
    except text.Fault as fault:
        raise InvalidInput(errors=(FieldError("reason", fault.code, fault.message),)) from None


async def revoke(actor: Actor, edition: EditionInfo, serial: str, reason: str) -> BadgeInfo:
    """Revoked again it stays so. :raises NotFound: :raises WrongStatus: another was made for it."""
    async with transaction():
        rows = (
            await Badge.update(
                {
                    Badge.status: BadgeStatus.revoked.value,
                    Badge.seat: None,
                    Badge.reason: reason,
                    Badge.changed_at: clock.now(),
                }
            )
            .where(
                Badge.edition == edition.id,
                Badge.serial == serial,
                Badge.status.is_in([BadgeStatus.active.value, BadgeStatus.blank.value]),
            )
            .returning(*Badge.all_columns())
        )
        if not rows:
            found = await badge_with_serial(edition, serial)
            if found.status is not BadgeStatus.revoked:
                raise WrongStatus
            return found
        await changed(edition.id, [rows[0]["id"]])
        await audit.record(actor, "badge.revoked", f"badge:{serial}", personal={"reason": reason} if reason else None)
    return info(rows[0])


def _draft_of(badge: BadgeInfo) -> BadgeDraft:
    return BadgeDraft(
        badge.kind,
        badge.holder,
        badge.organisation,
        badge.days,
        badge.title,
        badge.mobile,
        badge.email,
        badge.size,
        badge.members,
        badge.note,
        badge.locale,
    )


async def sign_again(edition: EditionInfo, serial: str) -> Signed:
    """For :func:`reissue`, outside its transaction. :raises NotFound:"""
    return (await sign(edition, [_draft_of(await badge_with_serial(edition, serial))]))[0]


async def reissue(actor: Actor, edition: EditionInfo, serial: str, signed: Signed, reason: str) -> BadgeInfo:
    """The new badge of the same holder. Who is inside is inside with it, so that the two don't enter twice.

    Of two at once one makes it, the other is told that it is made. :raises WrongStatus: it is not in force.
    """
    async with transaction():
        before = await Badge.select(Badge.seat).where(Badge.edition == edition.id, Badge.serial == serial).first()
        rows = (
            await Badge.update(
                {
                    Badge.status: BadgeStatus.replaced.value,
                    Badge.seat: None,
                    Badge.reason: reason,
                    Badge.changed_at: clock.now(),
                }
            )
            .where(Badge.edition == edition.id, Badge.serial == serial, Badge.status == BadgeStatus.active.value)
            .returning(*Badge.all_columns())
        )
        if not rows or before is None:
            await badge_with_serial(edition, serial)
            raise WrongStatus
        old = info(rows[0])
        # As it is at this moment, whatever was changed since it was signed; days need another signature.
        if old.days != signed.draft.days or old.kind != signed.draft.kind:
            raise WrongStatus
        signed = msgspec.structs.replace(signed, draft=_draft_of(old))
        [made] = await put(edition, [signed], root=old.root or old.id, exhibitor=old.exhibitor, seat=before["seat"])
        await Badge.update({Badge.replaced_by: made.id}).where(Badge.id == old.id)
        await changed(edition.id, [old.id])
        await audit.record(
            actor,
            "badge.reissued",
            f"badge:{serial}",
            after={"serial": made.serial},
            personal={"reason": reason} if reason else None,
        )
    return made


# ── blank badges ──


def checked_blanks(kind: str, count: int, days: Sequence[str] = ()) -> list[BadgeDraft]:
    """:raises InvalidInput:"""
    if not 1 <= count <= MAX_BLANKS:
        message = mark("Please make 1 to 1000 blank badges at a time.")
        raise InvalidInput(errors=(FieldError("count", "range", message),))
    one = rules.checked_one(BadgeIn(kind=kind, holder="—", days=list(days)))
    return [msgspec.structs.replace(one, holder="")] * count


async def store_blanks(actor: Actor, edition: EditionInfo, signed: Sequence[Signed]) -> list[BadgeInfo]:
    """Inside a transaction: a stock of codes that no gate admits before they are bound to somebody."""
    made = await put(edition, signed, status=BadgeStatus.blank.value)
    await audit.record(
        actor,
        "badge.blanks_made",
        f"badges:{edition.slug}",
        after={"kind": made[0].kind.value, "serials": [one.serial for one in made]},
    )
    return made


class BindIn(msgspec.Struct, forbid_unknown_fields=True):
    """Whose the blank badge is from now on. Without a kind it keeps the one that it was printed with."""

    holder: str = ""
    organisation: str | None = None
    mobile: str | None = None
    email: str | None = None
    kind: str | None = None
    title: str | None = None
    note: str | None = None
    size: int | None = None


class BindByCode(BindIn, forbid_unknown_fields=True):
    """``code``: what was scanned, or the serial printed under it."""

    code: str = ""


async def find_typed(edition: EditionInfo, typed: str) -> BadgeInfo:
    """By what a scanner read or by the serial that somebody typed. :raises InvalidInput: there is no such badge."""
    code = codes.normalized(typed)
    digits = "".join(code.split())
    try:
        if digits.isdecimal():
            return await badge_with_serial(edition, digits)
        return await badge_with_code(edition, code)
    except NotFound:
        message = mark("There is no badge with this code or serial.")
        raise InvalidInput(errors=(FieldError("code", "unknown", message),)) from None


async def bind(actor: Actor, edition: EditionInfo, serial: str, typed: BindIn) -> BadgeInfo:
    """Of two at once one has it. What it is called is an organizer's to change: the print says its kind.

    :raises NotFound: :raises NotBlank: 409. :raises InvalidInput: 422.
    """
    before = await badge_with_serial(edition, serial)
    kind = (typed.kind or "").strip().lower() or before.kind.value
    draft = rules.checked_one(
        BadgeIn(
            kind,
            typed.holder,
            typed.organisation,
            None,
            typed.title,
            typed.mobile,
            typed.email,
            typed.size,
            None,
            typed.note,
        )
    )
    if draft.kind != before.kind and Role.organizer not in actor.roles:
        message = mark("This badge was printed for another kind; an organizer can change it.")
        raise InvalidInput(errors=(FieldError("kind", "printed", message),))
    async with transaction():
        rows = (
            await Badge.update(
                {
                    Badge.status: BadgeStatus.active.value,
                    Badge.kind: draft.kind.value,
                    Badge.holder: draft.holder,
                    Badge.organisation: draft.organisation,
                    Badge.title: draft.title,
                    Badge.mobile: draft.mobile,
                    Badge.email: draft.email,
                    Badge.note: draft.note,
                    Badge.size: draft.size,
                    Badge.search: draft.search,
                    Badge.changed_at: clock.now(),
                }
            )
            .where(Badge.id == before.id, Badge.status == BadgeStatus.blank.value)
            .returning(*Badge.all_columns())
        )
        if not rows:
            raise NotBlank
        await changed(edition.id, [before.id])
        await audit.record(
            actor,
            "badge.bound",
            f"badge:{serial}",
            after={"kind": draft.kind.value},
            personal={"holder": draft.holder},
        )
    return info(rows[0])


# ── what the crew is told ──


async def annotate(actor: Actor, edition: EditionInfo, serial: str, note: str, size: int | None = None) -> BadgeInfo:
    """The note that the crew sees, and a group's head count. :raises NotFound: :raises InvalidInput:"""
    badge = await badge_with_serial(edition, serial)
    draft = rules.checked_one(
        BadgeIn(badge.kind.value, badge.holder or "—", note=note, size=badge.size if size is None else size)
    )
    if draft.size < len(badge.members):
        raise InvalidInput(errors=(FieldError("size", "too_many", rules.MORE_NAMES),))
    async with transaction():
        rows = (
            await Badge.update({Badge.note: draft.note, Badge.size: draft.size, Badge.changed_at: clock.now()})
            .where(Badge.id == badge.id)
            .returning(*Badge.all_columns())
        )
        await changed(edition.id, [badge.id])
        await audit.record(
            actor,
            "badge.changed",
            f"badge:{serial}",
            before={"size": badge.size},
            after={"size": draft.size},
            personal={"note": draft.note},
        )
    return info(rows[0])
