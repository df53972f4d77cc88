"""What is asked at a gate, what is answered, and how a scan is written down."""

from datetime import date, datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from checkin.keys import Keys
from checkin.queries.checkpoints import CheckpointInfo
from checkin.rules.gate import Admission, Decision, Moment, Pass, State
from checkin.tables import Direction, Verdict

#: Of ``scan``, in the order in which :func:`values` gives them.
COLUMNS = (
    *("edition", "nonce", "checkpoint", "area", "badge", "root", "seen", "kind", "direction", "verdict", "reason"),
    *("people", "scanned_at", "arrived_at", "offline", "device_verdict", "device_reason", "conflict"),
    *("first_admitted_at", "inside", "area_inside", "delta", "actor", "device", "skew_ms", "note"),
)
NAMES = ", ".join(COLUMNS)
#: Of ``presence``, after ``area`` and ``root``.
STATE = ("first_at", "day", "first_today_at", "arrived_today", "inside", "arrived")
#: Of ``badge``: what the rules and the answer need.
BADGE = "id, kind, status, days, size, root, key_number, holder, organisation, note"


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A scan that can be judged. ``code`` is normalized; ``people`` None: a person, or all that remain of a group."""

    edition: int
    zone: ZoneInfo
    nonce: str
    code: str
    checkpoint: CheckpointInfo
    direction: str
    people: int | None
    moment: Moment
    arrived_at: datetime
    note: str
    actor: str
    device: int | None
    keys: Keys
    offline: bool = False
    device_verdict: str = ""
    device_reason: str = ""
    skew_ms: int = 0


class Holder(msgspec.Struct, frozen=True):
    """``note``: what the crew should know (重要来宾)."""

    name: str
    organisation: str
    kind: str
    note: str = ""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    nonce: str
    verdict: str
    reason: str
    conflict: bool
    people: int
    #: The badge's; 1 where there is none.
    size: int
    holder: Holder | None
    first_admitted_at: datetime | None
    #: Of this badge.
    here: int
    #: In the area.
    inside: int


class Known(msgspec.Struct, frozen=True):
    """A badge, as a gate needs it."""

    id: int
    root: int
    badge: Pass
    key: int | None
    holder: Holder


def known(row: Any) -> Known:
    """From a row with :data:`BADGE`."""
    return Known(
        row["id"],
        row["root"] or row["id"],
        Pass(row["kind"], row["status"], _days(row["days"]), row["size"]),
        row["key_number"],
        Holder(row["holder"], row["organisation"], row["kind"], row["note"]),
    )


_seen_days: dict[str, frozenset[date]] = {"": frozenset()}


def _days(text: str) -> frozenset[date]:
    """Most badges have one of a few sets of days."""
    found = _seen_days.get(text)
    if found is None:
        if len(_seen_days) > 1000:
            _seen_days.clear()
        found = _seen_days[text] = frozenset(date.fromisoformat(day) for day in text.split())
    return found


def state(row: Any) -> State:
    """From a row of ``presence``."""
    return State(
        row["first_at"], row["day"], row["first_today_at"], row["arrived_today"], row["inside"], row["arrived"]
    )


def state_values(one: State) -> tuple[Any, ...]:
    """For :data:`STATE`."""
    return (one.first_at, one.day, one.first_today_at, one.arrived_today, one.inside, one.arrived)


def seen(code: str) -> str:
    return sha256(code.encode()).hexdigest()[:32]


def values(
    asked: Asked, who: Known | None, verdict: str, decision: Decision, conflict: bool, inside: int
) -> tuple[Any, ...]:
    """For :data:`COLUMNS`; ``inside``: in the area, after it."""
    return (
        asked.edition,
        asked.nonce,
        asked.checkpoint.id,
        asked.checkpoint.area.id,
        None if who is None else who.id,
        None if who is None else who.root,
        "" if who is not None else seen(asked.code),
        "" if who is None else who.badge.kind,
        asked.direction,
        verdict,
        decision.reason,
        decision.people,
        asked.moment.at,
        asked.arrived_at,
        asked.offline,
        asked.device_verdict,
        asked.device_reason,
        conflict,
        decision.first_at,
        decision.inside,
        inside,
        decision.delta,
        asked.actor,
        asked.device,
        asked.skew_ms,
        asked.note,
    )


def answer(asked: Asked, who: Known | None, verdict: str, decision: Decision, conflict: bool, inside: int) -> Answer:
    return Answer(
        nonce=asked.nonce,
        verdict=verdict,
        reason=decision.reason,
        conflict=conflict,
        people=decision.people,
        size=1 if who is None else who.badge.size,
        holder=None if who is None else who.holder,
        first_admitted_at=decision.first_at,
        here=decision.inside,
        inside=inside,
    )


#: A scan with its badge, for the answer that it got; ``{}`` stands for the condition.
GIVEN = (
    "SELECT s.nonce, s.verdict, s.reason, s.conflict, s.people, s.kind, s.first_admitted_at, s.inside, s.area_inside,"
    " s.badge, b.size, b.holder, b.organisation, b.note FROM scan s LEFT JOIN badge b ON b.id = s.badge WHERE {}"
)


def given(row: Any) -> Answer:
    """The answer that a scan got, from a row of :data:`GIVEN`."""
    there = row["badge"] is not None
    return Answer(
        nonce=row["nonce"],
        verdict=row["verdict"],
        reason=row["reason"],
        conflict=bool(row["conflict"]),
        people=row["people"],
        size=row["size"] if there else 1,
        holder=Holder(row["holder"], row["organisation"], row["kind"], row["note"]) if there else None,
        first_admitted_at=row["first_admitted_at"],
        here=row["inside"],
        inside=row["area_inside"],
    )


def leaving(asked: Asked, who: Known, area: int, decision: Decision) -> tuple[Any, ...]:
    """The exit from another area, for :data:`COLUMNS`. Nobody is answered how many are inside there."""
    entry = values(asked, who, ADMITTED, decision, False, 0)
    other = {"nonce": leaving_nonce(asked.nonce, area), "area": area, "direction": OUT, "note": ""}
    return tuple(other.get(name, value) for name, value in zip(COLUMNS, entry, strict=True))


def leaving_nonce(nonce: str, area: int) -> str:
    """Of the exit that an entry elsewhere makes. No client's own name begins so."""
    return "→" + sha256(f"{nonce}\0{area}".encode()).hexdigest()[:40]


ADMITTED, REFUSED = Verdict.admitted.value, Verdict.refused.value
IN, OUT = Direction.enter.value, Direction.leave.value

#: What counts of a badge in an area, in the order of arrival; ``{}`` stands for the condition.
ADMISSIONS = (
    "SELECT s.id, s.root, s.direction, s.people, s.scanned_at FROM scan s WHERE {} AND s.verdict = 'admitted'"
    " AND NOT EXISTS (SELECT 1 FROM scan_undo u WHERE u.scan = s.id) ORDER BY s.id"
)


def admission(row: Any, zone: ZoneInfo) -> Admission:
    """From a row of :data:`ADMISSIONS`."""
    at = row["scanned_at"]
    return Admission(row["direction"], row["people"], at, at.astimezone(zone).date())
