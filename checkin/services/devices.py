"""Phones of the crew: invited, enrolled, heard of, revoked."""

import secrets
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import msgspec

from checkin.queries.badges import BadgeInfo
from checkin.queries.devices import forget_devices
from checkin.rules.badges import BadgeIn
from checkin.services.badges import issue
from checkin.services.changes import BindIn, bind, find_typed
from checkin.tables import BadgeKind, Checkpoint, DeviceInvite, ScanDevice
from core import clock, text
from core.accounts.roles import SYSTEM, Actor, Role
from core.accounts.secrets import digest, keyed
from core.accounts.services import tokens
from core.accounts.tables import ApiToken
from core.audit import services as audit
from core.config import settings
from core.db import after_commit, transaction
from core.editions.queries import EditionInfo
from core.errors import DomainError, FieldError, InvalidInput, NotFound
from core.i18n import mark

#: For the way from the desk to the gate.
INVITED_FOR = timedelta(minutes=30)
#: Crockford's base 32: nothing that looks like something else.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 8
#: Kinds that a crew may hand out. Crews and exhibitors are chosen by others.
_AT_THE_GATE = frozenset(
    kind.value for kind in (BadgeKind.visitor, BadgeKind.guest, BadgeKind.speaker, BadgeKind.press, BadgeKind.group)
)


class InviteUsed(DomainError):
    status = 409
    code = "invite_used"
    message = mark("This code was used already, has run out or was never given out. Ask the organizers for a new one.")


class ScansWaiting(DomainError):
    status = 409
    code = "scans_waiting"
    message = mark("This phone has scans of its checkpoint to send first. Have it go online, then try again.")


class Invite(msgspec.Struct, frozen=True):
    """``code`` is shown once; ``address`` is what its QR code holds: any camera opens it."""

    id: int
    code: str
    address: str
    expires_at: datetime


class Enrolled(msgspec.Struct, frozen=True):
    """``token`` is answered once. ``checkpoint``: the only one that it may scan for."""

    token: str
    device: int
    name: str
    checkpoint: str | None


class Heard(msgspec.Struct, frozen=True):
    """What a phone says of itself, clean. ``battery`` in percent."""

    queue: int
    battery: int | None
    version: str
    device_time: datetime | None


def written(code: str) -> str:
    """In two groups, as people read it."""
    return f"{code[:4]}-{code[4:]}"


def typed_code(typed: str) -> str:
    """As hands write it: lower case, O for 0, I and L for 1, dashes."""
    try:
        bare = text.code(typed[:200])
    except text.Fault:
        return ""
    return "".join(bare.split("-")).translate(str.maketrans("OIL", "011"))


def _named(name: str) -> str:
    try:
        return text.line(name[:400])[:80]
    except text.Fault as fault:
        raise InvalidInput(errors=(FieldError("name", fault.code, fault.message),)) from None


async def _place(edition: EditionInfo, checkpoint: str | None) -> tuple[int | None, str]:
    if not checkpoint:
        return None, ""
    row = (
        await Checkpoint.select(Checkpoint.id, Checkpoint.code)
        .where(Checkpoint.edition == edition.id, Checkpoint.code == checkpoint)
        .first()
    )
    if row is None:
        message = mark("There is no checkpoint of this code.")
        raise InvalidInput(errors=(FieldError("checkpoint", "unknown", message),))
    return row["id"], row["code"]


async def invite(actor: Actor, edition: EditionInfo, name: str, checkpoint: str | None = None) -> Invite:
    """A code that enrols one phone within half an hour. ``checkpoint``: the code of the only one it may scan for.

    :raises InvalidInput: no name, no such checkpoint.
    """
    name = _named(name)
    if not name:
        raise InvalidInput(errors=(FieldError("name", "required", mark("Please fill this in.")),))
    code = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    now = clock.now()
    async with transaction():
        place, _ = await _place(edition, checkpoint)
        row = DeviceInvite(
            edition=edition.id,
            name=name,
            checkpoint=place,
            code_hash=keyed(code),
            created_by=actor.key,
            created_at=now,
            expires_at=now + INVITED_FOR,
        )
        made = (await DeviceInvite.insert(row).returning(DeviceInvite.id))[0]["id"]
        await audit.record(actor, "device.invited", f"device_invite:{made}", after={"name": name})
    return Invite(made, written(code), address_of(code), row.expires_at)


