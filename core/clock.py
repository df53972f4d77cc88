"""The only source of now. Inside the program time is aware UTC; the edition's timezone is for the edge."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

_ahead = timedelta(0)


def now() -> datetime:
    return datetime.now(UTC) + _ahead


@contextmanager
def moved(by: timedelta) -> Iterator[None]:
    """The whole process lives ``by`` later: for tests of what expires and for rehearsals."""
    global _ahead
    before, _ahead = _ahead, _ahead + by
    try:
        yield
    finally:
        _ahead = before
