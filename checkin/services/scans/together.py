"""Many scans in one transaction on PostgreSQL, and single ones that touch what others touch, too: set by set, never a
statement a scan.

Rows that others want are locked in one order for all: presences by area and badge, then the bars of areas with a
capacity. Only then is it read which scans are there already, so that of the same batch sent twice at once the second
finds the first.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec
from asyncpg.exceptions import UniqueViolationError

from checkin.queries.checkpoints import AreaInfo
from checkin.rules.gate import NOBODY, Admission, State
from checkin.services.scans import decide, gauge, record
from checkin.services.scans.decide import Settled
from checkin.services.scans.record import Answer, Asked, Known
from core.db import Busy

_TRIES = 5

_BADGES = f"SELECT code, {record.BADGE} FROM badge WHERE edition = $1 AND code = ANY($2::text[])"  # noqa: S608
_PLACES = """
INSERT INTO presence (area, root, arrived_today, inside, arrived, last_nonce, version)
SELECT area, root, 0, 0, 0, '', 0 FROM unnest($1::int[], $2::bigint[]) AS t (area, root) ORDER BY area, root
ON CONFLICT (area, root) DO NOTHING
"""
_LOCK = f"""
SELECT area, root, {", ".join(record.STATE)} FROM presence
WHERE (area, root) IN (SELECT * FROM unnest($1::int[], $2::bigint[])) ORDER BY area, root FOR UPDATE
"""  # noqa: S608
_BARS = """
INSERT INTO area_bar (area, day, inside)
SELECT t.area, t.day, COALESCE((SELECT SUM(inside) FROM presence p WHERE p.area = t.area AND p.day = t.day), 0)
FROM unnest($1::int[], $2::date[]) AS t (area, day) ORDER BY area, day
ON CONFLICT (area, day) DO NOTHING
"""
_LOCK_BARS = """
SELECT area, day, inside FROM area_bar
WHERE (area, day) IN (SELECT * FROM unnest($1::int[], $2::date[])) ORDER BY area, day FOR UPDATE
"""
_MOVE_BARS = """
UPDATE area_bar b SET inside = t.inside FROM unnest($1::int[], $2::date[], $3::int[]) AS t (area, day, inside)
WHERE b.area = t.area AND b.day = t.day
"""
_GIVEN = record.GIVEN.format("s.edition = $1 AND s.nonce = ANY($2::text[])")
_ADMITTED = record.ADMISSIONS.format("s.area = $1 AND s.root = ANY($2::bigint[])")
_MOVE = """
UPDATE presence p SET first_at = t.first_at, day = t.day, first_today_at = t.first_today_at,
  arrived_today = t.arrived_today, inside = t.inside, arrived = t.arrived, last_nonce = t.nonce, version = version + 1
FROM unnest($1::int[], $2::bigint[], $3::timestamptz[], $4::date[], $5::timestamptz[], $6::int[], $7::int[], $8::int[],
  $9::text[]) AS t (area, root, first_at, day, first_today_at, arrived_today, inside, arrived, nonce)
