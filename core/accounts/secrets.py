"""Secrets: made here, shown once, kept as hashes; argon2id runs beside the event loop."""

import asyncio
import base64
import hashlib
import hmac
import secrets
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.fernet import Fernet, InvalidToken

from core import chain
from core.accounts.rules import normal_password

_hasher = PasswordHasher()
#: Two at a time: each takes 64 MiB and a core.
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")


def new_token(prefix: str = "") -> str:
    """256 bits."""
    return prefix + secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """Of a random secret a plain hash is enough: there is nothing to guess."""
    return hashlib.sha256(token.encode()).hexdigest()


def keyed(text: str) -> str:
    """Of what can be guessed (addresses, recovery codes): useless without ``SECRET_KEY``."""
    return hmac.new(chain.key("accounts"), text.encode(), hashlib.sha256).hexdigest()


#: What is verified where there is nothing to verify: as costly, and nobody's.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$c29tZSBub2JvZHkgc2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"


async def hash_password(password: str) -> str:
    return await asyncio.get_running_loop().run_in_executor(_threads, _hasher.hash, normal_password(password))


def _verify(stored: str, password: str) -> tuple[bool, bool]:
    try:
        _hasher.verify(stored or _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False, False
    return bool(stored), bool(stored) and _hasher.check_needs_rehash(stored)


async def verify_password(stored: str, password: str) -> tuple[bool, bool]:
    """Whether it fits, and whether it should be hashed anew. With nothing stored it takes as long and says no."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_threads, _verify, stored, normal_password(password))


def _fernet() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(chain.key("second factor")))


def seal(secret: str) -> str:
    return _fernet().encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str | None:
    """None when it was sealed under another ``SECRET_KEY``."""
    try:
        return _fernet().decrypt(sealed.encode()).decode()
    except InvalidToken:
        return None
