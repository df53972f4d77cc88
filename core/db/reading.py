"""What comes of a raw query."""

from datetime import datetime


def moment_in(value: datetime | str) -> datetime:
    """Aware. SQLite answers what is worked out of a column, as a minimum is, with the column's text."""
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)
