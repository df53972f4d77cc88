"""What a phone may know of a holder only while that badge is scanned.

Sealed with a key made of the badge's whole code, which no phone keeps: whoever finds one reads nobody's name in it.
HKDF-SHA-256 (RFC 5869; no salt, one block) of the code, AES-256-GCM; ``web/src/scanner/holder.ts`` opens it.
"""

import base64
import hashlib
import hmac
import os

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

INFO = b"yinbo holder 1"
_NO_SALT = bytes(32)


class Holder(msgspec.Struct, frozen=True, omit_defaults=True):
    """``t``: the attention note."""

    n: str
    o: str = ""
    t: str = ""


def _key(code: str) -> bytes:
    extracted = hmac.digest(_NO_SALT, code.encode(), hashlib.sha256)
    return hmac.digest(extracted, INFO + b"\x01", hashlib.sha256)


def seal(code: str, name: str, organisation: str, note: str) -> str:
    """Base64 of nonce and ciphertext."""
    nonce = os.urandom(12)
    plain = msgspec.json.encode(Holder(name, organisation, note))
    return base64.b64encode(nonce + AESGCM(_key(code)).encrypt(nonce, plain, None)).decode()


def opened(code: str, sealed: str) -> Holder:
    """:raises cryptography.exceptions.InvalidTag: it is another badge's."""
    raw = base64.b64decode(sealed)
    return msgspec.json.decode(AESGCM(_key(code)).decrypt(raw[:12], raw[12:], None), type=Holder)
