"""How many came, left, were refused and are inside: what is folded already and the tail behind it, in one statement and
so of one moment."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, tzinfo
from typing import Any

import msgspec
from piccolo.querystring import QueryString

from checkin.queries.checkpoints import CheckpointInfo, checkpoints
from checkin.tables import Direction, Verdict
from core.db import engine
from core.editions.queries import EditionInfo

#: The minute of a tally that is of the whole day.
WHOLE_DAY = -1
_ADMITTED, _IN = Verdict.admitted.value, Direction.enter.value


class Minute(msgspec.Struct):
    """A minute of local time in which somebody was scanned."""

    day: date
    #: After midnight.
    minute: int
    #: People, those of a group counted singly.
    admitted: int = 0
    left: int = 0
    #: Scans.
    refused: int = 0


class Figures(msgspec.Struct):
    """Of a checkpoint; ``inside`` is its area's."""

    checkpoint: CheckpointInfo
    #: People, those of a group counted singly.
    admitted: int = 0
    left: int = 0
    inside: int = 0
    #: Scans by reason.
    refused: dict[str, int] = {}
    #: Admitted people by kind of badge.
    kinds: dict[str, int] = {}
    per_minute: list[Minute] = []

    @property
    def refusals(self) -> int:
        return sum(self.refused.values())


def behind(alias: str, xid: str, last: str) -> str:
    """Rows behind a cursor, in the order of their commits. On SQLite all have the same ``xid``."""
    if engine().engine_type == "sqlite":
        return f"{alias}.xid = 0 AND {alias}.id > {last}"
    return f"({alias}.xid, {alias}.id) > ({xid}, {last})"


def counted(alias: str = "s") -> str:
    """What scans have in common that are counted together, as ``checkpoint`` (0: one that an entry elsewhere made),
    ``area``, ``kind``, ``direction``, ``outcome`` and ``at``, a minute of UTC. Every zone is whole minutes from it, so
    the database counts and what it answers does not grow with the scans."""
    utc = f"CAST(date_trunc('minute', {alias}.scanned_at AT TIME ZONE 'UTC') AS text)"
    at = f"substr({alias}.scanned_at, 1, 16)" if engine().engine_type == "sqlite" else utc
    return (
        f"CASE WHEN {alias}.nonce LIKE '→%' THEN 0 ELSE {alias}.checkpoint END AS checkpoint, {alias}.area AS area,"
        f" {alias}.kind AS kind, {alias}.direction AS direction,"
        f" CASE {alias}.verdict WHEN 'admitted' THEN 'admitted' ELSE {alias}.reason END AS outcome, {at} AS at"
    )


def local_minute(row: dict[str, Any], zone: tzinfo) -> tuple[date, int]:
    """The day there and the minute after its midnight, of a row of :func:`counted`."""
    local = datetime.fromisoformat(row["at"]).replace(tzinfo=UTC).astimezone(zone)
    return local.date(), local.hour * 60 + local.minute


def _cursor(column: str) -> str:
    """0 where nothing has been folded, or what was is to be folded anew."""
    return f"COALESCE((SELECT f.{column} FROM scan_fold f WHERE f.edition = {{}} AND NOT f.stale), 0)"  # noqa: S608


def _sql(*, one: bool, minutes: bool, day: bool) -> str:
    """``one``: of one checkpoint and its area. Placeholders in the order of :func:`_values`."""
    part = "t.minute >= 0" if minutes else f"t.minute = {WHOLE_DAY}"
    which = "t.checkpoint = {} AND " if one else ""
    area = "a.area = {} AND " if one else ""
    both = "(s.checkpoint = {} OR s.area = {}) AND " if one else ""
    on = "t.day = {} AND " if day else ""
    on_area = "a.day = {} AND " if day else ""
    fresh = "EXISTS (SELECT 1 FROM scan_fold f WHERE f.edition = {} AND NOT f.stale)"
    return f"""
SELECT t.checkpoint AS checkpoint, 0 AS area, CAST(t.day AS text) AS day, t.minute AS minute, t.kind AS kind,
  t.direction AS direction, t.outcome AS outcome, SUM(t.scans) AS scans, SUM(t.people) AS people, 0 AS delta,
  CAST(NULL AS text) AS at
FROM scan_tally t JOIN checkpoint c ON c.id = t.checkpoint
WHERE {which}{on}{part} AND c.edition = {{}} AND {fresh} GROUP BY 1, 3, 4, 5, 6, 7
UNION ALL
SELECT 0, a.area, CAST(a.day AS text), 0, '', '', '', 0, 0, a.inside, NULL
FROM area_count a JOIN area r ON r.id = a.area WHERE {area}{on_area}r.edition = {{}} AND {fresh}
UNION ALL
SELECT x.checkpoint, x.area, '', 0, x.kind, x.direction, x.outcome, COUNT(*), SUM(x.people), SUM(x.delta), x.at
FROM (
  SELECT {counted()}, s.people, s.delta
  FROM scan s WHERE {both}s.edition = {{}} AND {behind("s", _cursor("xid"), _cursor("scan"))}
) x GROUP BY x.checkpoint, x.area, x.kind, x.direction, x.outcome, x.at
UNION ALL
SELECT x.checkpoint, x.area, '', 0, x.kind, x.direction, x.outcome, -COUNT(*), -SUM(x.people), SUM(x.delta), x.at
FROM (
  SELECT {counted()}, s.people, u.delta
  FROM scan_undo u JOIN scan s ON s.id = u.scan
  WHERE {both}u.edition = {{}} AND {behind("u", _cursor("undo_xid"), _cursor("undo"))}
) x GROUP BY x.checkpoint, x.area, x.kind, x.direction, x.outcome, x.at
"""  # noqa: S608


