"""How many are inside an area, on PostgreSQL, where no scan touches a counter that others touch.

Each process keeps its own gauge: what the database counted a moment ago, and what this process has written since. A
scan's transaction id says whether the count has it already. So one process is exact, and of several each knows what the
others did within :data:`FRESH_FOR` seconds. Areas with a capacity have a bar of their own and do not ask here.
"""

import asyncio
import time
from datetime import date
from typing import Any
from weakref import WeakKeyDictionary

import msgspec

from checkin.services.scans.record import Asked

#: Seconds; while an area is busy it is counted anew that often.
FRESH_FOR = 0.25

_COUNT = """
WITH f AS (
  SELECT xid, scan, undo_xid, undo FROM scan_fold WHERE edition = $1 AND NOT stale
  UNION ALL SELECT 0, 0, 0, 0 LIMIT 1
)
SELECT pg_current_snapshot()::text AS seen, pg_current_xact_id_if_assigned()::text::bigint AS own, (
  COALESCE((SELECT a.inside FROM area_count a WHERE a.area = $2 AND a.day = $3
    AND EXISTS (SELECT 1 FROM scan_fold x WHERE x.edition = $1 AND NOT x.stale)), 0)
  + COALESCE((SELECT SUM(s.delta) FROM scan s, f WHERE s.edition = $1 AND (s.xid, s.id) > (f.xid, f.scan)
    AND s.area = $2 AND (s.scanned_at AT TIME ZONE $4)::date = $3), 0)
  + COALESCE((SELECT SUM(u.delta) FROM scan_undo u JOIN scan s ON s.id = u.scan, f
    WHERE u.edition = $1 AND (u.xid, u.id) > (f.undo_xid, f.undo)
    AND s.area = $2 AND (s.scanned_at AT TIME ZONE $4)::date = $3), 0)
)::bigint AS inside
"""


class _Seen:
    """A snapshot as PostgreSQL writes it: which transactions it has (``xmin:xmax:running,...``).

    It does not list the transaction that took it as running; ``own`` is that one, which writes its scans later.
    """

    def __init__(self, text: str, own: int | None) -> None:
        first, last, running = text.split(":")
        self._running = frozenset(int(one) for one in running.split(",") if one) | ({own} if own else set())
        self._first, self._last = min(int(first), *self._running, int(last)), int(last)

    def has(self, xid: int) -> bool:
        return xid < self._first or (xid < self._last and xid not in self._running)


class _Gauge:
    def __init__(self) -> None:
        self.counted = 0
        self.seen: _Seen | None = None
        self.at = float("-inf")
        #: What scans that are under way here will have done, should they win.
        self.flying = 0
        #: Transaction ids of scans written here that the count has not, and what they did.
        self.landed: list[tuple[int, int]] = []
        self.counting = False

    def now(self) -> int:
        return self.counted + self.flying + sum(delta for _, delta in self.landed)


Key = tuple[int, date]
_gauges: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[Key, _Gauge]] = WeakKeyDictionary()


def _of(asked: Asked) -> _Gauge:
    gauges = _gauges.setdefault(asyncio.get_running_loop(), {})
    key = (asked.checkpoint.area.id, asked.moment.day)
    found = gauges.get(key)
    if found is None:
        if len(gauges) >= 1000:
            gauges.clear()
        found = gauges[key] = _Gauge()
    return found


async def ready(connection: Any, asked: Asked) -> None:
    """Counts where the count is old. Who comes while somebody counts goes on with the old one."""
    gauge = _of(asked)
    if (gauge.counting and gauge.seen is not None) or time.monotonic() - gauge.at < FRESH_FOR:
        return
    gauge.counting = True
    try:
        row = await connection.fetchrow(
            _COUNT, asked.edition, asked.checkpoint.area.id, asked.moment.day, asked.zone.key
        )
        seen = gauge.seen = _Seen(row["seen"], row["own"])
        gauge.counted = int(row["inside"])
        gauge.landed = [(xid, delta) for xid, delta in gauge.landed if not seen.has(xid)]
        gauge.at = time.monotonic()
    finally:
        gauge.counting = False


class Flight(msgspec.Struct):
    """``inside``: in the area, should this scan win."""

    inside: int
    delta: int
    gauge: _Gauge

    def land(self, xid: int | None) -> None:
        """``xid``: of the transaction that wrote it; None where nothing was written."""
        self.gauge.flying -= self.delta
        seen = self.gauge.seen
        if xid is not None and self.delta and not (seen is not None and seen.has(xid)):
            self.gauge.landed.append((xid, self.delta))


def take_off(asked: Asked, delta: int) -> Flight:
    gauge = _of(asked)
    gauge.flying += delta
    return Flight(gauge.now(), delta, gauge)