def address_of(code: str) -> str:
    """Behind ``#``: no server and no log sees it."""
    return f"{settings().public_url}/scan#enrol={quote(written(code))}"


async def withdraw(actor: Actor, edition: EditionInfo, invitation: int) -> None:
    """:raises NotFound: none that is still open."""
    async with transaction():
        gone = (
            await DeviceInvite.update({DeviceInvite.expires_at: clock.now()})
            .where(
                DeviceInvite.id == invitation,
                DeviceInvite.edition == edition.id,
                DeviceInvite.used_at.is_null(),
                DeviceInvite.expires_at > clock.now(),
            )
            .returning(DeviceInvite.id)
        )
        if not gone:
            raise NotFound
        await audit.record(actor, "device_invite.withdrawn", f"device_invite:{invitation}")


async def enrol(typed: str, name: str, user_agent: str) -> Enrolled:
    """Of two phones that come with one code at once, one is enrolled. ``name`` overrules the invitation's.

    :raises InviteUsed: 409.
    """
    called = _named(name)
    now = clock.now()
    async with transaction():
        rows = (
            await DeviceInvite.update({DeviceInvite.used_at: now})
            .where(
                DeviceInvite.code_hash == keyed(typed_code(typed)),
                DeviceInvite.used_at.is_null(),
                DeviceInvite.expires_at > now,
            )
            .returning(DeviceInvite.id, DeviceInvite.edition, DeviceInvite.name, DeviceInvite.checkpoint)
        )
        if not rows:
            raise InviteUsed
        invitation = rows[0]
        called = called or invitation["name"]
        place = ""
        if invitation["checkpoint"] is not None:
            found = await Checkpoint.select(Checkpoint.code).where(Checkpoint.id == invitation["checkpoint"]).first()
            place = found["code"] if found else ""
        token = await tokens.add(SYSTEM, f"{called} · {invitation['id']}", Role.gate, checkpoint=place)
        key = await ApiToken.select(ApiToken.id).where(ApiToken.token_hash == digest(token)).first()
        assert key is not None
        row = ScanDevice(
            edition=invitation["edition"],
            name=called,
            token=key["id"],
            checkpoint=invitation["checkpoint"],
            user_agent=user_agent[:200],
            enrolled_at=now,
            last_seen_at=now,
        )
        device = (await ScanDevice.insert(row).returning(ScanDevice.id))[0]["id"]
        await DeviceInvite.update({DeviceInvite.device: device}).where(DeviceInvite.id == invitation["id"])
        actor = Actor("token", key["id"], called)
        after_commit(forget_devices)
        await audit.record(actor, "device.enrolled", f"device:{device}", after={"name": called, "checkpoint": place})
    return Enrolled(token, device, called, place or None)


async def heard(actor: Actor, said: Heard) -> str | None:
    """Notes that a phone lives. Answers the code of the only checkpoint that it may scan for, "" for any, None where
    the actor is no phone."""
    if actor.kind != "token":
        return None
    now = clock.now()
    changes: dict[Any, Any] = {
        ScanDevice.last_seen_at: now,
        ScanDevice.queue: said.queue,
        ScanDevice.battery: said.battery,
        ScanDevice.app_version: said.version,
    }
    if said.device_time is not None:
        changes[ScanDevice.clock_skew_ms] = int((said.device_time - now).total_seconds() * 1000)
    async with transaction():
        rows = (
            await ScanDevice.update(changes)
            .where(ScanDevice.token == actor.id, ScanDevice.revoked_at.is_null())
            .returning(ScanDevice.checkpoint)
        )
        if not rows:
            return None
        if rows[0]["checkpoint"] is None:
            return ""
        found = await Checkpoint.select(Checkpoint.code).where(Checkpoint.id == rows[0]["checkpoint"]).first()
    return found["code"] if found else ""


