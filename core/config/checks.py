"""What each setting may be. A refusal says the fault and, after the semicolon, the mend; it never repeats a secret."""

import re
from ipaddress import ip_address, ip_network
from pathlib import Path
from urllib.parse import SplitResult, urlsplit, urlunsplit
from zoneinfo import ZoneInfo

_HOST = re.compile(r"[A-Za-z0-9._~-]+|[0-9A-Fa-f:.]+(%[A-Za-z0-9]+)?")
_SMTP_TLS = ("starttls", "tls", "none")


def masked(url: str) -> str:
    """The address without its password, for logs, reports and refusals."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return "(unreadable)"
    if "@" not in parts.netloc and not parts.query:
        return url
    query = "…" if parts.query else ""
    if parts.username is None and parts.password is None:
        return urlunsplit(parts._replace(query=query))
    _, _, place = parts.netloc.rpartition("@")
    user = parts.username or ""
    return urlunsplit(
        parts._replace(netloc=f"{user}:***@{place}" if parts.password else f"{user}@{place}", query=query)
    )


def whole(text: str, least: int, most: int) -> int:
    text = text.strip()
    # isascii: int() takes digits of every script.
    if not (text.isascii() and text.isdecimal()):
        raise ValueError(f"{text!r} is not a whole number; give one from {least} to {most}")
    number = int(text[:20])
    if not least <= number <= most:
        raise ValueError(f"{text} is out of range; give a number from {least} to {most}")
    return number


def host(text: str) -> str:
    text = text.strip().removeprefix("[").removesuffix("]")
    if not _HOST.fullmatch(text):
        raise ValueError(f"{text!r} is neither a name nor an address; give one without scheme and port: 127.0.0.1")
    return text


def _split(text: str, example: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        raise ValueError(f"the address cannot be read; write it like {example}") from None
    if any(character.isspace() for character in text):
        raise ValueError(f"the address has a space in it; write it like {example}")
    return parts


def database_url(text: str) -> str:
    forms = "sqlite:///path/to/file or postgresql://user:password@host:5432/name"
    text = text.strip()
    if text.startswith("sqlite:"):
        path = text.removeprefix("sqlite:///")
        if path == text or not path or path == ":memory:" or "?" in path:
            raise ValueError(
                "SQLite needs a file; write it like sqlite:///data/yinbo.sqlite, four slashes from the root"
            )
        return text
    parts = _split(text, forms)
    if parts.scheme not in ("postgresql", "postgres"):
        raise ValueError(f"{parts.scheme or 'no scheme'!r} is no database known here; write it like {forms}")
    if not parts.path.strip("/"):
        raise ValueError(f"the name of the database is missing; write it like {forms}")
    return urlunsplit(parts._replace(scheme="postgresql"))


def base_url(text: str) -> str:
    """``scheme://host[:port]`` without a trailing slash."""
    example = "https://expo.example.org"
    parts = _split(text.strip(), example)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{masked(text)!r} is not an http or https address; write it like {example}")
    if parts.username is not None or parts.password is not None:
        raise ValueError(f"it holds a user or a password; write it like {example}")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError(f"something follows the host in {masked(text)!r}; Yinbo has a host of its own: {example}")
    return f"{parts.scheme}://{parts.netloc}".lower()


def smtp_url(text: str) -> str:
    example = "smtp://user:password@mail.example.org:587?tls=starttls"
    parts = _split(text.strip(), example)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError(f"{parts.scheme or 'no scheme'!r} is not smtp or smtps with a host; write it like {example}")
    for pair in parts.query.split("&") if parts.query else ():
        name, _, value = pair.partition("=")
        if name == "tls" and value not in _SMTP_TLS:
            raise ValueError(f"tls={value} is not known; give one of {', '.join(_SMTP_TLS)}")
    return text.strip()


def redis_url(text: str) -> str:
    example = "redis://:password@127.0.0.1:6379/0"
    parts = _split(text.strip(), example)
    if parts.scheme not in ("redis", "rediss", "unix") or not (parts.hostname or parts.path):
        raise ValueError(f"{parts.scheme or 'no scheme'!r} is not redis, rediss or unix; write it like {example}")
    return text.strip()


def proxies(text: str) -> str:
    """Addresses and networks, as they stood, with single spaces between."""
    names = text.replace(",", " ").split()
    for name in names:
        try:
            ip_network(name, strict=False)
        except ValueError:
            raise ValueError(
                f"{name!r} is neither an address nor a network; write them like 127.0.0.1, 10.0.0.0/8"
            ) from None
    return " ".join(names)


def timezone(text: str) -> str:
    text = text.strip()
    try:
        ZoneInfo(text)
    except (ValueError, OSError, KeyError):
        raise ValueError(f"{text!r} is no timezone of the tz database; give one like Asia/Shanghai") from None
    return text


def readable(text: str) -> Path:
    path = Path(text.strip()).expanduser()
    try:
        with path.open("rb") as file:
            file.read(1)
    except OSError as error:
        raise ValueError(f"{path} cannot be read ({error.strerror}); give a PEM file this user may read") from None
    return path


def secret(text: str) -> str:
    if len(text) < 32:
        raise ValueError(
            f"{len(text)} characters are too few; give 32 or more (openssl rand -hex 32), or leave it out: one is made"
        )
    return text


def switch(text: str) -> str:
    text = text.strip().lower()
    if text not in ("on", "off"):
        raise ValueError(f"{text!r} is neither; give on or off")
    return text


def mail_from(text: str) -> str:
    from email.utils import parseaddr

    text = text.strip()
    _, address = parseaddr(text)
    local, at, domain = address.rpartition("@")
    if not (local and at and domain) or any(character in text for character in "\r\n"):
        raise ValueError(f"{text!r} is no mail address; write it like Expo <expo@example.org>")
    return text


def is_loopback(name: str) -> bool:
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")
