"""One scan on PostgreSQL.

**The fast path is one statement**: it looks the badge up, claims its presence and writes the scan. It wins where the
badge has not been in the area yet (or not on this day, where each day counts anew), which the rules need no state to
judge: :func:`_is_plain`. **When it wins nothing a second look decides**: what there is, the rules in Python, and a
write that holds only while the presence is still the one that was looked at. In one snapshot the loser of a race could
not see the winner. What touches more than one row that others want is left to :mod:`checkin.services.scans.together`.
"""

from typing import Any

from asyncpg.exceptions import UniqueViolationError

from checkin.rules.gate import NOBODY
from checkin.services.scans import decide, gauge, record, together
from checkin.services.scans.record import Answer, Asked, Holder, Known

#: Of two that move the same presence at once one looks again; so many in a row is a fault.
_TRIES = 20

_FAST = """
WITH b AS (
  SELECT id, COALESCE(root, id) AS root, kind, holder, organisation, note FROM badge
  WHERE code = $1 AND edition = $2 AND status = 'active' AND size = 1
    AND (cardinality($3::text[]) = 0 OR kind = ANY($3::text[]))
    AND (days = '' OR strpos(days, $4) > 0)
    AND (key_number IS NULL OR key_number <> ALL($5::int[]))
), claim AS (
  INSERT INTO presence AS p
    (area, root, first_at, day, first_today_at, arrived_today, inside, arrived, last_nonce, version)
  SELECT $6, b.root, $7::timestamptz, $8::date, $7, 1, 1, 1, $9, 1 FROM b
  ON CONFLICT (area, root) DO UPDATE SET
    first_at = LEAST(p.first_at, excluded.first_at), day = excluded.day, first_today_at = excluded.first_today_at,
    arrived_today = 1, inside = 1, arrived = p.arrived + 1, last_nonce = excluded.last_nonce, version = p.version + 1
  WHERE p.arrived = 0 OR ($10 AND p.day < excluded.day)
  RETURNING root
), made AS (
  INSERT INTO scan
    (edition, nonce, checkpoint, area, badge, root, seen, kind, direction, verdict, reason, people, scanned_at,
     arrived_at, offline, device_verdict, device_reason, conflict, first_admitted_at, inside, area_inside, delta, actor,
     device, skew_ms, note)
  SELECT $2, $9, $11, $6, b.id, b.root, '', b.kind, 'in', 'admitted', '', 1, $7,
     $12::timestamptz, false, '', '', false, $7, 1, $16::int, 1, $13, $14::int, 0, $15
  FROM b, claim RETURNING xid
)
SELECT b.kind, b.holder, b.organisation, b.note, made.xid FROM b, made
"""
_BADGE = ", ".join(f"b.{name.strip()}" for name in record.BADGE.split(","))
_STATE = ", ".join(f"p.{name}" for name in record.STATE)
_LOOK = f"""
SELECT {_BADGE}, {_STATE}, p.version,
  EXISTS (SELECT 1 FROM scan s WHERE s.edition = $2 AND s.nonce = $4) AS given
FROM (SELECT 1) one LEFT JOIN badge b ON b.code = $1 AND b.edition = $2
LEFT JOIN presence p ON p.area = $3 AND p.root = COALESCE(b.root, b.id)
"""  # noqa: S608
_GIVEN = record.GIVEN.format("s.edition = $1 AND s.nonce = $2")


def _marks(first: int, many: int) -> str:
    return ", ".join(f"${n}" for n in range(first, first + many))


