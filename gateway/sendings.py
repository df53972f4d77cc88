"""A form that is sent twice is done once: by a double click, by an impatient finger on a slow network, by reloading
or by going back and pressing again.

Every form that is rendered carries a token of its own (:mod:`gateway.csrf`), so the same person sending the same bytes
to the same address sends the same form again. The first sending's redirect is kept and given to the later ones, who
wait for it where it is still at work. Any other answer is no success, and the form may be sent again.

Programs have ``Idempotency-Key`` for this, and strangers' forms a number of their own.
"""

import asyncio
import logging
from hashlib import blake2b
from typing import Any

import msgspec
from litestar.connection import ASGIConnection
from litestar.response import Redirect
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Send

from core import clock, db
from core.accounts.roles import Actor
from core.i18n import mark
from core.idempotency.services import Given, InProgress, Once
from gateway import csrf
from gateway.pages import FLASH_COOKIE, flash

log = logging.getLogger(__name__)

#: Of an upload, how much tells it from another of the same form.
LOOKED_AT = 60_000
#: Seconds a second sending waits for the first one's end.
PATIENCE = 10.0
#: A second sending that comes within these seconds is a double click, and its page says what the first one's says.
DOUBLE_CLICK = 10.0
_SAID = mark("This form had been sent before. It was done once, then.")


class StillAtWork(InProgress):
    message = mark("This form was sent a moment ago and is still being worked on. Look in a minute whether it is done.")


class _Redirect(msgspec.Struct):
    location: str
    cookies: list[str]


def sending_of(connection: ASGIConnection[Any, Any, Any, Any], body: bytes, edge: bytes) -> Once | None:
    """``body`` is what was read of it, ``edge`` what parts an upload and differs in each sending. None for what is no
    form of a signed-in person's page."""
    actor = connection.scope.get("user")
    if not isinstance(actor, Actor) or actor.kind == "anonymous" or csrf.FIELD.encode() not in body:
        return None
    if "text/html" not in connection.headers.get("accept", ""):
        return None
    if edge:
        body = body.replace(edge, b"")
    looked_at = blake2b(body[:LOOKED_AT], digest_size=32).digest()
    query = connection.scope["query_string"].decode("latin-1")
    return Once(actor.key, f"{connection.scope['path']}?{query}", f"form {looked_at.hex()}", looked_at)


async def send_once(once: Once, app: ASGIApp, scope: HTTPScope, receive: Receive, send: Send) -> None:
    """Lets the handler answer, or answers as it did before."""
    given = await _begun(once)
    if given is not None:
        await _again(given, scope, receive, send)
        return
    ended = False

    async def keeping(message: Message) -> None:
        nonlocal ended
        if message["type"] == "http.response.start" and not ended:
            ended = True
            await _end(once, message["status"], message["headers"])
        await send(message)

    try:
        await app(scope, receive, keeping)
    finally:
        if not ended:
            await asyncio.shield(once.forget())


async def _begun(once: Once) -> Given | None:
    loop = asyncio.get_running_loop()
    until = loop.time() + PATIENCE
    pause = 0.05
    while True:
        try:
            return await once.begin()
        except InProgress:
            if loop.time() + pause > until:
                raise StillAtWork from None
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, 1.0)


async def _end(once: Once, status: int, headers: Any) -> None:
    """Before the answer goes out. It goes out even where it can't be kept."""
    try:
        if status != 303:
            await once.forget()
            return
        said = [(name.lower(), value.decode("latin-1")) for name, value in headers]
        location = next(value for name, value in said if name == b"location")
        kept = _Redirect(location, [value for name, value in said if name == b"set-cookie"])
        async with db.transaction():
            await once.keep(status, msgspec.json.encode(kept))
    except db.Busy:
        log.warning("the answer of a form could not be kept")


async def _again(given: Given, scope: HTTPScope, receive: Receive, send: Send) -> None:
    # The rest of an upload is taken: browsers show no answer to what they could not send.
    while (message := await receive())["type"] == "http.request" and message["more_body"]:
        pass
    kept = msgspec.json.decode(given.body, type=_Redirect)
    answer = Redirect(kept.location, status_code=303)
    late = (clock.now() - given.at).total_seconds() > DOUBLE_CLICK
    if late:
        flash(answer, _SAID)
    asgi = answer.to_asgi_response(app=None, request=ASGIConnection(scope))  # type: ignore[arg-type]
    for cookie in kept.cookies:
        if not (late and cookie.startswith(f"{FLASH_COOKIE}=")):
            asgi.headers.add("set-cookie", cookie)
    await asgi(scope, receive, send)
