"""Chains of records, each sealed by a keyed hash over itself and the one before. docs/ledger.md has every byte.

Whoever can write to the database but does not hold ``SECRET_KEY`` can't make a chain that verifies.
"""

import hmac
from collections.abc import Iterable

from core.config import secret_key

#: What stands before the first record.
GENESIS = "0" * 64


def key(purpose: str) -> bytes:
    """A key of its own for each purpose, by HKDF-SHA256 (RFC 5869) from ``SECRET_KEY``."""
    return secret_key(purpose)


def encode(fields: Iterable[str | int | None]) -> bytes:
    """Length, colon, UTF-8 bytes, comma for each field; ``-,`` for null. No two lists encode alike."""
    out = bytearray()
    for field in fields:
        if field is None:
            out += b"-,"
        else:
            data = str(field).encode()
            out += b"%d:%b," % (len(data), data)
    return bytes(out)


def digest(key: bytes, kind: str, fields: Iterable[str | int | None]) -> str:
    """HMAC-SHA256 in hexadecimal over ``kind``, a line feed and the encoded fields."""
    return hmac.digest(key, kind.encode() + b"\n" + encode(fields), "sha256").hex()
