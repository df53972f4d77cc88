"""The events of one process: a short memory of them, and those who listen."""

import asyncio
import logging
import secrets
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from typing import Any, Literal

import msgspec

from core.errors import DomainError
from core.events.topics import Topic
from core.waking import rung

log = logging.getLogger("yinbo.events")

#: So many events can be resumed after.
REMEMBERED = 2000
#: So many wait for one listener; a slower one is told to read anew.
BACKLOG = 200
#: So many listen to one process.
STREAMS = 5000
#: Bytes of one event; a larger one only says that something changed. PostgreSQL's NOTIFY carries 8,000.
LARGEST = 3500


class TooManyStreams(DomainError):
    status = 503
    code = "too_many_streams"
    message = "Too many are listening. Please try again in a minute."


class Event(msgspec.Struct, frozen=True):
    id: str
    topic: Topic
    #: JSON; ids and small numbers, no personal data.
    data: msgspec.Raw


class Notice(msgspec.Struct, frozen=True):
    """``reset``: some events are lost to this listener, read anew. ``goodbye``: the server stops, come back."""

    kind: Literal["reset", "goodbye"]


class Subscription:
    def __init__(self, topics: frozenset[Topic], latest: str) -> None:
        self.topics = topics
        #: The id to resume after when nothing has come yet.
        self.latest = latest
        self._waiting: deque[Event] = deque()
        self._notice: Notice | None = None
        self._woken = asyncio.Event()

    def put(self, event: Event) -> None:
        if event.topic not in self.topics:
            return
        if len(self._waiting) >= BACKLOG:
            self.tell(Notice("reset"))
        self._waiting.append(event)
        self._woken.set()

    def tell(self, notice: Notice) -> None:
        self._waiting.clear()
        if self._notice is None or self._notice.kind != "goodbye":
            self._notice = notice
        self._woken.set()

    async def next(self, seconds: float) -> list[Event | Notice]:
        """What came, a notice first; empty when nothing came in that time."""
        await rung(self._woken, seconds)
        out: list[Event | Notice] = [self._notice] if self._notice else []
        out += self._waiting
        self._notice = None
        self._waiting.clear()
        return out


class Hub:
    def __init__(self, send: Callable[[Event], None] | None = None) -> None:
        self._origin = secrets.token_hex(4)
        self._numbers = count(1)
        self._remembered: deque[Event] = deque(maxlen=REMEMBERED)
        #: The id before the oldest that is remembered.
        self._before = f"{self._origin}-0"
        self._listeners: set[Subscription] = set()
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._send = send or (lambda event: self.deliver([event]))
        self._stopping = False

    def publish(self, topic: Topic, payload: dict[str, Any]) -> None:
        data = msgspec.json.encode(payload)
        if len(data) > LARGEST:
            log.warning("an event of %s is too large and says only that something changed", topic)
            data = b"{}"
        event = Event(f"{self._origin}-{next(self._numbers)}", topic, msgspec.Raw(data))
        if threading.get_ident() == self._thread:
            self._send(event)
        else:
            self._loop.call_soon_threadsafe(self._send, event)

    def deliver(self, events: Sequence[Event]) -> None:
        for event in events:
            if len(self._remembered) == REMEMBERED:
                self._before = self._remembered[0].id
            self._remembered.append(event)
            for listener in self._listeners:
                listener.put(event)

    def lost_some(self) -> None:
        """Events may have passed by: nobody can resume over the gap."""
        self._remembered.clear()
        self._before = f"{self._origin}-{next(self._numbers)}"
        for listener in self._listeners:
            listener.tell(Notice("reset"))

    def say_goodbye(self) -> None:
        self._stopping = True
        for listener in self._listeners:
            listener.tell(Notice("goodbye"))

    @contextmanager
    def subscribe(self, topics: frozenset[Topic], after: str | None) -> Iterator[Subscription]:
        if len(self._listeners) >= STREAMS:
            raise TooManyStreams
        latest = self._remembered[-1].id if self._remembered else self._before
        subscription = Subscription(topics, latest)
        if self._stopping:
            subscription.tell(Notice("goodbye"))
        elif after is not None:
            missed = self._since(after)
            if missed is None or len(missed) > BACKLOG:
                subscription.tell(Notice("reset"))
            else:
                for event in missed:
                    subscription.put(event)
        self._listeners.add(subscription)
        try:
            yield subscription
        finally:
            self._listeners.discard(subscription)

    def _since(self, id: str) -> list[Event] | None:
        """What came after it; nothing known of it: ``None``."""
        if id == self._before:
            return list(self._remembered)
        missed: list[Event] = []
        for event in reversed(self._remembered):
            if event.id == id:
                return missed[::-1]
            missed.append(event)
        return None

    @property
    def listeners(self) -> int:
        return len(self._listeners)


_hub: Hub | None = None


def use(hub: Hub | None) -> None:
    global _hub
    _hub = hub


def publish(topic: Topic, payload: dict[str, Any]) -> None:
    """Tells all processes; to be called by :func:`core.db.after_commit`. Never fails, never waits."""
    if _hub is not None:
        _hub.publish(topic, payload)


def subscribe(topics: frozenset[Topic], after: str | None = None) -> AbstractContextManager[Subscription]:
    """A context manager around a :class:`Subscription`; ``after`` is the id of the last event that arrived."""
    if _hub is None:
        raise RuntimeError("no hub runs here")
    return _hub.subscribe(topics, after)


def say_goodbye() -> None:
    """Ends every stream kindly, before the server waits for them."""
    if _hub is not None:
        _hub.say_goodbye()


def listeners() -> int:
    return 0 if _hub is None else _hub.listeners
