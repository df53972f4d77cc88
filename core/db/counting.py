"""How many statements a piece of work sends: tests hold lists to the same number at one row and at three."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_counted: ContextVar[list[str] | None] = ContextVar("counted", default=None)


def note(query: str) -> None:
    seen = _counted.get()
    if seen is not None:
        seen.append(query)


@contextmanager
def count_queries() -> Iterator[list[str]]:
    """Collects the statements sent inside, by this task and those it starts."""
    seen: list[str] = []
    token = _counted.set(seen)
    try:
        yield seen
    finally:
        _counted.reset(token)
