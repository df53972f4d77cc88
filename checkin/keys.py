"""The keys that sign an edition's codes: made when first needed, followed by others, struck off.

Private keys are encrypted with a key derived from ``SECRET_KEY``, which all hosts of a database share. Under another
secret the old ones are of no use for signing, and a new one is made; what they signed can still be checked.
"""

import asyncio
import base64
import os
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from checkin import codes
from checkin.codes import Claims
from checkin.tables import Badge, BadgeKey
from core import clock, text
from core.accounts.roles import SYSTEM, Actor
from core.audit import services as audit
from core.config import secret_key
from core.db import after_commit, transaction
from core.editions.queries import EditionInfo
from core.errors import DomainError, FieldError, InvalidInput, NotFound
from core.fresh import FreshBy
from core.i18n import mark

PURPOSE = "badge keys"
MOST = 255


class KeysUsedUp(DomainError):
    code = "keys_used_up"
    message = mark("This edition has had 255 keys; there is no number for another one.")


class Signer(msgspec.Struct, frozen=True):
    number: int
    private: Ed25519PrivateKey


class Keys(msgspec.Struct, frozen=True):
    """Of an edition, as scans need them."""

    #: Those in force, by number.
    public: dict[int, bytes]
    #: Numbers of keys that nothing is let in by any more.
    struck: frozenset[int]


class KeyLine(msgspec.Struct, frozen=True):
    number: int
    public: str
    created_at: datetime
    retired_at: datetime | None
    #: That carry a code which it signed.
    badges: int


def _seal(edition: int, number: int, private: Ed25519PrivateKey) -> str:
    nonce = os.urandom(12)
    bound = f"{edition}/{number}".encode()
    sealed = AESGCM(secret_key(PURPOSE)).encrypt(nonce, private.private_bytes_raw(), bound)
    return base64.b64encode(nonce + sealed).decode()


@lru_cache(maxsize=64)
def _unsealed(secret: bytes, edition: int, number: int, sealed: str) -> Ed25519PrivateKey | None:
    raw = base64.b64decode(sealed)
    try:
        opened = AESGCM(secret).decrypt(raw[:12], raw[12:], f"{edition}/{number}".encode())
    except InvalidTag:
        return None
    return Ed25519PrivateKey.from_private_bytes(opened)


_scanned: FreshBy[int, Keys] = FreshBy()


async def keys_for_scans(edition: int) -> Keys:
    """Up to a second old; what changes here shows at once."""

    async def read() -> Keys:
        rows = await BadgeKey.select(BadgeKey.number, BadgeKey.public, BadgeKey.retired_at).where(
            BadgeKey.edition == edition
        )
        return Keys(
            {row["number"]: bytes.fromhex(row["public"]) for row in rows if row["retired_at"] is None},
            frozenset(row["number"] for row in rows if row["retired_at"] is not None),
        )

    return await _scanned.get(edition, read)


async def public_keys(edition: int) -> dict[int, bytes]:
    """What codes are checked with, by number; without those struck off."""
    rows = await BadgeKey.select(BadgeKey.number, BadgeKey.public).where(
        BadgeKey.edition == edition, BadgeKey.retired_at.is_null()
    )
    return {row["number"]: bytes.fromhex(row["public"]) for row in rows}


async def keys_of(edition: int) -> list[KeyLine]:
    """The newest first."""
    rows = (
        await BadgeKey.select(BadgeKey.number, BadgeKey.public, BadgeKey.created_at, BadgeKey.retired_at)
        .where(BadgeKey.edition == edition)
        .order_by(BadgeKey.number, ascending=False)
    )
    counted = await Badge.raw(
        "SELECT key_number, COUNT(*) AS badges FROM badge"
        " WHERE edition = {} AND key_number IS NOT NULL GROUP BY key_number",
        edition,
    )
    badges = {row["key_number"]: row["badges"] for row in counted}
    return [msgspec.convert({**row, "badges": badges.get(row["number"], 0)}, KeyLine) for row in rows]


async def _last(edition: int) -> int:
    row = (
        await BadgeKey.select(BadgeKey.number)
        .where(BadgeKey.edition == edition)
        .order_by(BadgeKey.number, ascending=False)
        .first()
    )
    return 0 if row is None else int(row["number"])


