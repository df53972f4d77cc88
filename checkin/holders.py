"""The address of a holder's page: it lets in whoever has it, so nobody can guess it and a reissue ends it."""

import base64
import hashlib
import hmac

from checkin.queries.badges import BadgeInfo, badge_with_serial
from core.config import secret_key, settings
from core.editions.queries import EditionInfo
from core.errors import NotFound

#: 130 bits.
_CHARS = 26


def _proof(edition: int, serial: str, uid: int | None) -> str:
    made = hmac.digest(secret_key("badge page"), f"{edition}/{serial}/{uid}".encode(), hashlib.sha256)
    return base64.b32encode(made).decode().lower()[:_CHARS]


def key_of(edition: int, serial: str, uid: int | None) -> str:
    return f"{serial}-{_proof(edition, serial, uid)}"


def address(edition: int, serial: str, uid: int | None) -> str:
    return f"{settings().public_url}/badge/{key_of(edition, serial, uid)}"


async def badge_behind(edition: EditionInfo, key: str) -> BadgeInfo:
    """:raises NotFound: also for a badge that is there, under a wrong proof."""
    serial, _, proof = key.partition("-")
    if not serial.isdecimal() or len(serial) > 12 or not proof.isascii():
        raise NotFound
    badge = await badge_with_serial(edition, serial)
    if not hmac.compare_digest(proof.lower(), _proof(edition.id, serial, badge.uid)):
        raise NotFound
    return badge
