"""The outermost layer, around routing and errors: who really calls, under which name, HEAD, what is too long to look
at, and the headers of every answer. One layer of plain ASGI, since each one costs every request.

**Host.** Links and QR codes are made of ``BASE_URL``, never of what a request calls us. When ``BASE_URL`` is set,
another *name* is answered 421: nothing is kept or signed in under it (DNS rebinding, cache poisoning). Bare addresses
and ``localhost`` stay welcome, for no foreign name can lead to them and a health check asks by address.
"""

import re
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from litestar import Litestar, Request
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from core.config import settings
from gateway import csrf
from gateway.errors import on_http_error
from gateway.proxies import Proxies, parse

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; media-src 'self' blob:; worker-src 'self'; manifest-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
#: The scanner decodes QR codes by WebAssembly, which browsers count as evaluated script.
CSP_SCAN = CSP.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")

LONGEST_URL = 8_192
MOST_HEADERS = 100
MOST_HEADER_BYTES = 32_768
#: Asked by address, name or nothing at all; they tell nothing that depends on the name.
_ANY_HOST = frozenset({"/healthz", "/readyz", "/metrics"})
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

Headers = list[tuple[bytes, bytes]]


def _reads_codes(path: str) -> bool:
    """Where a camera reads codes; browsers that have no reader of their own get one as WebAssembly."""
    return path.startswith("/scan") or (path.startswith("/portal/") and path.endswith("/leads/scan"))


@cache
def _fixed(scan: bool) -> Headers:
    headers = {
        "content-security-policy": CSP_SCAN if scan else CSP,
        "x-content-type-options": "nosniff",
        # Not "no-referrer": with it browsers send "Origin: null" along with our own forms.
        "referrer-policy": "same-origin",
        "permissions-policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "x-frame-options": "DENY",
    }
    if settings().public_url.startswith("https://"):
        headers["strict-transport-security"] = "max-age=31536000"
    return [(name.encode(), value.encode()) for name, value in headers.items()]


@cache
def _fixed_but_csp() -> Headers:
    """For an answer that brings a policy of its own, which then says who may frame it. A sandboxed page that claims
    a browsing context group for itself is a network error to browsers."""
    left_out = (b"content-security-policy", b"x-frame-options", b"cross-origin-opener-policy")
    return [pair for pair in _fixed(False) if pair[0] not in left_out]


def _cache_control(scope: HTTPScope) -> bytes:
    """Unless the handler said: nothing of the API, of signed-in people or of forms is kept anywhere."""
    actor = scope.get("user")
    if scope["path"].startswith("/api/") or csrf.FRESH in scope or (actor and actor.kind != "anonymous"):
        return b"no-store"
    return b"no-cache"


class Front:
    def __init__(self, app: ASGIApp) -> None:
        own = settings()
        self.app = app
        self.proxies = Proxies(own.trusted_proxies)
        self.only_host = (urlsplit(own.base_url).hostname or "") if own.base_url else ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return
        http: HTTPScope = scope
        head = http["method"] == "HEAD"
        if head:
            scope = http = http.copy()
            http["method"] = "GET"
        fixed = _fixed(_reads_codes(http["path"]))
        ended = False

        async def dress(message: Message) -> None:
            nonlocal ended
            if message["type"] == "http.response.start":
                said = {name.lower() for name, _ in message["headers"]}
                own_csp = b"content-security-policy" in said
                headers: Headers = [*message["headers"], *(_fixed_but_csp() if own_csp else fixed)]
                if b"cache-control" not in said:
                    headers.append((b"cache-control", _cache_control(http)))
                cookie: Any = http.get(csrf.FRESH)
                if cookie:
                    headers.append((b"set-cookie", csrf.set_cookie_header(cookie)))
                message["headers"] = headers
            elif head and message["type"] == "http.response.body":
                # Once: the rest of a stream goes nowhere, and the server tells its handler that nobody listens.
                if ended:
                    return
                ended = True
                message["body"] = b""
                message["more_body"] = False
            await send(message)

        refusal = self._look(http)
        if refusal is None:
            await self.app(scope, receive, dress)
        else:
            request: Request[Any, Any, Any] = Request(scope, receive, dress)
            response = on_http_error(request, refusal)
            await response.to_asgi_response(app=None, request=request)(scope, receive, dress)

    def _look(self, scope: HTTPScope) -> HTTPException | None:
        """Puts the real caller into the scope, or says why this request goes no further."""
        headers = list(scope["headers"])
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > LONGEST_URL:
            return HTTPException(status_code=414)
        if len(headers) > MOST_HEADERS or sum(len(name) + len(value) for name, value in headers) > MOST_HEADER_BYTES:
            return HTTPException(status_code=431)
        if _CONTROL.search(scope["path"]) or b"%00" in scope["query_string"]:
            return HTTPException(status_code=400)
        host = b""
        for name, value in headers:
            if name == b"host":
                host = value
                break
        client = scope["client"]
        if self.proxies and client and self.proxies.trusts(client[0]):
            host = self._believe(scope, client, host)
        if self.only_host and scope["path"] not in _ANY_HOST and not self._is_ours(host):
            return HTTPException(status_code=421)
        return None

    def _believe(self, scope: HTTPScope, client: tuple[str, int], host: bytes) -> bytes:
        """What a trusted proxy says of the caller. Several headers of a name are one list."""
        said: dict[bytes, list[str]] = {}
        for name, value in scope["headers"]:
            if name.startswith(b"x-forwarded-"):
                said.setdefault(name, []).append(value.decode("latin-1"))
        if addresses := said.get(b"x-forwarded-for"):
            scope["client"] = (self.proxies.caller(client[0], ",".join(addresses)), 0)
        proto = said.get(b"x-forwarded-proto", [""])[-1].rpartition(",")[2].strip().lower()
        if proto in ("http", "https"):
            scope["scheme"] = proto
        named = said.get(b"x-forwarded-host", [""])[-1].rpartition(",")[2].strip()
        if named:
            host = named.encode("latin-1")
            others = [(name, value) for name, value in scope["headers"] if name != b"host"]
            scope["headers"] = [(b"host", host), *others]
        return host

    def _is_ours(self, host: bytes) -> bool:
        name = urlsplit(f"//{host.decode('latin-1')}").hostname or "" if b"@" not in host else ""
        return name == self.only_host or name == "localhost" or parse(name) is not None


def install(app: Litestar) -> None:
    """Puts the front before everything, also before the 404 of an unknown path."""
    app.asgi_handler = Front(app.asgi_handler)
