"""Who came: let in somewhere, to an area or on a day, and not taken back."""

from datetime import date, datetime, time, timedelta
from typing import Any

import msgspec
from piccolo.querystring import QueryString

from checkin.tables import BadgeKind
from core.db import engine, moment_in
from core.editions.queries import EditionInfo


class Asked(msgspec.Struct, frozen=True):
    """No area: any; no day: any; no kinds: all."""

    area: str = ""
    day: date | None = None
    kinds: tuple[BadgeKind, ...] = ()


class Attended(msgspec.Struct, frozen=True):
    """Somebody who came; ``people``: how many the badge is for."""

    serial: str
    kind: BadgeKind
    holder: str
    organisation: str
    people: int
    first_at: datetime


def _came(edition: EditionInfo, asked: Asked) -> tuple[str, list[Any]]:
    parts = ["s.edition = {}", "s.verdict = 'admitted'", "s.direction = 'in'", "u.id IS NULL"]
    values: list[Any] = [edition.id]
    if asked.area:
        parts.append("a.code = {}")
        values.append(asked.area)
    if asked.day is not None:
        begins = datetime.combine(asked.day, time(), edition.zone)
        parts.append("s.scanned_at >= {} AND s.scanned_at < {}")
        values += [begins, begins + timedelta(days=1)]
    if asked.kinds:
        parts.append(f"s.kind IN ({', '.join(['{}'] * len(asked.kinds))})")
        values += [kind.value for kind in asked.kinds]
    return (
        "SELECT s.root AS root, MIN(s.scanned_at) AS first_at FROM scan s JOIN area a ON a.id = s.area"  # noqa: S608
        f" LEFT JOIN scan_undo u ON u.scan = s.id WHERE {' AND '.join(parts)} GROUP BY s.root"
    ), values


async def counted(edition: EditionInfo, asked: Asked) -> dict[str, int]:
    """Badges by kind."""
    came, values = _came(edition, asked)
    sql = f"SELECT b.kind AS kind, COUNT(*) AS n FROM ({came}) c JOIN badge b ON b.id = c.root GROUP BY b.kind"  # noqa: S608
    rows = await engine().run_querystring(QueryString(sql, *values))
    return {row["kind"]: int(row["n"]) for row in sorted(rows, key=lambda row: row["kind"])}


async def attended(edition: EditionInfo, asked: Asked, limit: int) -> list[Attended]:
    """In the order in which they came. One query."""
    came, values = _came(edition, asked)
    sql = (
        "SELECT b.serial, b.kind, b.holder, b.organisation, b.size, c.first_at"  # noqa: S608
        f" FROM ({came}) c JOIN badge b ON b.id = c.root ORDER BY c.first_at, b.id LIMIT {int(limit)}"
    )
    return [
        Attended(
            row["serial"],
            BadgeKind(row["kind"]),
            row["holder"],
            row["organisation"],
            row["size"],
            moment_in(row["first_at"]),
        )
        for row in await engine().run_querystring(QueryString(sql, *values))
    ]
