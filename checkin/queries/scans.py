"""Reads of scans, in the order of their commits: whoever reads on from a cursor misses none."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import msgspec
from piccolo.querystring import QueryString

from checkin.queries.figures import behind
from checkin.tables import BadgeKind, Direction, Reason, Verdict
from core.db import engine
from core.editions.queries import EditionInfo


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A filter."""

    checkpoint: str | None = None
    #: Serial of a badge; the others of its chain of reissues count with it.
    badge: str | None = None
    verdict: Verdict | None = None
    reason: Reason | None = None
    conflict: bool | None = None


class ScanLine(msgspec.Struct, frozen=True, kw_only=True):
    """``xid`` and ``id`` are its place in the order."""

    xid: int
    id: int
    #: Nothing can appear before it any more; see :func:`piece`.
    settled: bool
    nonce: str
    checkpoint: str
    area: str
    #: None where what was scanned is no badge.
    serial: str | None
    holder: str
    organisation: str
    kind: BadgeKind | None
    direction: Direction
    verdict: Verdict
    reason: Reason | None
    people: int
    scanned_at: datetime
    arrived_at: datetime
    offline: bool
    device_verdict: Verdict | None
    device_reason: Reason | None
    conflict: bool
    first_admitted_at: datetime | None
    inside: int
    device: str | None
    skew_ms: int
    note: str
    undone: bool
    #: An exit that an entry elsewhere made.
    automatic: bool


_FROM = """
FROM scan s JOIN checkpoint c ON c.id = s.checkpoint JOIN area a ON a.id = s.area
LEFT JOIN badge b ON b.id = s.badge LEFT JOIN scan_device d ON d.id = s.device
LEFT JOIN scan_undo u ON u.scan = s.id
"""
_COLUMNS = (
    "s.xid, s.id, s.nonce, c.code AS checkpoint, a.code AS area, b.serial, b.holder, b.organisation, s.kind,"
    " s.direction, s.verdict, s.reason, s.people, s.scanned_at, s.arrived_at, s.offline, s.device_verdict,"
    " s.device_reason, s.conflict, s.first_admitted_at, s.inside, d.name AS device, s.skew_ms, s.note, u.id AS undone"
)


def _where(edition: EditionInfo, wanted: Wanted) -> tuple[str, list[Any]]:
    parts: list[str] = ["s.edition = {}"]
    values: list[Any] = [edition.id]
    same: dict[str, Any] = {
        "c.code": wanted.checkpoint,
        "s.verdict": wanted.verdict.value if wanted.verdict else None,
        "s.reason": wanted.reason.value if wanted.reason else None,
        "s.conflict": wanted.conflict,
    }
    for column, value in same.items():
        if value is not None:
            parts.append(f"{column} = {{}}")
            values.append(value)
    if wanted.badge is not None:
        parts.append("s.root = (SELECT COALESCE(x.root, x.id) FROM badge x WHERE x.edition = {} AND x.serial = {})")
        values += [edition.id, wanted.badge]
    return " AND ".join(parts), values


def _line(row: dict[str, Any]) -> ScanLine:
    own = {name: row[name] for name in ScanLine.__struct_fields__ if name in row}
    other = {
        "holder": row["holder"] or "",
        "organisation": row["organisation"] or "",
        "settled": bool(row["settled"]),
        "kind": BadgeKind(row["kind"]) if row["kind"] else None,
        "direction": Direction(row["direction"]),
        "verdict": Verdict(row["verdict"]),
        "reason": Reason(row["reason"]) if row["reason"] else None,
        "offline": bool(row["offline"]),
        "conflict": bool(row["conflict"]),
        "device_verdict": Verdict(row["device_verdict"]) if row["device_verdict"] else None,
        "device_reason": Reason(row["device_reason"]) if row["device_reason"] else None,
        "undone": row["undone"] is not None,
        "automatic": row["nonce"].startswith("→"),
    }
    return ScanLine(**{**own, **other})


async def scans(
    edition: EditionInfo, wanted: Wanted, *, after: tuple[int, int] = (0, 0), limit: int = 50
) -> list[ScanLine]:
    """Oldest first, those behind the place ``after``. One query."""
    where, values = _where(edition, wanted)
    sqlite = engine().engine_type == "sqlite"
    ended = "1" if sqlite else "s.xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
    order = f"{behind('s', '{}', '{}')} ORDER BY s.xid, s.id LIMIT {int(limit)}"
    sql = f"SELECT {_COLUMNS}, {ended} AS settled {_FROM} WHERE {where} AND {order}"
    rows = await engine().run_querystring(QueryString(sql, *values, *(after[1:] if sqlite else after)))
    return [_line(row) for row in rows]


def piece(found: list[ScanLine], limit: int) -> int:
    """How many of these a piece shows that is not the last: it ends where nothing can appear before it any more."""
    if len(found) <= limit:
        return limit
    fixed = next((n for n, one in enumerate(found[:limit]) if not one.settled), limit)
    return fixed or limit


async def count_scans(edition: EditionInfo, wanted: Wanted) -> int:
    where, values = _where(edition, wanted)
    sql = f"SELECT COUNT(*) AS count {_FROM} WHERE {where}"
    return int((await engine().run_querystring(QueryString(sql, *values)))[0]["count"])


async def every_scan(edition: EditionInfo, wanted: Wanted) -> AsyncIterator[ScanLine]:
    """A piece at a time."""
    after = (0, 0)
    while piece := await scans(edition, wanted, after=after, limit=1000):
        for one in piece:
            yield one
        after = (piece[-1].xid, piece[-1].id)
