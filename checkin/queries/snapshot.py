"""What a phone needs to decide alone: the badges with who is inside, in pieces, later only what changed.

**Nothing is skipped.** A first run goes through the badges by id, having noted before how far the logs had come
(badges changed, scans, scans taken back); then it goes on in the logs from there, in the order of their commits and
only below the horizon, as :mod:`core.audit.sealing` has it. What a log names is delivered whole, as it is now; so what
changes between two pieces comes once more rather than never.
"""

import asyncio
from datetime import datetime
from typing import Any

import msgspec
from piccolo.querystring import QueryString

from checkin.sealing import seal
from checkin.tables import Area, Badge, BadgeKey
from core.db import engine
from core.editions.queries import EditionInfo

PIECE = 2_000
LOGS = ("badge_change", "scan", "scan_undo")
_BADGE = (Badge.id, Badge.uid, Badge.code, Badge.kind, Badge.status, Badge.days, Badge.size, Badge.root, Badge.note)


class StateOut(msgspec.Struct, frozen=True, omit_defaults=True):
    """As :class:`checkin.rules.gate.State`."""

    first_at: datetime | None = None
    day: str | None = None
    first_today_at: datetime | None = None
    arrived_today: int = 0
    inside: int = 0
    arrived: int = 0


class BadgeOut(msgspec.Struct, frozen=True, omit_defaults=True):
    """`id`: what the code holds, as a decimal string. `sealed`: who the holder is, for whoever has the code.

    Left out: no `days` (every day), `size` 1, `note` false, nobody of it was ever in an area.
    """

    id: str
    kind: str
    status: str
    sealed: str
    days: list[str] = []
    size: int = 1
    #: Says that the holder's part holds something for the crew.
    note: bool = False
    #: By the code of the area.
    state: dict[str, StateOut] = {}


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """``after``: the last badge of the first run; None once it is over. ``marks``: (xid, id) in each of the logs."""

    edition: int
    after: int | None
    marks: tuple[tuple[int, int], tuple[int, int], tuple[int, int]]


class Piece(msgspec.Struct, frozen=True):
    """``reset``: what the phone has is no longer to be gone by; it begins anew with this piece."""

    badges: list[BadgeOut]
    cursor: Cursor
    reset: bool


class KeyOut(msgspec.Struct, frozen=True):
    """`public`: 32 bytes in hex."""

    number: int
    public: str


async def keys(edition: EditionInfo) -> list[KeyOut]:
    """Those that still vouch for a code."""
    rows = (
        await BadgeKey.select(BadgeKey.number, BadgeKey.public)
        .where(BadgeKey.edition == edition.id, BadgeKey.retired_at.is_null())
        .order_by(BadgeKey.number)
    )
    return [KeyOut(row["number"], row["public"]) for row in rows]


def _postgres() -> bool:
    return engine().engine_type != "sqlite"


