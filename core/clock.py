"""The only source of now. Inside the program time is aware UTC; the edition's timezone is for the edge."""

from datetime import UTC, datetime


def now() -> datetime:
    return datetime.now(UTC)
