"""``GET /api/v1/events``: server-sent events, by role."""

import asyncio
import time
from typing import Any

from litestar import Request, get
from litestar.params import FromQuery
from litestar.types import ASGIApp, Receive, Scope, Send

from core.db import Busy
from core.errors import FieldError, Forbidden, InvalidInput, NotSignedIn
from core.events import TOPICS, Event, Notice, Subscription, Topic, subscribe, topics_for
from core.i18n import mark
from gateway.access import PUBLIC, actor_again, actor_of

#: Seconds between two pings.
PING = 15.0
#: Seconds between two looks whether who is signed in still is, and may still listen; of others it is asked at a ping.
CHECK = 3.0
#: Seconds after which a listener that takes nothing is given up.
STUCK = 30.0
#: Milliseconds after which a browser comes back.
RETRY = 3000


def _frame(item: Event | Notice) -> bytes:
    if isinstance(item, Event):
        return b"id: %b\nevent: %b\ndata: %b\n\n" % (item.id.encode(), item.topic.encode(), bytes(item.data))
    if item.kind == "goodbye":
        return b"retry: %d\nevent: goodbye\ndata: {}\n\n" % RETRY
    return b"event: reset\ndata: {}\n\n"


class Stream:
    """Holds no transaction and no connection of the pool while it waits."""

    def __init__(self, request: Request[Any, Any, Any], topics: frozenset[Topic], after: str | None) -> None:
        self._request = request
        self._topics = topics
        self._after = after

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        with subscribe(self._topics, self._after) as subscription:
            await self._start(send)
            writer = asyncio.create_task(self._write(subscription, send))
            gone = asyncio.create_task(_disconnected(receive))
            try:
                done, _ = await asyncio.wait({writer, gone}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (writer, gone):
                    task.cancel()
                results = await asyncio.gather(writer, gone, return_exceptions=True)
            failure = results[0]
            if writer in done and isinstance(failure, Exception) and not isinstance(failure, TimeoutError | OSError):
                raise failure

    async def _start(self, send: Send) -> None:
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [
                    (b"content-type", b"text/event-stream; charset=utf-8"),
                    (b"cache-control", b"no-store"),
                    (b"x-accel-buffering", b"no"),
                ],
            }
        )

    async def _write(self, subscription: Subscription, send: Send) -> None:
        async def put(data: bytes, more: bool = True) -> None:
            async with asyncio.timeout(STUCK):
                await send({"type": "http.response.body", "body": data, "more_body": more})

        listed = ",".join(f'"{topic}"' for topic in TOPICS if topic in self._topics)
        hello = f'retry: {RETRY}\nevent: hello\ndata: {{"topics":[{listed}]}}\n\n'
        # An id, so that who hears nothing yet can resume; who resumes keeps the id it came with.
        await put((hello if self._after else f"id: {subscription.latest}\n{hello}").encode())
        now = time.monotonic()
        check_every = PING if actor_of(self._request).kind == "anonymous" else CHECK
        ping_at, check_at = now + PING, now + check_every
        while True:
            items = await subscription.next(max(0.0, min(ping_at, check_at) - time.monotonic()))
            if items:
                await put(b"".join(_frame(item) for item in items))
                if any(isinstance(item, Notice) and item.kind == "goodbye" for item in items):
                    break
            now = time.monotonic()
            if now >= check_at:
                check_at = now + check_every
                if not await self._may_still():
                    await put(_frame(Notice("goodbye")))
                    break
            if now >= ping_at:
                ping_at = now + PING
                await put(b"event: ping\ndata: {}\n\n")
        await put(b"", more=False)

    async def _may_still(self) -> bool:
        """Also no when somebody has become nobody: who comes back hears what everybody may."""
        try:
            actor = await actor_again(self._request)
            return actor.key == actor_of(self._request).key and self._topics <= await topics_for(actor)
        except Busy:
            return True  # asked again at the next look


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


@get("/api/v1/events", opt=PUBLIC)
async def events(request: Request[Any, Any, Any], topics: FromQuery[str | None] = None) -> ASGIApp:
    """Server-sent events ``scan, totals, exhibitor, pitch``, those of them that this role may see.

    ``?topics=scan,totals`` asks for some. ``Last-Event-ID`` resumes; a ``reset`` event says that some are lost and
    everything is to be read anew. Anonymous listeners hear ``totals`` where the edition makes them public.
    """
    actor = actor_of(request)
    own = await topics_for(actor)
    wanted = own
    if topics is not None:
        asked = {part.strip() for part in topics.split(",") if part.strip()}
        if not asked or asked - set(TOPICS):
            raise InvalidInput(errors=(FieldError("topics", "unknown_topic", mark("There is no such topic.")),))
        if asked - own:
            raise Forbidden if actor.kind != "anonymous" else NotSignedIn
        wanted = frozenset(topic for topic in TOPICS if topic in asked)
    if not wanted:
        raise Forbidden if actor.kind != "anonymous" else NotSignedIn
    after = request.headers.get("last-event-id")
    return Stream(request, wanted, after[:64] if after else None)


ROUTES = [events]
