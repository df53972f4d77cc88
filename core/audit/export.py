"""The trail as a sheet, without personal data beyond the names of who acted."""

from collections.abc import AsyncIterator

from core.audit import queries
from core.audit.queries import Filter
from core.sheets import csv_lines

HEADING = ("id", "at", "actor", "name", "action", "object", "note", "request_id")


async def _rows(wanted: Filter) -> AsyncIterator[tuple[object, ...]]:
    async for entry in queries.every_entry(wanted):
        yield (
            entry.id,
            entry.at.isoformat(),
            entry.actor,
            entry.name,
            entry.action,
            entry.object,
            entry.note,
            entry.request_id,
        )


def export(wanted: Filter | None = None) -> AsyncIterator[bytes]:
    """CSV in UTF-8, newest first, a piece at a time."""
    return csv_lines(HEADING, _rows(wanted or Filter()))