WHERE p.area = t.area AND p.root = t.root
"""

Place = tuple[int, int]


class Contended(Busy):
    """Others moved the same again and again."""


def is_for(asked: Asked, presence: State) -> bool:
    """Whether a single scan touches more than its own presence."""
    entering = asked.direction == record.IN
    return (
        asked.checkpoint.area.capacity is not None
        or (entering and bool(asked.checkpoint.left))
        or decide.is_late(asked, presence)
    )


class _Ground(msgspec.Struct):
    """What is locked, as it stands by now."""

    who: dict[str, Known]
    states: dict[Place, State]
    bars: dict[tuple[int, date], int]
    given: dict[str, Answer]
    #: Of badges that have been here on a later day already.
    before: dict[Place, list[Admission]]
    moved: dict[Place, str]
    rows: list[tuple[Any, ...]]
    flights: list[gauge.Flight] = []


async def _lock(connection: Any, every: Sequence[Asked]) -> _Ground:
    edition = every[0].edition
    codes = sorted({asked.code for asked in every})
    who = {row["code"]: record.known(row) for row in await connection.fetch(_BADGES, edition, codes)}
    known = [(asked, who[asked.code]) for asked in every if asked.code in who]
    own = sorted({(asked.checkpoint.area.id, one.root) for asked, one in known})
    left = {(area.id, one.root) for asked, one in known for area in asked.checkpoint.left}
    await connection.execute(_PLACES, [area for area, _ in own], [root for _, root in own])
    places = sorted({*own, *left})
    rows = await connection.fetch(_LOCK, [area for area, _ in places], [root for _, root in places])
    states = {(row["area"], row["root"]): record.state(row) for row in rows}
    areas = {area.id: area for asked, _ in known for area in (asked.checkpoint.area, *asked.checkpoint.left)}
    days = {asked.moment.day for asked in every}
    wanted = sorted((area.id, day) for area in areas.values() if area.capacity is not None for day in days)
    bars = {}
    if wanted:
        keys = ([area for area, _ in wanted], [day for _, day in wanted])
        await connection.execute(_BARS, *keys)
        bars = {(row["area"], row["day"]): row["inside"] for row in await connection.fetch(_LOCK_BARS, *keys)}
    given = await connection.fetch(_GIVEN, edition, [asked.nonce for asked in every])
    ground = _Ground(who, states, bars, {row["nonce"]: record.given(row) for row in given}, {}, {}, [])
    await _before(connection, ground, [(asked, one) for asked, one in known if asked.nonce not in ground.given])
    return ground


async def _before(connection: Any, ground: _Ground, known: list[tuple[Asked, Known]]) -> None:
    """What was admitted of those who come late."""
    latest: dict[Place, date] = {}
    for asked, one in known:
        place = (asked.checkpoint.area.id, one.root)
        latest[place] = max(latest.get(place, asked.moment.day), asked.moment.day)
    roots: dict[int, list[int]] = {}
    if not known:
        return
    zone = known[0][0].zone
    for asked, one in known:
        place = (asked.checkpoint.area.id, one.root)
        day = ground.states[place].day
        if asked.moment.day < latest[place] or (day is not None and asked.moment.day < day):
            ground.before[place] = []
            roots.setdefault(place[0], []).append(place[1])
    for area, several in roots.items():
        for row in await connection.fetch(_ADMITTED, area, several):
            ground.before[(area, row["root"])].append(record.admission(row, zone))


def _settle(ground: _Ground, asked: Asked, who: Known) -> Settled:
    area = asked.checkpoint.area
    place = (area.id, who.root)
    presence = ground.states[place]
    then = None
    if decide.is_late(asked, presence):
        then = decide.earlier(presence, ground.before[place], who.badge.size, asked.moment.day)
    bar = ground.bars.get((area.id, asked.moment.day), 0)
    settled = decide.settle(asked, who, presence, then, bar)
    if settled.verdict == record.ADMITTED:
        _move(ground, asked, area, who.root, settled.state, settled.decision.delta)
        if place in ground.before:
            people, moment = settled.decision.people, asked.moment
            ground.before[place].append(Admission(asked.direction, people, moment.at, moment.day))
        if asked.direction == record.IN:
            _leave(ground, asked, who, settled.decision.people)
    return settled


def _move(ground: _Ground, asked: Asked, area: AreaInfo, root: int, state: State, delta: int) -> None:
    ground.states[(area.id, root)] = state
    ground.moved[(area.id, root)] = asked.nonce
    if (area.id, asked.moment.day) in ground.bars:
        ground.bars[(area.id, asked.moment.day)] += delta


def _leave(ground: _Ground, asked: Asked, who: Known, people: int) -> None:
    for area in asked.checkpoint.left:
        presence = ground.states.get((area.id, who.root), NOBODY)
        found = decide.left(asked, who, presence, people)
        if found is not None:
            decision, state = found
            ground.rows.append(record.leaving(asked, who, area.id, decision))
            _move(ground, asked, area, who.root, state, decision.delta)


async def _write(connection: Any, ground: _Ground) -> None:
    if ground.rows:
        await connection.copy_records_to_table("scan", columns=record.COLUMNS, records=ground.rows)
    if ground.moved:
        places = list(ground.moved)
        states = [record.state_values(ground.states[place]) for place in places]
        columns = [list(column) for column in zip(*states, strict=True)]
        keys = ([area for area, _ in places], [root for _, root in places])
        await connection.execute(_MOVE, *keys, *columns, list(ground.moved.values()))
    if ground.moved and ground.bars:
        bars = sorted(ground.bars.items())
        await connection.execute(
            _MOVE_BARS, [area for (area, _), _ in bars], [day for (_, day), _ in bars], [count for _, count in bars]
        )


async def _inside(connection: Any, ground: _Ground, asked: Asked, delta: int) -> int:
    """In the area, after it."""
    bar = ground.bars.get((asked.checkpoint.area.id, asked.moment.day))
    if bar is not None:
        return bar
    # Asked once an area in a quarter of a second, whatever the number of scans.
    await gauge.ready(connection, asked)
    flight = gauge.take_off(asked, delta)
    ground.flights.append(flight)
    return flight.inside


async def _once(connection: Any, every: Sequence[Asked]) -> list[Answer]:
    ground: _Ground | None = None
    xid = None
    try:
        async with connection.transaction():
            ground = await _lock(connection, every)
            xid = await _judge(connection, ground, every)
    except BaseException:
        xid = None
        raise
    finally:
        for flight in ground.flights if ground is not None else ():
            flight.land(xid)
    return [ground.given[asked.nonce] for asked in every]


async def _judge(connection: Any, ground: _Ground, every: Sequence[Asked]) -> int | None:
    """Inside the transaction; answers its id where gauges want it."""
    for asked in every:
        if asked.nonce in ground.given:
            continue
        who = ground.who.get(asked.code)
        settled = decide.stranger(asked) if who is None else _settle(ground, asked, who)
        inside = await _inside(connection, ground, asked, settled.decision.delta)
        told = (asked, who, settled.verdict, settled.decision, settled.conflict, inside)
        ground.rows.append(record.values(*told))
        ground.given[asked.nonce] = record.answer(*told)
    await _write(connection, ground)
    if not ground.flights:
        return None
    return int(await connection.fetchval("SELECT pg_current_xact_id()::text::bigint"))


async def many(connection: Any, every: Sequence[Asked]) -> list[Answer]:
    for _ in range(_TRIES):
        try:
            return await _once(connection, every)
        except UniqueViolationError:  # a nonce came by another way at the same time
            continue
    raise Contended
