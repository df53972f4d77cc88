"""From the settings to a server's address, and from a row to what goes over the wire (RFC 5322, 3834)."""

from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from ipaddress import ip_address
from typing import Any, Literal
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec

from core.config import Settings
from core.config.checks import is_loopback

Tls = Literal["none", "starttls", "tls", "offered"]


class Server(msgspec.Struct, frozen=True):
    host: str
    port: int
    user: str
    password: str
    #: ``offered``: STARTTLS if the server has it; only where no password is at stake.
    tls: Tls
    sender_name: str
    sender: str
    #: What we say to EHLO.
    own_name: str

    def __repr__(self) -> str:
        return f"Server({self.host}:{self.port}, {self.tls})"


def _own_host(settings: Settings) -> str:
    """A name, or an address literal as RFC 5321 (4.1.3) writes it."""
    host = urlsplit(settings.public_url).hostname or "localhost"
    try:
        ip = ip_address(host)
    except ValueError:
        return host
    return f"[{ip}]" if ip.version == 4 else f"[IPv6:{ip}]"


def server_of(settings: Settings) -> Server | None:
    """None without SMTP_URL. User, password and sender are percent-decoded."""
    if not settings.smtp_url:
        return None
    parts = urlsplit(settings.smtp_url)
    asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    host, user = parts.hostname or "localhost", unquote(parts.username or "")
    tls: Tls
    if parts.scheme == "smtps" or asked.get("tls") == "tls":
        tls = "tls"
    elif asked.get("tls") == "starttls":
        tls = "starttls"
    elif asked.get("tls") == "none":
        tls = "none"
    else:
        tls = "starttls" if user and not is_loopback(host) else "offered"
    own = _own_host(settings)
    name, address = parseaddr(asked.get("from") or settings.mail_from or f"Yinbo <noreply@{own}>")
    return Server(
        host=host,
        port=parts.port or {"tls": 465, "starttls": 587}.get(tls, 587 if user else 25),
        user=user,
        password=unquote(parts.password or ""),
        tls=tls,
        sender_name=name,
        sender=address,
        own_name=own,
    )


def to_ascii(address: str) -> str:
    """The domain as DNS has it; what stands before the @ stays and may need SMTPUTF8."""
    local, _, domain = address.rpartition("@")
    return address if domain.isascii() else f"{local}@{domain.encode('idna').decode()}"


def _address(name: str, address: str) -> Address:
    local, _, domain = address.rpartition("@")
    return Address(name, username=local.strip('"'), domain=domain)


def mime(row: dict[str, Any], server: Server, now: datetime) -> bytes:
    """:raises ValueError: something in it cannot stand in a mail."""
    to = to_ascii(row["to_address"])
    rules = policy.SMTP if to.isascii() else policy.SMTPUTF8
    message = EmailMessage(policy=rules)
    message["From"] = _address(server.sender_name, to_ascii(server.sender))
    message["To"] = _address(row["to_name"], to)
    message["Subject"] = row["subject"]
    message["Date"] = format_datetime(now)
    message["Message-ID"] = row["message_id"]
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(row["text"], cte="base64")
    if row["html"]:
        message.add_alternative(row["html"], subtype="html", cte="base64")
    # Last: set earlier, it would move into the first part.
    message["Content-Language"] = row["locale"]
    return message.as_bytes(policy=rules)
