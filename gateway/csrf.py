"""Forgery of requests across sites.

A form carries a token that is bound to the cookie of whoever it was rendered for: the session, or before sign-in
a signed cookie that only serves this. Programs with ``Authorization: Bearer`` need none, for no browser sends that
by itself. Besides, a browser that says it comes from elsewhere (``Origin``, ``Sec-Fetch-Site``) is refused.

A page without a form costs nothing: the cookie is made when a template asks for the token.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import blake2b
from secrets import token_bytes, token_urlsafe
from typing import Any
from urllib.parse import urlsplit

from litestar import Request
from litestar.connection import ASGIConnection
from markupsafe import Markup

from core.config import secret_key, settings
from core.errors import DomainError
from core.i18n import mark

FIELD = "_csrf"
HEADER = "x-csrf-token"
#: Where a page says which cookie the front has still to set.
FRESH = "yinbo.csrf"
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_NONCE = 12
_MAC = 20


class Forged(DomainError):
    status = 403
    code = "csrf"
    message = mark(
        "This form had been open too long or was sent from elsewhere. Go back, reload the page and send it again: "
        "what you typed is still there."
    )


@cache
def _key(purpose: bytes) -> bytes:
    return blake2b(secret_key("csrf"), digest_size=32, person=purpose).digest()


def _mac(purpose: bytes, data: bytes) -> bytes:
    return blake2b(data, key=_key(purpose), digest_size=_MAC).digest()


def host_cookie(name: str) -> str:
    """With the prefix, a browser takes it from this host over https alone: a sibling domain can't plant one."""
    return f"__Host-{name}" if settings().public_url.startswith("https://") else name


@cache
def cookie_name() -> str:
    return host_cookie("form")


@cache
def session_cookie() -> str:
    return host_cookie("session")


def _new_cookie() -> str:
    seed = token_urlsafe(15)
    return f"{seed}.{_mac(b'csrf-cookie', seed.encode()).hex()}"


def _is_ours(cookie: str) -> bool:
    seed, _, mac = cookie.partition(".")
    return hmac.compare_digest(_mac(b"csrf-cookie", seed.encode()).hex().encode(), mac.encode())


def _binding(cookies: Mapping[str, str]) -> str | None:
    """What the token is bound to: the session first."""
    if session := cookies.get(session_cookie()):
        return f"session:{session}"
    cookie = cookies.get(cookie_name(), "")
    return f"form:{cookie}" if cookie and _is_ours(cookie) else None


def issue(binding: str) -> str:
    """Differs at each call, so that compressed pages give no hold for guessing it (BREACH)."""
    nonce = token_bytes(_NONCE)
    return urlsafe_b64encode(nonce + _mac(b"csrf-token", nonce + binding.encode())).decode()


def fits(token: str, binding: str) -> bool:
    try:
        raw = urlsafe_b64decode(token.encode("ascii"))
    except ValueError:
        return False
    nonce, mac = raw[:_NONCE], raw[_NONCE:]
    return hmac.compare_digest(mac, _mac(b"csrf-token", nonce + binding.encode()))


def token_of(request: Request[Any, Any, Any]) -> str:
    """A token for a page that is rendered now."""
    binding = _binding(request.cookies)
    if binding is None:
        scope: dict[str, Any] = request.scope  # type: ignore[assignment]  # a TypedDict that doesn't know our key
        cookie = scope.setdefault(FRESH, _new_cookie())
        binding = f"form:{cookie}"
    return issue(binding)


def field_of(request: Request[Any, Any, Any]) -> Markup:
    """The hidden input. It stands first in its form: of an upload only the beginning is searched for it."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, token_of(request))


def set_cookie_header(cookie: str) -> bytes:
    secure = "; Secure" if settings().public_url.startswith("https://") else ""
    return f"{cookie_name()}={cookie}; Path=/; HttpOnly; SameSite=Lax{secure}".encode()


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


@cache
def _own_origin() -> str:
    return _origin(settings().public_url)


def comes_from_here(headers: Mapping[str, str], scheme: str) -> bool:
    """What the browser itself says. Old browsers say nothing, and the token decides alone."""
    if headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    return origin is None or origin in (_own_origin(), f"{scheme}://{headers.get('host', '')}")


def check(connection: ASGIConnection[Any, Any, Any, Any], token: str | None) -> None:
    """Raises :class:`Forged` unless ``token`` was issued to this browser and it says it is here."""
    binding = _binding(connection.cookies)
    if (
        token is None
        or binding is None
        or not fits(token, binding)
        or not comes_from_here(connection.headers, connection.scope["scheme"])
    ):
        raise Forged


def is_bearer(authorization: bytes) -> bool:
    return authorization[:7].lower() == b"bearer "


def is_needed(connection: ASGIConnection[Any, Any, Any, Any]) -> bool:
    """For what changes something, unless a program sends it: by bearer token, or to the API without a session."""
    if connection.scope["method"] in SAFE:  # type: ignore[typeddict-item]  # http only
        return False
    if is_bearer(next((value for name, value in connection.scope["headers"] if name == b"authorization"), b"")):
        return False
    return session_cookie() in connection.cookies or not connection.scope["path"].startswith("/api/")
