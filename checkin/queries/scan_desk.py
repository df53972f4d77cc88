"""Scans as the desk looks at them: the newest first, each with who, where and by which device; and conflicts."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import msgspec
from piccolo.querystring import QueryString

from checkin.tables import BadgeKind, Direction, Reason, Ruling, Verdict
from core.db import engine, moment_in
from core.editions.queries import EditionInfo

#: Begins the name of an exit that an entry elsewhere made by itself.
_AUTOMATIC = "→%"


class Sought(msgspec.Struct, frozen=True, kw_only=True):
    """``q``: a serial, or a part of the holder's name or firm."""

    checkpoint: str = ""
    verdict: Verdict | None = None
    reason: Reason | None = None
    device: int | None = None
    day: date | None = None
    q: str = ""
    #: False: those on which nobody has ruled.
    ruled: bool | None = None
    conflicts: bool = False


class DeskScan(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    nonce: str
    area: int
    root: int | None
    checkpoint: str
    checkpoint_zh: str
    checkpoint_en: str
    serial: str
    holder: str
    organisation: str
    kind: BadgeKind | None
    direction: Direction
    verdict: Verdict
    reason: Reason | None
    people: int
    #: By our clock.
    scanned_at: datetime
    arrived_at: datetime
    offline: bool
    conflict: bool
    device: str
    actor: str
    #: The device's clock minus ours.
    skew_ms: int
    note: str
    undone: bool
    undone_why: str
    ruling: Ruling | None
    ruled_at: datetime | None
    ruled_by: str
    ruling_note: str

    def where(self, locale: str) -> str:
        return self.checkpoint_en if locale == "en" and self.checkpoint_en else self.checkpoint_zh

    @property
    def device_time(self) -> datetime:
        """What the device's own clock showed."""
        return self.scanned_at + timedelta(milliseconds=self.skew_ms)

    @property
    def by(self) -> str:
        """The device, or else who scanned."""
        return self.device or self.actor


_FROM = """
FROM scan s JOIN checkpoint c ON c.id = s.checkpoint
LEFT JOIN badge b ON b.id = s.badge LEFT JOIN scan_device d ON d.id = s.device
LEFT JOIN scan_undo u ON u.scan = s.id
LEFT JOIN scan_ruling r ON r.id = (SELECT MAX(x.id) FROM scan_ruling x WHERE x.scan = s.id)
"""
_COLUMNS = (
    "s.id, s.nonce, s.area, s.root, c.code AS checkpoint, c.name_zh AS checkpoint_zh, c.name_en AS checkpoint_en,"
    " b.serial, b.holder, b.organisation, s.kind, s.direction, s.verdict, s.reason, s.people, s.scanned_at,"
    " s.arrived_at, s.offline, s.conflict, d.name AS device, s.actor, s.skew_ms, s.note, u.id AS undo,"
    " u.reason AS undone_why, r.ruling, r.at AS ruled_at, r.actor AS ruled_by, r.note AS ruling_note"
)


def _escaped(q: str) -> str:
    return "%" + q.lower().replace("!", "!!").replace("%", "!%").replace("_", "!_") + "%"


def _where(edition: EditionInfo, sought: Sought) -> tuple[str, list[Any]]:
    parts, values = ["s.edition = {}", f"s.nonce NOT LIKE '{_AUTOMATIC}'"], list[Any]([edition.id])

    def add(part: str, *given: Any) -> None:
        parts.append(part)
        values.extend(given)

    if sought.checkpoint:
        add("c.code = {}", sought.checkpoint)
    if sought.verdict is not None:
        add("s.verdict = {}", sought.verdict.value)
    if sought.reason is not None:
        add("s.reason = {}", sought.reason.value)
    if sought.device is not None:
        add("s.device = {}", sought.device)
    if sought.day is not None:
        begins = datetime.combine(sought.day, time(), edition.zone)
        add("s.scanned_at >= {} AND s.scanned_at < {}", begins, begins + timedelta(days=1))
    if sought.q:
        like = _escaped(sought.q)
        add(
            "(b.serial = {} OR lower(b.holder) LIKE {} ESCAPE '!' OR lower(b.organisation) LIKE {} ESCAPE '!')",
            sought.q,
            like,
            like,
        )
    if sought.conflicts:
        parts.append("s.conflict")
    if sought.ruled is not None:
        parts.append("r.id IS NOT NULL" if sought.ruled else "r.id IS NULL")
    return " AND ".join(parts), values


def _scan(row: dict[str, Any]) -> DeskScan:
    own = {name: row[name] for name in DeskScan.__struct_fields__ if name in row}
    texts = ("serial", "holder", "organisation", "device", "undone_why", "ruled_by", "ruling_note")
    own |= {name: row[name] or "" for name in texts}
    return DeskScan(
        **{
            **own,
            "kind": BadgeKind(row["kind"]) if row["kind"] else None,
            "direction": Direction(row["direction"]),
            "verdict": Verdict(row["verdict"]),
            "reason": Reason(row["reason"]) if row["reason"] else None,
            "scanned_at": moment_in(row["scanned_at"]),
            "arrived_at": moment_in(row["arrived_at"]),
            "offline": bool(row["offline"]),
            "conflict": bool(row["conflict"]),
            "undone": row["undo"] is not None,
            "ruling": Ruling(row["ruling"]) if row["ruling"] else None,
            "ruled_at": moment_in(row["ruled_at"]) if row["ruled_at"] else None,
        }
    )


async def _ask(sql: str, *values: Any) -> list[dict[str, Any]]:
    return await engine().run_querystring(QueryString(sql, *values))


async def scans(edition: EditionInfo, sought: Sought, *, before: int | None = None, limit: int = 50) -> list[DeskScan]:
    """What arrived last first; one query."""
    where, values = _where(edition, sought)
    if before is not None:
        where, values = f"{where} AND s.id < {{}}", [*values, before]
    sql = f"SELECT {_COLUMNS} {_FROM} WHERE {where} ORDER BY s.id DESC LIMIT {int(limit)}"
    return [_scan(row) for row in await _ask(sql, *values)]


async def count(edition: EditionInfo, sought: Sought) -> int:
    where, values = _where(edition, sought)
    return int((await _ask(f"SELECT COUNT(*) AS n {_FROM} WHERE {where}", *values))[0]["n"])


async def scan(edition: EditionInfo, number: int) -> DeskScan | None:
    rows = await _ask(f"SELECT {_COLUMNS} {_FROM} WHERE s.edition = {{}} AND s.id = {{}}", edition.id, number)
    return _scan(rows[0]) if rows else None


# ── conflicts ──


class Conflict(msgspec.Struct, frozen=True):
    """``later`` arrived later and is marked; ``first`` is what it collides with: None where no other scan does (the
    area was full, say)."""

    first: DeskScan | None
    later: DeskScan


async def conflicts(
    edition: EditionInfo, *, ruled: bool | None = False, before: int | None = None, limit: int = 20
) -> list[Conflict]:
    """The newest first; two queries. ``ruled`` None: all."""
    later = await scans(edition, Sought(conflicts=True, ruled=ruled), before=before, limit=limit)
    return await paired(edition, later)


async def paired(edition: EditionInfo, later: Sequence[DeskScan]) -> list[Conflict]:
    """Beside each the entry of the same badge into the same area that had arrived before, the nearest in time."""
    roots = sorted({one.root for one in later if one.root is not None})
    others: dict[tuple[int, int | None], list[DeskScan]] = {}
    if roots:
        holes = ", ".join(["{}"] * len(roots))
        sql = (
            f"SELECT {_COLUMNS} {_FROM} WHERE s.edition = {{}} AND s.verdict = 'admitted' AND s.direction = 'in'"
            f" AND s.root IN ({holes}) ORDER BY s.id"
        )
        for row in await _ask(sql, edition.id, *roots):
            one = _scan(row)
            others.setdefault((one.area, one.root), []).append(one)

    def first_of(one: DeskScan) -> DeskScan | None:
        if one.reason not in (Reason.already_inside, Reason.already_used):
            return None
        before = [other for other in others.get((one.area, one.root), []) if other.id < one.id]
        return min(before, key=lambda other: abs(other.scanned_at - one.scanned_at), default=None)

    return [Conflict(first_of(one), one) for one in later]


async def open_conflicts(edition: EditionInfo) -> int:
    return await count(edition, Sought(conflicts=True, ruled=False))
