"""Scans on SQLite: the rules run on the writer's own thread, between its reads and its writes, so that nothing can
come in between. Many share one durable commit."""

import sqlite3
from collections.abc import Sequence
from datetime import date
from typing import Any

from checkin.queries.checkpoints import AreaInfo
from checkin.rules.gate import NOBODY, State
from checkin.services.scans import decide, record
from checkin.services.scans.decide import Settled
from checkin.services.scans.record import Answer, Asked, Known

_STATE = ", ".join(record.STATE)
_GIVEN = record.GIVEN.format("s.edition = ? AND s.nonce = ?")
_BADGE = ", ".join(f"b.{name}" for name in record.BADGE.split(", "))
#: With where it stands in the area; ``there`` is null where it has not been.
_LOOK = (
    f"SELECT {_BADGE}, p.version AS there, {_STATE} FROM badge b"  # noqa: S608
    " LEFT JOIN presence p ON p.area = ? AND p.root = COALESCE(b.root, b.id) WHERE b.code = ? AND b.edition = ?"
)
_PRESENCE = f"SELECT {_STATE} FROM presence WHERE area = ? AND root = ?"  # noqa: S608
_SCAN = f"INSERT INTO scan ({record.NAMES}, xid) VALUES ({', '.join('?' * len(record.COLUMNS))}, 0)"  # noqa: S608
_NEW = (
    f"INSERT INTO presence (area, root, last_nonce, version, {_STATE})"  # noqa: S608
    f" VALUES (?, ?, ?, 1, {', '.join('?' * len(record.STATE))})"
)
_SET = ", ".join(f"{name} = ?" for name in record.STATE)
_MOVE = f"UPDATE presence SET last_nonce = ?, version = version + 1, {_SET} WHERE area = ? AND root = ?"  # noqa: S608
_ADMITTED = record.ADMISSIONS.format("s.area = ? AND s.root = ?")
_BAR = "SELECT inside FROM area_bar WHERE area = ? AND day = ?"
_NEW_BAR = (
    "INSERT INTO area_bar (area, day, inside)"
    " SELECT ?, ?, COALESCE(SUM(inside), 0) FROM presence WHERE area = ? AND day = ? RETURNING inside"
)
_MOVE_BAR = "UPDATE area_bar SET inside = inside + ? WHERE area = ? AND day = ? RETURNING inside"


def _bar(connection: sqlite3.Connection, area: AreaInfo, day: date) -> int:
    """How many are inside an area; the first who asks on a day counts them. One writer waits for nobody, so every area
    has its bar here."""
    row: Any = connection.execute(_BAR, (area.id, day)).fetchone()
    if row is None:
        row = connection.execute(_NEW_BAR, (area.id, day, area.id, day)).fetchone()
    return int(row["inside"])


def _move_bar(connection: sqlite3.Connection, area: AreaInfo, day: date, delta: int) -> int:
    """Answers how many are inside then. Before the presence moves: who counts first counts presences."""
    row: Any = connection.execute(_MOVE_BAR, (delta, area.id, day)).fetchone()
    if row is None:
        _bar(connection, area, day)
        row = connection.execute(_MOVE_BAR, (delta, area.id, day)).fetchone()
    return int(row["inside"])


def _settled(connection: sqlite3.Connection, asked: Asked, who: Known, presence: State, inside: int) -> Settled:
    then = None
    if decide.is_late(asked, presence):
        rows: Any = connection.execute(_ADMITTED, (asked.checkpoint.area.id, who.root))
        before = [record.admission(one, asked.zone) for one in rows]
        then = decide.earlier(presence, before, who.badge.size, asked.moment.day)
    return decide.settle(asked, who, presence, then, inside)


def _move(connection: sqlite3.Connection, asked: Asked, root: int, area: AreaInfo, state: State, new: bool) -> None:
    values = record.state_values(state)
    if new:
        connection.execute(_NEW, (area.id, root, asked.nonce, *values))
    else:
        connection.execute(_MOVE, (asked.nonce, *values, area.id, root))


def _leave(connection: sqlite3.Connection, asked: Asked, who: Known, people: int) -> None:
    """Whoever enters has left the areas that the checkpoint's own says."""
    for area in asked.checkpoint.left:
        row: Any = connection.execute(_PRESENCE, (area.id, who.root)).fetchone()
        found = None if row is None else decide.left(asked, who, record.state(row), people)
        if found is not None:
            decision, state = found
            connection.execute(_SCAN, record.leaving(asked, who, area.id, decision))
            _move_bar(connection, area, asked.moment.day, decision.delta)
            _move(connection, asked, who.root, area, state, False)


def one(connection: sqlite3.Connection, asked: Asked) -> Answer:
    """Most come once: whether one has come before the unique index says in the end.

    :raises sqlite3.IntegrityError: the nonce is there already; nothing of the job stays.
    """
    area, day = asked.checkpoint.area, asked.moment.day
    row: Any = connection.execute(_LOOK, (area.id, asked.code, asked.edition)).fetchone()
    if row is None:
        settled = decide.stranger(asked)
        who = None
    else:
        who, new = record.known(row), row["there"] is None
        before = 0 if area.capacity is None else _bar(connection, area, day)
        settled = _settled(connection, asked, who, NOBODY if new else record.state(row), before)
    delta = settled.decision.delta
    inside = _move_bar(connection, area, day, delta) if delta else _bar(connection, area, day)
    if who is not None and settled.verdict == record.ADMITTED:
        _move(connection, asked, who.root, area, settled.state, new)
        if asked.checkpoint.left and asked.direction == record.IN:
            _leave(connection, asked, who, settled.decision.people)
    told = (asked, who, settled.verdict, settled.decision, settled.conflict, inside)
    connection.execute(_SCAN, record.values(*told))
    return record.answer(*told)


def given(connection: sqlite3.Connection, asked: Asked) -> Answer | None:
    row: Any = connection.execute(_GIVEN, (asked.edition, asked.nonce)).fetchone()
    return None if row is None else record.given(row)


def many(connection: sqlite3.Connection, every: Sequence[Asked]) -> list[Answer]:
    return [given(connection, asked) or one(connection, asked) for asked in every]
