"""Live events: ``publish("scan", {"serial": "..."})`` after the commit, ``subscribe`` for who listens.

An event says that something changed, not what is true: who missed some is told to read anew. So nothing is
stored; each process remembers the last :data:`~core.events.hub.REMEMBERED`, and a carrier brings them to the other
processes in one order for all. Without a running hub (the command line) an event is dropped.
"""

from core.events.carriers import lifespan
from core.events.hub import Event, Notice, Subscription, TooManyStreams, publish, say_goodbye, subscribe
from core.events.topics import TOPICS, Topic, topics_for

__all__ = [
    "TOPICS",
    "Event",
    "Notice",
    "Subscription",
    "TooManyStreams",
    "Topic",
    "lifespan",
    "publish",
    "say_goodbye",
    "subscribe",
    "topics_for",
]