def _values(edition: int, one: CheckpointInfo | None, day: date | None) -> Iterator[Any]:
    mine = [] if one is None else [one.id]
    area = [] if one is None else [one.area.id]
    on = [] if day is None else [day]
    cursors = 1 if engine().engine_type == "sqlite" else 2
    yield from (*mine, *on, edition, edition)
    yield from (*area, *on, edition, edition)
    for _ in range(2):
        yield from (*mine, *area, edition, *[edition] * cursors)


def _add(found: Figures, row: dict[str, Any], day: date, minute: int, minutes: dict[tuple[date, int], Minute]) -> None:
    entering = row["direction"] == _IN
    at = minutes.setdefault((day, minute), Minute(day, minute))
    if row["outcome"] != _ADMITTED:
        found.refused[row["outcome"]] = found.refused.get(row["outcome"], 0) + row["scans"]
        at.refused += row["scans"]
    elif entering:
        found.admitted += row["people"]
        found.kinds[row["kind"]] = found.kinds.get(row["kind"], 0) + row["people"]
        at.admitted += row["people"]
    else:
        found.left += row["people"]
        at.left += row["people"]


async def _figures(
    edition: EditionInfo, of: dict[int, CheckpointInfo], one: CheckpointInfo | None, day: date | None, minutes: bool
) -> dict[int, Figures]:
    sql = _sql(one=one is not None, minutes=minutes, day=day is not None)
    rows = await engine().run_querystring(QueryString(sql, *_values(edition.id, one, day)))
    zone, today = edition.zone, day or edition.today()
    found = {key: Figures(checkpoint, refused={}, kinds={}, per_minute=[]) for key, checkpoint in of.items()}
    inside: dict[int, int] = {}
    per: dict[int, dict[tuple[date, int], Minute]] = {key: {} for key in of}
    for row in rows:
        if row["at"] is None:
            on, minute = date.fromisoformat(row["day"]), row["minute"]
        else:
            on, minute = local_minute(row, zone)
        if on == today:
            inside[row["area"]] = inside.get(row["area"], 0) + row["delta"]
        if row["checkpoint"] in found and (day is None or on == day):
            _add(found[row["checkpoint"]], row, on, minute, per[row["checkpoint"]])
    for key, figures in found.items():
        figures.inside = inside.get(figures.checkpoint.area.id, 0)
        figures.refused = {reason: n for reason, n in sorted(figures.refused.items()) if n}
        figures.kinds = {kind: n for kind, n in sorted(figures.kinds.items()) if n}
        if minutes:
            per_minute = (per[key][at] for at in sorted(per[key]))
            figures.per_minute = [m for m in per_minute if m.admitted or m.left or m.refused]
    return found


async def figures(edition: EditionInfo, day: date | None = None) -> list[Figures]:
    """Of each checkpoint, in their order, without minutes. ``day`` None: of all days, ``inside`` today's."""
    of = {one.id: one for one in (await checkpoints(edition.id)).values()}
    return list((await _figures(edition, of, None, day, False)).values())


async def figures_of(edition: EditionInfo, checkpoint: CheckpointInfo, day: date | None = None) -> Figures:
    """Of one, with minutes."""
    return (await _figures(edition, {checkpoint.id: checkpoint}, checkpoint, day, True))[checkpoint.id]
