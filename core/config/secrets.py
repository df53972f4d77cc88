"""The secret that everything signed or encrypted derives from: set, or made once and kept in the data folder."""

import os
import secrets
from functools import lru_cache
from pathlib import Path

from core.config.source import SettingsError, settings

SECRET_FILE = "secret.key"  # noqa: S105
_SHORTEST = 32


def own_data_dir() -> Path:
    """The data folder, made for this user alone if it is not there."""
    folder = settings().data_dir
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise SettingsError(
            f"YINBO_DATA_DIR: {folder} cannot be made ({error.strerror}); give a folder this user may write to."
        ) from None
    return folder


def _make(path: Path) -> None:
    """Writes a new secret whole, then gives it its name: of two processes that start together, one wins."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(32) + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@lru_cache
def _secret() -> str:
    if given := settings().secret_key:
        return given
    path = own_data_dir() / SECRET_FILE
    try:
        if not path.exists():
            _make(path)
        kept = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"YINBO_SECRET_KEY: {path} cannot be read or made ({error}); let this user read it, or set the key."
        ) from None
    if len(kept) < _SHORTEST:
        raise SettingsError(
            f"YINBO_SECRET_KEY: {path} holds fewer than {_SHORTEST} characters; bring it back from a backup."
        )
    return kept


@lru_cache(maxsize=64)
def _derive(secret: str, purpose: str) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), 32, salt=None, info=f"yinbo {purpose}".encode()).derive(secret.encode())


def secret_key(purpose: str) -> bytes:
    """32 bytes of their own for each purpose, by HKDF-SHA256 (RFC 5869) from ``SECRET_KEY``."""
    return _derive(_secret(), purpose)


def whole_secret() -> str:
    """The secret itself, for a backup that shall hold it."""
    return _secret()


def bring_back(secret: str, aside: str) -> None:
    """Puts a secret from a backup in the place of the kept one, which stays beside it under the name ``aside``.

    A secret that is set in the environment wins over both.
    """
    path = own_data_dir() / SECRET_FILE
    if path.exists():
        path.rename(path.with_name(f"{aside}.{SECRET_FILE}"))
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secret + "\n")
    _secret.cache_clear()
