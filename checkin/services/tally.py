"""Counts are folded from the scans a few times a second, by one process at a time, and told to who listens.

No scan touches a counter that others touch: a shared row, or a NOTIFY in its transaction, would make all gates wait for
each other. Scans are read in the order of their commits and only below the horizon, as :mod:`core.audit.sealing` does,
so none is left out; who moves the mark on has won the right to fold what follows. What a figure needs beyond is added
when it is asked for; see :mod:`checkin.queries.figures`.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

import msgspec
from piccolo.querystring import QueryString
from piccolo.table import Table

from checkin.queries.checkpoints import checkpoints
from checkin.queries.figures import WHOLE_DAY, behind, counted, figures, local_minute
from checkin.tables import Area, AreaCount, Checkpoint, Direction, ScanFold, ScanTally, Verdict
from core import events
from core.db import Busy, engine, transaction
from core.editions.queries import EditionInfo, current_edition
from core.waking import Bells, rung

log = logging.getLogger("yinbo.scans")

#: Scans of one step.
BATCH = 5000
#: Seconds between two steps: that often a listener hears of a checkpoint.
PACE = 0.4
#: Seconds between two looks when nothing was scanned here: another process may have.
IDLE = 2.0

_ADMITTED, _IN = Verdict.admitted.value, Direction.enter.value

_bells = Bells()
#: Checkpoints at which something happened here that listeners have not heard of.
_told: set[int] = set()


def nudge(checkpoint: int) -> None:
    """Something was scanned there: the worker of this process looks soon."""
    _told.add(checkpoint)
    _bells.nudge()


Tally = tuple[int, date, int, str, str, str]
Counted = dict[Any, tuple[int, int]]


def _ended(alias: str) -> str:
    """No transaction that might still write before it is running."""
    if engine().engine_type == "sqlite":
        return "1 = 1"
    return f"{alias}.xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint"


async def _ask(sql: str, *values: Any) -> list[dict[str, Any]]:
    return await engine().run_querystring(QueryString(sql, *values))


_GROUP = "x.checkpoint, x.area, x.kind, x.direction, x.outcome, x.at"


class _Stretch(msgspec.Struct, frozen=True):
    """Of scans, or of what was taken back, in the order of their commits: after ``begin`` and up to ``end``."""

    table: str
    begin: tuple[int, int]
    end: tuple[int, int]


def _pair(cursor: tuple[int, int]) -> tuple[int, ...]:
    """For the placeholders of :func:`behind`."""
    return cursor[1:] if engine().engine_type == "sqlite" else cursor


async def _next(table: str, edition: int, begin: tuple[int, int]) -> _Stretch:
    """At most :data:`BATCH`, and none that something might still come before."""
    rows = await _ask(
        f"SELECT t.xid, t.id FROM (SELECT s.xid, s.id FROM {table} s"  # noqa: S608
        f" WHERE s.edition = {{}} AND {behind('s', '{}', '{}')} AND {_ended('s')} ORDER BY s.xid, s.id LIMIT {BATCH}) t"
        " ORDER BY t.xid DESC, t.id DESC LIMIT 1",
        edition,
        *_pair(begin),
    )
    return _Stretch(table, begin, (rows[0]["xid"], rows[0]["id"]) if rows else begin)


async def _counted(edition: int, stretch: _Stretch) -> list[dict[str, Any]]:
    source, own = ("scan s", "s") if stretch.table == "scan" else ("scan_undo u JOIN scan s ON s.id = u.scan", "u")
    return await _ask(
        f"SELECT {_GROUP}, COUNT(*) AS scans, SUM(x.people) AS people, SUM(x.delta) AS delta FROM ("  # noqa: S608
        f"SELECT {counted()}, s.people, {own}.delta FROM {source} WHERE {own}.edition = {{}}"
        f" AND {behind(own, '{}', '{}')} AND NOT ({behind(own, '{}', '{}')})) x"
        f" GROUP BY {_GROUP}",
        edition,
        *_pair(stretch.begin),
        *_pair(stretch.end),
    )


def _add(to: Counted, key: Any, one: int, other: int) -> None:
    before = to.get(key, (0, 0))
    to[key] = (before[0] + one, before[1] + other)


def _fold(edition: EditionInfo, rows: Iterable[tuple[int, dict[str, Any]]]) -> tuple[Counted, Counted]:
    """Tallies (scans, people) and areas (inside, admitted); ``rows`` each with 1, or -1 where it was undone."""
    tallies: Counted = {}
    areas: Counted = {}
    for sign, row in rows:
        day, minute = local_minute(row, edition.zone)
        scans, people = sign * row["scans"], sign * row["people"]
        came = people if (row["outcome"], row["direction"]) == (_ADMITTED, _IN) else 0
        _add(areas, (row["area"], day), row["delta"], came)
        if row["checkpoint"]:
            for part in (minute, WHOLE_DAY):
                key = (row["checkpoint"], day, part, row["kind"], row["direction"], row["outcome"])
                _add(tallies, key, scans, people)
    return tallies, areas


#: Rows of one insert: SQLite takes 32,766 parameters in one statement.
_ROWS = 1000


async def _write(tallies: Counted, areas: Counted) -> None:
    made = [
        ScanTally(
            checkpoint=key[0],
            day=key[1],
            minute=key[2],
            kind=key[3],
            direction=key[4],
            outcome=key[5],
            scans=scans,
            people=people,
        )
        for key, (scans, people) in sorted(tallies.items())
    ]
    own = ScanTally
    for start in range(0, len(made), _ROWS):
        await own.insert(*made[start : start + _ROWS]).on_conflict(
            target=(own.checkpoint, own.day, own.minute, own.kind, own.direction, own.outcome),
            action="DO UPDATE",
            values=[_sum(own, own.scans), _sum(own, own.people)],
        )
    counts = [
        AreaCount(area=area, day=day, inside=inside, admitted=admitted)
        for (area, day), (inside, admitted) in sorted(areas.items())
    ]
    for start in range(0, len(counts), _ROWS):
        await AreaCount.insert(*counts[start : start + _ROWS]).on_conflict(
            target=(AreaCount.area, AreaCount.day),
            action="DO UPDATE",
            values=[_sum(AreaCount, AreaCount.inside), _sum(AreaCount, AreaCount.admitted)],
        )


def _sum(table: type[Table], column: Any) -> tuple[Any, QueryString]:
    name = column._meta.name
    return column, QueryString(f"{table._meta.tablename}.{name} + EXCLUDED.{name}")


async def _begin_anew(edition: int) -> None:
    """What is folded belongs to another database; see the trigger on ``scan_fold``."""
    async with transaction():
        await ScanFold.insert(ScanFold(edition=edition)).on_conflict(target=ScanFold.edition, action="DO NOTHING")
        held = (
            await ScanFold.update(
                {
                    ScanFold.stale: False,
                    ScanFold.xid: 0,
                    ScanFold.scan: 0,
                    ScanFold.undo_xid: 0,
                    ScanFold.undo: 0,
                }
            )
            .where(ScanFold.edition == edition, ScanFold.stale.eq(True))
            .returning(ScanFold.id)
        )
        if held:
            areas = Area.select(Area.id).where(Area.edition == edition)
            points = Checkpoint.select(Checkpoint.id).where(Checkpoint.edition == edition)
            await AreaCount.delete().where(AreaCount.area.is_in(areas))
            await ScanTally.delete().where(ScanTally.checkpoint.is_in(points))


async def fold(edition: EditionInfo) -> int:
    """One step; answers how many scans were folded, 0 also when another process was faster."""
    mark = await ScanFold.select().where(ScanFold.edition == edition.id).first()
    if mark is None or mark["stale"]:
        await _begin_anew(edition.id)
        mark = await ScanFold.select().where(ScanFold.edition == edition.id).first()
        assert mark is not None
    scans = await _next("scan", edition.id, (mark["xid"], mark["scan"]))
    undone = await _next("scan_undo", edition.id, (mark["undo_xid"], mark["undo"]))
    rows = [
        (sign, row)
        for sign, stretch in ((1, scans), (-1, undone))
        if stretch.begin != stretch.end
        for row in await _counted(edition.id, stretch)
    ]
    if not rows:
        return 0
    tallies, areas = _fold(edition, rows)
    async with transaction():
        moved = (
            await ScanFold.update(
                {
                    ScanFold.xid: scans.end[0],
                    ScanFold.scan: scans.end[1],
                    ScanFold.undo_xid: undone.end[0],
                    ScanFold.undo: undone.end[1],
                }
            )
            .where(
                ScanFold.edition == edition.id,
                ScanFold.scan == mark["scan"],
                ScanFold.xid == mark["xid"],
                ScanFold.undo == mark["undo"],
                ScanFold.stale.eq(False),
            )
            .returning(ScanFold.id)
        )
        if not moved:
            return 0
        await _write(tallies, areas)
    return sum(row["scans"] for _, row in rows)


async def tell(edition: EditionInfo) -> None:
    """Each checkpoint at which something happened, with its figures of today."""
    if not _told:
        return
    touched = set(_told)
    _told.clear()
    areas = {one.area.id for one in (await checkpoints(edition.id)).values() if one.id in touched}
    for one in await figures(edition, edition.today()):
        if one.checkpoint.id in touched or one.checkpoint.area.id in areas:
            events.publish(
                "scan",
                {
                    "checkpoint": one.checkpoint.code,
                    "area": one.checkpoint.area.code,
                    "admitted": one.admitted,
                    "left": one.left,
                    "inside": one.inside,
                    "refused": one.refused,
                },
            )


async def fold_all(edition: EditionInfo) -> None:
    """All that can be folded now."""
    while await fold(edition) >= BATCH:
        pass


async def _run(bell: asyncio.Event) -> None:
    failing = ""
    while True:
        await rung(bell, IDLE)
        try:
            edition = await current_edition()
            if edition is not None:
                await fold_all(edition)
                await tell(edition)
            failing = ""
        except Exception as error:
            if (said := f"{type(error).__name__}: {error}") != failing:
                log.error("folding scans failed", exc_info=None if isinstance(error, Busy) else error)
            failing = said
        await asyncio.sleep(PACE)


@asynccontextmanager
async def worker() -> AsyncIterator[None]:
    """For the app's lifespan."""
    with _bells.bell() as bell:
        task = asyncio.create_task(_run(bell), name="folding scans")
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
