"""What a badge's QR code holds, byte by byte as docs/codes.md has it. The only place that makes codes.

``YB:`` and base45 (RFC 9285) of a payload of 12 bytes and its Ed25519 signature (RFC 8032) of 64: 117 characters of
QR's alphanumeric alphabet, so that version 5 at level M holds it. No personal data; whoever has the public keys can
tell a code of ours from any other without a network.
"""

import secrets
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache

import base45
import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from checkin.tables.badges import BadgeKind

#: Tells our codes from any other in the hall, and keeps white space away from the beginning: base45 has a space.
PREFIX = "YB:"
VERSION = 1
PAYLOAD = 12
SIGNATURE = 64
#: Base45 makes three characters of two bytes.
LENGTH = len(PREFIX) + (PAYLOAD + SIGNATURE) // 2 * 3
#: Before the payload in what is signed: the key can be used for nothing else.
CONTEXT = b"yinbo badge 1\0"

KINDS = {
    BadgeKind.exhibitor: 1,
    BadgeKind.visitor: 2,
    BadgeKind.guest: 3,
    BadgeKind.speaker: 4,
    BadgeKind.press: 5,
    BadgeKind.crew: 6,
    BadgeKind.group: 7,
}
_KIND_OF = {number: kind for kind, number in KINDS.items()}

UID_BITS = 40
EPOCH = date(2000, 1, 1)
_LAST_DAY = 0xFFFF
DAYS = 24
#: The days stand in the list of badges only: they don't fit, or are all 24.
LISTED = (1 << DAYS) - 1
#: Longer texts are not looked at: no code of ours, however it was typed, comes near.
LONGEST = 1024


class Claims(msgspec.Struct, frozen=True):
    """What a code says. ``days``: empty for every day, None where only the list knows."""

    kind: BadgeKind
    #: Of the key: 1 to 255.
    key: int
    uid: int
    days: tuple[date, ...] | None


class Parsed(msgspec.Struct, frozen=True):
    """Well-formed; what it is worth says :func:`verify`."""

    claims: Claims
    payload: bytes
    signature: bytes


def new_serial() -> str:
    """Nine digits in no order, so that none tells how many there are."""
    return str(100_000_000 + secrets.randbelow(900_000_000))


def new_uid() -> int:
    return secrets.randbits(UID_BITS)


def _edge(char: str) -> bool:
    return char.isspace() or unicodedata.category(char) in ("Cc", "Cf")


def normalized(text: str) -> str:
    """As scanners and hands deliver it: full width, lower case, line ends and controls around it. White space inside
    stays, for base45 has a space."""
    text = text[:LONGEST]
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    start, end = 0, len(text)
    while start < end and _edge(text[start]):
        start += 1
    while end > start and _edge(text[end - 1]):
        end -= 1
    return text[start:end].upper()


def _mask(days: Sequence[date]) -> tuple[int, int]:
    """First day and mask; see :data:`LISTED`."""
    if not days:
        return 0, 0
    first = (min(days) - EPOCH).days
    last = (max(days) - EPOCH).days
    if not 0 < first <= _LAST_DAY:
        return _LAST_DAY, LISTED
    if last - first >= DAYS:
        return first, LISTED
    mask = 0
    for day in days:
        mask |= 1 << ((day - EPOCH).days - first)
    return first, mask


def payload_of(claims: Claims) -> bytes:
    """:raises ValueError: a number is out of its range, or the days are not known."""
    if not 1 <= claims.key <= 255 or not 0 <= claims.uid < 1 << UID_BITS or claims.days is None:
        raise ValueError(claims)
    first, mask = _mask(claims.days)
    return (
        bytes([VERSION << 4 | KINDS[claims.kind], claims.key])
        + claims.uid.to_bytes(5, "big")
        + first.to_bytes(2, "big")
        + mask.to_bytes(3, "big")
    )


def _days(first: int, mask: int) -> tuple[date, ...] | None:
    if not first:
        return ()
    if mask == LISTED:
        return None
    return tuple(EPOCH + timedelta(days=first + n) for n in range(DAYS) if mask >> n & 1)


def make(private: Ed25519PrivateKey, claims: Claims) -> str:
    """Some 60 µs: a batch is signed beside the event loop."""
    payload = payload_of(claims)
    text: bytes = base45.b45encode(payload + private.sign(CONTEXT + payload))
    return PREFIX + text.decode()


def parse(code: str) -> Parsed | None:
    """Of a code as :func:`normalized` answers it; None for what is no code of ours at all."""
    if len(code) != LENGTH or not code.startswith(PREFIX) or not code.isascii():
        return None
    try:
        whole = base45.b45decode(code[len(PREFIX) :])
    except ValueError:
        return None
    payload, signature = whole[:PAYLOAD], whole[PAYLOAD:]
    kind = _KIND_OF.get(payload[0] & 15)
    if len(signature) != SIGNATURE or payload[0] >> 4 != VERSION or kind is None or not payload[1]:
        return None
    first, mask = int.from_bytes(payload[7:9], "big"), int.from_bytes(payload[9:12], "big")
    return Parsed(Claims(kind, payload[1], int.from_bytes(payload[2:7], "big"), _days(first, mask)), payload, signature)


@lru_cache(maxsize=256)
def _public(raw: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(raw)


def verify(parsed: Parsed, keys: Mapping[int, bytes]) -> bool:
    """Whether the key it names, one of the edition's public ``keys`` by number, signed it. Some 130 µs."""
    raw = keys.get(parsed.claims.key)
    if raw is None:
        return False
    try:
        _public(raw).verify(parsed.signature, CONTEXT + parsed.payload)
    except InvalidSignature:
        return False
    return True
