"""The layer between routing and handlers, after the one that says who it is. Here stop: who comes too often, bodies
that are too large, too slow or no JSON at all, forged requests, and who may not.

A route may say otherwise by its ``opt``: ``limit`` (a name in :data:`gateway.limits.RATES`), ``max_body`` (bytes) and
``takes`` (the media type of an API call that is not JSON).
"""

import asyncio
from typing import Any
from urllib.parse import parse_qsl

from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp, HTTPReceiveMessage, HTTPScope, Receive, Scope, Send

from core.accounts.roles import Actor
from core.idempotency.services import Once
from gateway import access, csrf, limits, sendings
from gateway.jsontext import check_json

MAX_BODY = 1_000_000
#: Seconds for the next piece of a body, and for a whole one of a MAX_BODY (larger ones get more in proportion).
PIECE_WITHIN = 15.0
WHOLE_WITHIN = 60.0
#: How much of an upload is read in search of its token: a hidden field that stands first.
_SEARCHED = 65_536

_FORM = "application/x-www-form-urlencoded"
_UPLOAD = "multipart/form-data"


class Gate:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP:
            opt = scope["route_handler"].opt
            counting = limits.current()
            if counting is not None:
                await _count(counting, scope, opt)
            once = None
            if scope["method"] not in csrf.SAFE:
                receive, once = await _admit(scope, receive, opt)
            access.enforce(scope)
            if once is not None:
                await sendings.send_once(once, self.app, scope, receive, send)
                return
        await self.app(scope, receive, send)


async def _count(counting: limits.Limits, scope: HTTPScope, opt: dict[str, Any]) -> None:
    api = scope["path"].startswith("/api/")
    usual = ("read" if api else "page") if scope["method"] in csrf.SAFE else "write"
    actor = scope.get("user")
    known = isinstance(actor, Actor) and actor.kind != "anonymous"
    client = scope["client"]
    who = actor.key if known and isinstance(actor, Actor) else limits.address_key(client[0] if client else "")
    await counting.check(limits.RATES[opt.get("limit", usual)], who)


async def _admit(scope: HTTPScope, receive: Receive, opt: dict[str, Any]) -> tuple[Receive, Once | None]:
    """For what changes something: a ``receive`` that gives the body to the handler, and of a form which sending it is;
    or a refusal."""
    connection: ASGIConnection[Any, Any, Any, Any] = ASGIConnection(scope)
    # The first of each name, as the framework reads them.
    headers = dict(reversed(list(scope["headers"])))
    content_type = headers.get(b"content-type", b"").decode("latin-1")
    kind = content_type.partition(";")[0].strip().lower()
    length = headers.get(b"content-length", b"").decode("latin-1")
    most = opt.get("max_body", MAX_BODY)
    if length:
        if not (length.isascii() and length.isdecimal()):
            raise HTTPException(status_code=400)
        if len(length) > 15 or int(length) > most:
            raise HTTPException(status_code=413)
    receive = _limited(receive, most)
    api = scope["path"].startswith("/api/")
    has_body = length not in ("", "0") or b"transfer-encoding" in headers
    if api and has_body and kind != opt.get("takes", "application/json"):
        raise HTTPException(status_code=415)
    seen: bytes | None = None
    if kind == "application/json" and has_body:
        seen, receive = await _read(receive, most + 1)
        check_json(seen)
    if csrf.is_needed(connection):
        token = connection.headers.get(csrf.HEADER)
        if token is None and kind in (_FORM, _UPLOAD):
            seen, receive = await _read(receive, most + 1 if kind == _FORM else _SEARCHED)
            token = _token_in(kind, content_type, seen)
        csrf.check(connection, token)
    if not seen or kind not in (_FORM, _UPLOAD):
        return receive, None
    return receive, sendings.sending_of(connection, seen, _edge(content_type))


def _limited(receive: Receive, most: int) -> Receive:
    """Counts what really comes, whatever was announced, and waits only so long."""
    taken = 0
    ended = False
    loop = asyncio.get_running_loop()
    until = loop.time() + WHOLE_WITHIN * max(1.0, most / MAX_BODY / 10)

    async def limited() -> Any:
        nonlocal taken, ended
        if ended:  # who still listens waits for the end of the connection, which has no hurry
            return await receive()
        try:
            async with asyncio.timeout_at(min(until, loop.time() + PIECE_WITHIN)):
                message = await receive()
        except TimeoutError:
            raise HTTPException(status_code=408, headers={"connection": "close"}) from None
        if message["type"] == "http.request":
            taken += len(message["body"])
            ended = not message["more_body"]
            if taken > most:
                raise HTTPException(status_code=413, headers={"connection": "close"})
        else:
            ended = True
        return message

    return limited


async def _read(receive: Receive, most: int) -> tuple[bytes, Receive]:
    """The body, or of a longer one what came until ``most`` was reached, and a ``receive`` that gives it all again."""
    messages: list[Any] = []
    pieces: list[bytes] = []
    size = 0
    while size < most:
        message = await receive()
        messages.append(message)
        if message["type"] != "http.request":
            break
        pieces.append(message["body"])
        size += len(message["body"])
        if not message["more_body"]:
            break
    messages.reverse()

    async def again() -> HTTPReceiveMessage:
        return messages.pop() if messages else await receive()  # type: ignore[return-value]

    return b"".join(pieces), again


def _edge(content_type: str) -> bytes:
    """What parts the pieces of an upload; empty for a form of another kind."""
    _, _, boundary = content_type.partition("boundary=")
    return boundary.split(";")[0].strip().strip('"').encode("latin-1", "replace")


def _token_in(kind: str, content_type: str, body: bytes) -> str | None:
    if kind == _FORM:
        try:
            pairs = parse_qsl(body.decode("latin-1"), keep_blank_values=True, max_num_fields=1000)
        except ValueError:
            return None
        return next((value for name, value in pairs if name == csrf.FIELD), None)
    for part in body.split(b"--" + _edge(content_type))[1:-1]:
        head, _, value = part.partition(b"\r\n\r\n")
        if f'name="{csrf.FIELD}"'.encode() in head and b"filename" not in head:
            return value.removesuffix(b"\r\n").decode("latin-1")
    return None