_COLUMNS = len(record.COLUMNS)
_WRITE = (
    f"INSERT INTO scan ({record.NAMES}) VALUES ({_marks(1, _COLUMNS)})"  # noqa: S608
    " ON CONFLICT (edition, nonce) DO NOTHING RETURNING xid"
)
#: Parameters after those of the scan: the state, and where it stands.
_AREA, _ROOT = _COLUMNS + len(record.STATE) + 1, _COLUMNS + len(record.STATE) + 2
_MOVED = f"""
WITH moved AS (
  UPDATE presence SET ({", ".join(record.STATE)}, last_nonce, version) =
    ({_marks(_COLUMNS + 1, len(record.STATE))}, $2, version + 1)
  WHERE area = ${_AREA} AND root = ${_ROOT} AND version = ${_ROOT + 1} RETURNING 1
)
INSERT INTO scan ({record.NAMES}) SELECT {_marks(1, _COLUMNS)} FROM moved RETURNING xid
"""  # noqa: S608
_CAME = f"""
WITH came AS (
  INSERT INTO presence ({", ".join(record.STATE)}, last_nonce, version, area, root)
  VALUES ({_marks(_COLUMNS + 1, len(record.STATE))}, $2, 1, ${_AREA}, ${_ROOT})
  ON CONFLICT (area, root) DO NOTHING RETURNING 1
)
INSERT INTO scan ({record.NAMES}) SELECT {_marks(1, _COLUMNS)} FROM came RETURNING xid
"""  # noqa: S608


def _is_plain(asked: Asked) -> bool:
    """Whether the rules let in any badge in force of the right kind that has not been here."""
    terms, moment = asked.checkpoint.terms, asked.moment
    return (
        asked.direction == record.IN
        and asked.people in (None, 1)
        and terms.active
        and terms.capacity is None
        and not asked.checkpoint.left
        and not asked.offline
        and (terms.opens is None or moment.minute >= terms.opens)
        and (terms.closes is None or moment.minute < terms.closes)
        and (not terms.days or moment.day in terms.days)
    )


async def _first(connection: Any, asked: Asked) -> Answer | None:
    terms, moment = asked.checkpoint.terms, asked.moment
    await gauge.ready(connection, asked)
    flight, xid = gauge.take_off(asked, 1), None
    try:
        row = await connection.fetchrow(
            _FAST,
            asked.code,
            asked.edition,
            asked.checkpoint.kinds,
            moment.day.isoformat(),
            tuple(asked.keys.struck),
            asked.checkpoint.area.id,
            moment.at,
            moment.day,
            asked.nonce,
            terms.reentry != "once",
            asked.checkpoint.id,
            asked.arrived_at,
            asked.actor,
            asked.device,
            asked.note,
            flight.inside,
        )
        if row is None:
            return None
        kind, holder, organisation, note, xid = row
    except UniqueViolationError:  # of the nonce
        return None
    finally:
        flight.land(xid)
    return Answer(
        nonce=asked.nonce,
        verdict=record.ADMITTED,
        reason="",
        conflict=False,
        people=1,
        size=1,
        holder=Holder(holder, organisation, kind, note),
        first_admitted_at=moment.at,
        here=1,
        inside=flight.inside,
    )


async def given(connection: Any, asked: Asked) -> Answer | None:
    row = await connection.fetchrow(_GIVEN, asked.edition, asked.nonce)
    return None if row is None else record.given(row)


async def _second(connection: Any, asked: Asked) -> Answer | None:
    """None: somebody was faster, look again."""
    area = asked.checkpoint.area.id
    row = await connection.fetchrow(_LOOK, asked.code, asked.edition, area, asked.nonce)
    if row["given"]:
        return await given(connection, asked)
    who: Known | None = None
    new = row["version"] is None
    if row["id"] is None:
        settled = decide.stranger(asked)
    else:
        who = record.known(row)
        presence = NOBODY if new else record.state(row)
        if together.is_for(asked, presence):
            return (await together.many(connection, [asked]))[0]
        settled = decide.settle(asked, who, presence)
    await gauge.ready(connection, asked)
    flight, xid = gauge.take_off(asked, settled.decision.delta), None
    told = (asked, who, settled.verdict, settled.decision, settled.conflict, flight.inside)
    values = record.values(*told)
    try:
        if who is None or settled.verdict == record.REFUSED:
            xid = await connection.fetchval(_WRITE, *values)
        else:
            state = record.state_values(settled.state)
            where = (area, who.root) if new else (area, who.root, row["version"])
            xid = await connection.fetchval(_CAME if new else _MOVED, *values, *state, *where)
    except UniqueViolationError:
        return None
    finally:
        flight.land(xid)
    return None if xid is None else record.answer(*told)


async def one(connection: Any, asked: Asked) -> Answer:
    found = await _first(connection, asked) if _is_plain(asked) else None
    for _ in range(_TRIES):
        if found is not None:
            return found
        found = await _second(connection, asked)
    raise together.Contended