async def _make(actor: Actor, edition: int, slug: str, number: int) -> None:
    """Of two who make it at once the unique index lets one; the other finds it made."""
    if number > MOST:
        raise KeysUsedUp
    private = Ed25519PrivateKey.generate()
    row = BadgeKey(
        edition=edition,
        number=number,
        public=private.public_key().public_bytes_raw().hex(),
        sealed=_seal(edition, number, private),
        created_at=clock.now(),
    )
    async with transaction():
        if await BadgeKey.insert(row).on_conflict(action="DO NOTHING").returning(BadgeKey.id):
            await audit.record(actor, "badge_key.made", f"edition:{slug}", after={"number": number})
            after_commit(_scanned.forget)


async def signing_now(edition: int) -> int | None:
    """The number of the key that the next badge would be signed with; None where it would have to be made."""
    row = await _newest(edition)
    if row is None or _unsealed(secret_key(PURPOSE), edition, row["number"], row["sealed"]) is None:
        return None
    return int(row["number"])


async def _newest(edition: int) -> dict[str, Any] | None:
    found: dict[str, Any] | None = (
        await BadgeKey.select(BadgeKey.number, BadgeKey.sealed)
        .where(BadgeKey.edition == edition, BadgeKey.retired_at.is_null())
        .order_by(BadgeKey.number, ascending=False)
        .first()
    )
    return found


async def signer(edition: EditionInfo) -> Signer:
    """The newest key that was not struck off, made where there is none that this ``SECRET_KEY`` opens."""
    while True:
        last = await _last(edition.id)
        row = await _newest(edition.id)
        if row is not None:
            private = _unsealed(secret_key(PURPOSE), edition.id, row["number"], row["sealed"])
            if private is not None:
                return Signer(row["number"], private)
        await _make(SYSTEM, edition.id, edition.slug, last + 1)


async def rotate(actor: Actor, edition: EditionInfo) -> None:
    """New badges are signed with a new key from now on; what the earlier ones signed stays good.

    :raises KeysUsedUp: 409.
    """
    await _make(actor, edition.id, edition.slug, await _last(edition.id) + 1)


def checked_reason(typed: str, *, sure: bool = True) -> str:
    """:raises InvalidInput: at ``reason``, and at ``sure`` where it has not been said."""
    faults: list[FieldError] = []
    said = ""
    try:
        said = text.line(typed)
        if not said:
            faults.append(FieldError("reason", "required", mark("Please fill this in.")))
    except text.Fault as fault:
        faults.append(FieldError("reason", fault.code, fault.message))
    if not sure:
        message = mark("Please tick this: those badges open no gate any more.")
        faults.append(FieldError("sure", "required", message))
    if faults:
        raise InvalidInput(errors=tuple(faults))
    return said


async def strike_off(actor: Actor, edition: EditionInfo, number: int, reason: str) -> int:
    """Nothing that this key signed is let in any more; answers how many badges lost their code by it.

    They get new ones within a minute, by :mod:`checkin.services.upkeep`, and must be printed again.

    :raises InvalidInput: at ``reason``. :raises NotFound: no such key in force.
    """
    reason = checked_reason(reason)
    async with transaction():
        now = clock.now()
        struck = (
            await BadgeKey.update({BadgeKey.retired_at: now})
            .where(BadgeKey.edition == edition.id, BadgeKey.number == number, BadgeKey.retired_at.is_null())
            .returning(BadgeKey.id)
        )
        if not struck:
            raise NotFound
        lost = await Badge.raw(
            "UPDATE badge SET code = 'struck ' || serial, uid = NULL, key_number = NULL"
            " WHERE edition = {} AND key_number = {} RETURNING id",
            edition.id,
            number,
        )
        await audit.record(
            actor,
            "badge_key.struck_off",
            f"edition:{edition.slug}",
            after={"number": number, "badges": len(lost)},
            note=reason,
        )
        after_commit(_scanned.forget)
    return len(lost)


def sign_now(signing: Signer, claims: Sequence[Claims]) -> list[str]:
    return [codes.make(signing.private, one) for one in claims]


async def sign(signing: Signer, claims: Sequence[Claims]) -> list[str]:
    """Beside the event loop when it is many."""
    if len(claims) < 20:
        return sign_now(signing, claims)
    return await asyncio.to_thread(sign_now, signing, claims)
