"""What can be seen without asking anybody: settings, files, clock, certificate."""

import errno
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cli.doctor.findings import Finding, error, ok, warning
from core.config import SECRET_FILE, Settings
from core.config.checks import is_loopback

LITTLE = 500 * 2**20
TOO_LITTLE = 50 * 2**20
#: No clock of a machine that runs this program is right before it was written.
WRITTEN = datetime(2026, 11, 1, tzinfo=UTC)
SOON = timedelta(days=14)


def of_settings(own: Settings) -> Iterator[Finding]:
    found = False
    if own.rate_limits == "off":
        found = True
        yield warning("settings", "rate limits are off", "set YINBO_RATE_LIMITS=on outside tests and rehearsals")
    url = urlsplit(own.public_url)
    host = url.hostname or ""
    if not own.base_url and not is_loopback(own.host):
        found = True
        yield warning(
            "settings",
            f"links in mails and QR codes begin with {own.public_url}, which others may not reach",
            "set YINBO_BASE_URL to the address that people use",
        )
    if url.scheme == "http" and not is_loopback(host):
        found = True
        yield warning(
            "settings",
            f"{own.public_url} is http: phones give camera and offline work only to https, and sign-ins can be read",
            "set YINBO_TLS_CERT and YINBO_TLS_KEY, or put an https proxy before it and set YINBO_BASE_URL",
        )
    if Path(".env").is_file() and stat.S_IMODE(Path(".env").stat().st_mode) & 0o077:
        found = True
        yield warning("settings", ".env can be read by other users of this machine", "chmod 600 .env")
    if not found:
        yield ok("settings", f"in order; people come to {own.public_url}")


def of_secret(own: Settings) -> Finding:
    if own.secret_key:
        return ok("secret", "set by YINBO_SECRET_KEY")
    path = own.data_dir / SECRET_FILE
    if not path.exists():
        return ok("secret", "is made at the first start")
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        return error("secret", f"{path} can be read by other users of this machine", f"chmod 600 {path}")
    if stat.S_IMODE(own.data_dir.stat().st_mode) & 0o022:
        return error("secret", f"{own.data_dir} can be written by others", f"chmod 700 {own.data_dir}")
    return ok("secret", f"{path}, for this user alone")


def of_disk(own: Settings) -> Finding:
    folder = own.data_dir
    if not folder.exists():
        return ok("disk", f"{folder} is made at the first start")
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"x")
            file.flush()
            os.fsync(file.fileno())
    except OSError as fault:
        full = fault.errno in (errno.ENOSPC, errno.EDQUOT)
        mend = "make room: nothing can be stored" if full else "give this user the right to write there"
        return error("disk", f"{folder} cannot be written ({fault.strerror})", mend)
    free = shutil.disk_usage(folder).free
    message = f"{free / 2**30:.1f} GiB free for {folder}"
    if free < TOO_LITTLE:
        return error("disk", message, "make room: nothing can be stored soon")
    if free < LITTLE:
        return warning("disk", message, "make room: backups and uploads need it")
    return ok("disk", message)


def of_clock() -> Finding:
    before = time.monotonic()
    now = datetime.now(UTC)
    if now < WRITTEN:
        return error("clock", f"it is not {now:%Y-%m-%d}", "set the clock: timedatectl set-ntp true")
    if time.monotonic() < before:
        return error("clock", "the monotonic clock goes backwards", "look at the machine or its hypervisor")
    return ok("clock", f"{now:%Y-%m-%d %H:%M:%S} UTC")


def of_certificate(own: Settings) -> Iterator[Finding]:
    if own.tls_cert is None or own.tls_key is None:
        return
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

    try:
        certificate = x509.load_pem_x509_certificate(own.tls_cert.read_bytes())
        key = load_pem_private_key(own.tls_key.read_bytes(), None)
    except (ValueError, TypeError, OSError) as fault:
        yield error(
            "certificate",
            f"certificate or key cannot be read ({type(fault).__name__})",
            "give PEM files; the key without a passphrase",
        )
        return
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if certificate.public_key().public_bytes(*form) != key.public_key().public_bytes(*form):
        yield error("certificate", "the key is not this certificate's", "set YINBO_TLS_KEY to the key it was made with")
    now = datetime.now(UTC)
    ends = certificate.not_valid_after_utc
    if not certificate.not_valid_before_utc <= now <= ends:
        yield error("certificate", f"valid to {ends:%Y-%m-%d}, not now", "renew it")
    elif ends - now < SOON:
        yield warning("certificate", f"ends on {ends:%Y-%m-%d}", "renew it")
    else:
        yield ok("certificate", f"valid to {ends:%Y-%m-%d}")
    host = urlsplit(own.public_url).hostname or ""
    if not _names(certificate, host):
        yield error("certificate", f"it is not for {host}", "get one for this name, or set YINBO_BASE_URL to its name")


def _names(certificate: Any, host: str) -> bool:
    from cryptography import x509

    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return False
    names = {name.lower() for name in extension.get_values_for_type(x509.DNSName)}
    addresses = {str(address) for address in extension.get_values_for_type(x509.IPAddress)}
    return host in names | addresses or f"*.{host.partition('.')[2]}" in names