async def send_to(actor: Actor, edition: EditionInfo, device: int, checkpoint: str | None) -> None:
    """Sends a phone to one checkpoint, or with None to any; it learns so within seconds.

    :raises NotFound: no such phone in force. :raises ScansWaiting: 409, it could not send what it has.
    :raises InvalidInput: no such checkpoint.
    """
    async with transaction():
        place, code = await _place(edition, checkpoint)
        known = (
            await ScanDevice.select(ScanDevice.queue, ScanDevice.checkpoint)
            .where(ScanDevice.id == device, ScanDevice.edition == edition.id)
            .first()
        )
        if known and place is not None and known["queue"] and known["checkpoint"] != place:
            raise ScansWaiting
        rows = (
            await ScanDevice.update({ScanDevice.checkpoint: place})
            .where(ScanDevice.id == device, ScanDevice.edition == edition.id, ScanDevice.revoked_at.is_null())
            .returning(ScanDevice.token)
        )
        if not rows:
            raise NotFound
        await tokens.bind(rows[0]["token"], code)
        await audit.record(actor, "device.sent", f"device:{device}", after={"checkpoint": code})


async def revoke(actor: Actor, edition: EditionInfo, device: int) -> None:
    """From now on it is refused everywhere, and at its next contact it wipes itself.

    :raises NotFound: no such phone in force.
    """
    async with transaction():
        rows = (
            await ScanDevice.update({ScanDevice.revoked_at: clock.now()})
            .where(ScanDevice.id == device, ScanDevice.edition == edition.id, ScanDevice.revoked_at.is_null())
            .returning(ScanDevice.token)
        )
        if not rows:
            raise NotFound
        await tokens.end(rows[0]["token"])
        after_commit(forget_devices)
        await audit.record(actor, "device.revoked", f"device:{device}")


async def wiped(token: str) -> None:
    """A revoked phone's last word. A token that says nothing here changes nothing, and nobody is told."""
    now = clock.now()
    async with transaction():
        key = (
            await ApiToken.select(ApiToken.id)
            .where(ApiToken.token_hash == digest(token), ApiToken.revoked_at.is_not_null())
            .first()
        )
        if key is not None:
            # Its token was revoked in the list of tokens rather than here.
            await ScanDevice.update({ScanDevice.revoked_at: now}).where(
                ScanDevice.token == key["id"], ScanDevice.revoked_at.is_null()
            )
            await ScanDevice.update({ScanDevice.wiped_at: now, ScanDevice.queue: 0}).where(
                ScanDevice.token == key["id"], ScanDevice.wiped_at.is_null()
            )


async def left(actor: Actor) -> None:
    """A phone that is given back: its crew has it forget everything, and its token is good for nothing more."""
    if actor.kind != "token" or actor.id is None:
        raise NotFound
    now = clock.now()
    async with transaction():
        rows = (
            await ScanDevice.update({ScanDevice.revoked_at: now, ScanDevice.wiped_at: now})
            .where(ScanDevice.token == actor.id, ScanDevice.revoked_at.is_null())
            .returning(ScanDevice.id)
        )
        if not rows:
            raise NotFound
        await tokens.end(actor.id)
        after_commit(forget_devices)
        await audit.record(actor, "device.left", f"device:{rows[0]['id']}")


async def looked(actor: Actor, edition: EditionInfo, found: int) -> None:
    """Searching people by name stands in the trail, though not for whom."""
    async with transaction():
        await audit.record(actor, "people.searched", f"edition:{edition.slug}", after={"found": found})


async def walk_in(actor: Actor, edition: EditionInfo, typed: BindIn, blank: str) -> BadgeInfo:
    """A badge for somebody who came without one. ``blank``: what was scanned of a blank one; empty: a new one.

    :raises InvalidInput: 422. :raises NotBlank: 409.
    """
    if typed.kind and typed.kind.strip().lower() not in _AT_THE_GATE and Role.organizer not in actor.roles:
        message = mark("The gate makes badges of visitors, guests, speakers, press and groups; others the organizers.")
        raise InvalidInput(errors=(FieldError("kind", "not_here", message),))
    if blank.strip():
        found = await find_typed(edition, blank)
        return await bind(actor, edition, found.serial, typed)
    draft = BadgeIn(
        (typed.kind or "").strip() or BadgeKind.visitor.value,
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
    return await issue(actor, edition, draft)
