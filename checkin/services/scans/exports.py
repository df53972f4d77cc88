"""The scans as a sheet."""

from collections.abc import AsyncIterator

from checkin.queries.scans import Wanted, every_scan
from core.editions.queries import EditionInfo
from core.sheets import csv_lines

HEADING = (
    *("nonce", "checkpoint", "area", "badge", "kind", "organisation", "direction", "verdict", "reason", "count"),
    *("scanned_at", "arrived_at", "offline", "device_verdict", "device_reason", "conflict", "undone", "inside"),
    *("device", "skew_ms", "note"),
)


async def _rows(edition: EditionInfo, wanted: Wanted) -> AsyncIterator[tuple[object, ...]]:
    zone = edition.zone
    async for one in every_scan(edition, wanted):
        yield (
            one.nonce,
            one.checkpoint,
            one.area,
            one.serial or "",
            one.kind or "",
            one.organisation,
            one.direction,
            one.verdict,
            one.reason or "",
            one.people,
            one.scanned_at.astimezone(zone).isoformat(),
            one.arrived_at.astimezone(zone).isoformat(),
            one.offline,
            one.device_verdict or "",
            one.device_reason or "",
            one.conflict,
            one.undone,
            one.inside,
            one.device or "",
            one.skew_ms,
            one.note,
        )


def export(edition: EditionInfo, wanted: Wanted | None = None) -> AsyncIterator[bytes]:
    """CSV in UTF-8, in the order of arrival, a piece at a time. Badges by their serials, without the holders' names."""
    return csv_lines(HEADING, _rows(edition, wanted or Wanted()))
