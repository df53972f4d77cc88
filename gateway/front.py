"""The outermost layer, around routing and errors: who really calls, which host, HEAD, and the headers of every answer.

One layer of plain ASGI, since each costs every request.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any

from litestar import Litestar
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from core.config import settings
from gateway import csrf

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; media-src 'self' blob:; worker-src 'self'; manifest-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
#: The scanner decodes QR codes by WebAssembly, which browsers count as evaluated script.
CSP_SCAN = CSP.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")

Headers = list[tuple[bytes, bytes]]


@cache
def _fixed(path_is_scan: bool) -> Headers:
    headers = {
        "content-security-policy": CSP_SCAN if path_is_scan else CSP,
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


def _has(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> bool:
    return any(key.lower() == name for key, _ in headers)


def _cache_control(scope: Scope) -> bytes:
    """Unless the handler said: nothing of the API, of signed-in people or of forms is kept anywhere."""
    actor = scope.get("user")
    if scope["path"].startswith("/api/") or csrf.FRESH in scope or (actor and actor.kind != "anonymous"):
        return b"no-store"
    return b"no-cache"


class Front:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return
        http: HTTPScope = scope
        head = http["method"] == "HEAD"
        if head:
            scope = http = http.copy()
            http["method"] = "GET"
        fixed = _fixed(scope["path"].startswith("/scan"))

        async def dress(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers: Headers = [*message["headers"], *fixed]
                if not _has(message["headers"], b"cache-control"):
                    headers.append((b"cache-control", _cache_control(scope)))
                cookie: Any = scope.get(csrf.FRESH)
                if cookie:
                    headers.append((b"set-cookie", csrf.set_cookie_header(cookie)))
                message = {**message, "headers": headers}
            elif head and message["type"] == "http.response.body":
                message = {"type": "http.response.body", "body": b"", "more_body": message["more_body"]}
            await send(message)

        await self.app(scope, receive, dress)


def install(app: Litestar) -> None:
    """Puts the front before everything, also before the 404 of an unknown path."""
    app.asgi_handler = Front(app.asgi_handler)
