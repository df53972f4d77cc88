"""The outermost layer: a request id, one line of log, the counts, and a clear 503 while the database is not right."""

import logging
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from random import Random
from typing import Any

from litestar import Litestar
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from core.config import settings
from core.context import request_id
from core.db.migrations import readiness
from gateway.observe import logs, metrics
from gateway.proxies import Proxies

log = logging.getLogger("yinbo")

_GIVEN = re.compile(rb"[A-Za-z0-9._-]{8,64}")
_ALWAYS = frozenset({"/healthz", "/readyz"})
_RECORD = "yinbo.record"
#: Seconds between two looks at a database that is not right.
_AGAIN = 1.0
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

Headers = list[tuple[bytes, bytes]]
#: An id has to be its own, not a secret: the system is not asked for each.
_ids = Random()  # noqa: S311


def _new_id() -> str:
    return f"{_ids.getrandbits(64):016x}"


class _State:
    """Of this process."""

    reason = ""
    looked = 0.0
    draining = False


async def _why_not() -> str:
    """Empty once the database has been right; else why it is not, looked at anew every second."""
    if _State.reason and time.monotonic() - _State.looked >= _AGAIN:
        _State.looked = time.monotonic()
        _State.reason = await readiness()
    return _State.reason


@asynccontextmanager
async def lifespan() -> AsyncIterator[None]:
    """Stands right after the database's in the app."""
    _State.draining = False
    _State.looked = time.monotonic()
    _State.reason = await readiness()
    if _State.reason:
        log.error("not ready: %s", _State.reason)
    yield


def draining() -> None:
    """From now on each answer ends its connection: the server stops."""
    _State.draining = True


class _Record:
    """What becomes known of a request on its way in."""

    __slots__ = ("scope",)

    def __init__(self) -> None:
        self.scope: Any = None


class _Inner:
    """Right around the router: takes the scope that it fills in, which the layers between may have copied."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        record: Any = scope.get(_RECORD)
        if record is not None:
            record.scope = scope
        await self.app(scope, receive, send)


class Observe:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.proxies = Proxies(settings().trusted_proxies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return
        http: HTTPScope = scope
        began = time.perf_counter()
        own_id = self._id(http)
        token = request_id.set(own_id)
        record = _Record()
        http[_RECORD] = record  # type: ignore[literal-required]  # ASGI lets a scope carry more
        status = 0
        stream = False

        async def dress(message: Message) -> None:
            nonlocal status, stream
            if message["type"] == "http.response.start":
                status = message["status"]
                headers: Headers = [*message["headers"], (b"x-request-id", own_id.encode())]
                stream = (b"content-type", b"text/event-stream; charset=utf-8") in headers
                if _State.draining:
                    headers.append((b"connection", b"close"))
                message["headers"] = headers
            await send(message)

        metrics.IN_FLIGHT.inc()
        try:
            reason = await _why_not() if _State.reason and http["path"] not in _ALWAYS else ""
            if reason:
                await _not_ready(http, dress, reason)
            else:
                await self.app(scope, receive, dress)
        except Exception as error:
            log.error("unhandled", exc_info=error)
            if status:
                raise
            await _send(dress, 500, b"Something went wrong on our side.\n")
        finally:
            metrics.IN_FLIGHT.dec()
            self._tell(http, record, status, own_id, time.perf_counter() - began, stream)
            request_id.reset(token)

    def _id(self, scope: HTTPScope) -> str:
        client = scope["client"]
        if self.proxies and client and self.proxies.trusts(client[0]):
            for name, value in scope["headers"]:
                if name == b"x-request-id":
                    return value.decode() if _GIVEN.fullmatch(value) else _new_id()
        return _new_id()

    def _tell(self, http: HTTPScope, record: _Record, status: int, own_id: str, seconds: float, stream: bool) -> None:
        inner = record.scope or http
        route = inner.get("path_template") or "unmatched"
        method = http["method"] if http["method"] in _METHODS else "other"
        metrics.answered(method, route, status, None if stream else seconds)
        if logs.write_request is not None:
            actor = inner.get("user")
            logs.write_request(
                {
                    "method": method,
                    "route": route,
                    "status": status,
                    "ms": round(seconds * 1000, 1),
                    "request_id": own_id,
                    "actor": getattr(actor, "kind", "anonymous"),
                }
            )


async def _send(send: Send, status: int, body: bytes, *more: tuple[bytes, bytes], media: bytes = b"text/plain") -> None:
    headers = [
        (b"content-type", media + b"; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        *more,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def _not_ready(scope: HTTPScope, send: Send, reason: str) -> None:
    """No page and no catalogue: those may want the database."""
    wait = (b"retry-after", b"5")
    if scope["path"].startswith("/api/"):
        import msgspec

        body = msgspec.json.encode(
            {"type": "about:blank", "title": "Not ready", "status": 503, "detail": reason, "code": "not_ready"}
        )
        await _send(send, 503, body, wait, media=b"application/problem+json")
        return
    text = f"系统还没有准备好，请稍后再试。\nThis service is not ready yet. Please try again in a moment.\n\n{reason}\n"
    await _send(send, 503, text.encode(), wait)


def install(app: Litestar, between: Callable[[Litestar], None]) -> None:
    """Around all that ``between`` installs."""
    app.asgi_handler = _Inner(app.asgi_handler)
    between(app)
    app.asgi_handler = Observe(app.asgi_handler)