async def _rows(sql: str, *values: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await engine().run_querystring(QueryString(sql, *values))
    return found


async def _ends() -> tuple[tuple[int, int], tuple[int, int], tuple[int, int]]:
    """Behind all that has ended by now; on SQLite ids grow in the order of the commits."""
    if _postgres():
        row = (await _rows("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS horizon"))[0]
        end = (int(row["horizon"]) - 1, 2**62)
        return end, end, end
    lasts = ", ".join(f"(SELECT COALESCE(MAX(id), 0) FROM {log}) AS {log}" for log in LOGS)  # noqa: S608
    row = (await _rows(f"SELECT {lasts}"))[0]
    return (0, row["badge_change"]), (0, row["scan"]), (0, row["scan_undo"])


async def _is_astray(cursor: Cursor) -> bool:
    """It is ahead of us: it comes from before a restore."""
    ends = await _ends()
    if _postgres():
        row = (await _rows("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next"))[0]
        return any(mark[0] >= int(row["next"]) for mark in cursor.marks)
    return any(mark > end for mark, end in zip(cursor.marks, ends, strict=True))


async def piece(edition: EditionInfo, cursor: Cursor | None, size: int = PIECE) -> Piece:
    reset = cursor is None or cursor.edition != edition.id or await _is_astray(cursor)
    if cursor is None or reset:
        cursor = Cursor(edition.id, 0, await _ends())
    if cursor.after is not None:
        rows = await _next(edition, cursor.after, size)
        done = len(rows) < size
        after = None if done else rows[-1]["id"]
        found = await _whole(edition, [row for row in rows if row["uid"] is not None])
        cursor = Cursor(edition.id, after, cursor.marks)
        if found or not done:
            return Piece(found, cursor, reset)
    found, cursor = await _changed(edition, cursor, size)
    return Piece(found, cursor, reset)


async def _next(edition: EditionInfo, after: int, size: int) -> list[dict[str, Any]]:
    return (
        await Badge.select(*_BADGE, Badge.holder, Badge.organisation)
        .where(Badge.edition == edition.id, Badge.id > after)
        .order_by(Badge.id)
        .limit(size)
    )


_NAMED = {
    "badge_change": "SELECT l.xid, l.id, l.badge FROM badge_change l",
    "scan": "SELECT l.xid, l.id, CASE WHEN l.verdict = 'admitted' THEN l.root END AS badge FROM scan l",
    "scan_undo": "SELECT l.xid, l.id, s.root AS badge FROM scan_undo l JOIN scan s ON s.id = l.scan",
}


async def _named(log: str, edition: EditionInfo, mark: tuple[int, int], size: int) -> list[dict[str, Any]]:
    ended = " AND l.xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint" if _postgres() else ""
    return await _rows(
        f"{_NAMED[log]} WHERE l.edition = {{}} AND (l.xid, l.id) > ({{}}, {{}}){ended}"
        f" ORDER BY l.xid, l.id LIMIT {size}",
        edition.id,
        *mark,
    )


async def _changed(edition: EditionInfo, cursor: Cursor, size: int) -> tuple[list[BadgeOut], Cursor]:
    marks = list(cursor.marks)
    while True:
        ids: set[int] = set()
        more = False
        for n, log in enumerate(LOGS):
            rows = await _named(log, edition, marks[n], size)
            if rows:
                marks[n] = (rows[-1]["xid"], rows[-1]["id"])
            ids |= {row["badge"] for row in rows if row["badge"] is not None}
            more = more or len(rows) == size
        moved = Cursor(edition.id, None, (marks[0], marks[1], marks[2]))
        rows = []
        wanted = sorted(ids)
        for start in range(0, len(wanted), PIECE):
            some = wanted[start : start + PIECE]
            rows += await Badge.select(*_BADGE, Badge.holder, Badge.organisation).where(
                Badge.edition == edition.id, Badge.id.is_in(some) | Badge.root.is_in(some), Badge.uid.is_not_null()
            )
        found = await _whole(edition, rows)
        if found or not more:
            return found, moved


async def _whole(edition: EditionInfo, rows: list[dict[str, Any]]) -> list[BadgeOut]:
    if not rows:
        return []
    areas = {row["id"]: row["code"] for row in await Area.select(Area.id, Area.code).where(Area.edition == edition.id)}
    roots = {row["root"] or row["id"] for row in rows}
    states = await _states(areas, sorted(roots))
    sealed = await asyncio.to_thread(_sealed, rows)
    return [
        BadgeOut(
            id=str(row["uid"]),
            kind=row["kind"],
            status=row["status"],
            sealed=sealed[n],
            days=row["days"].split(),
            size=row["size"],
            note=bool(row["note"]),
            state=states.get(row["root"] or row["id"], {}),
        )
        for n, row in enumerate(rows)
    ]


def _sealed(rows: list[dict[str, Any]]) -> list[str]:
    return [seal(row["code"], row["holder"], row["organisation"], row["note"]) for row in rows]


async def _states(areas: dict[int, str], roots: list[int]) -> dict[int, dict[str, StateOut]]:
    """Of those who were ever let in."""
    found: dict[int, dict[str, StateOut]] = {}
    if not areas:
        return found
    places = ", ".join(str(area) for area in areas)
    for start in range(0, len(roots), PIECE):
        some = ", ".join(str(root) for root in roots[start : start + PIECE])
        rows = await _rows(
            "SELECT area, root, first_at, day, first_today_at, arrived_today, inside, arrived"  # noqa: S608
            f" FROM presence WHERE area IN ({places}) AND root IN ({some})"
        )
        for row in rows:
            found.setdefault(row["root"], {})[areas[row["area"]]] = StateOut(
                row["first_at"],
                row["day"].isoformat() if row["day"] else None,
                row["first_today_at"],
                row["arrived_today"],
                row["inside"],
                row["arrived"],
            )
    return found
