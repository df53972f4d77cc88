"""``python -m scripts.gate_vectors``: the rules of the gate as a table of cases for both languages.

Made from the Python rules; a test holds the file to them, another the phone's TypeScript to the file.
"""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from checkin.rules.gate import NOBODY, Moment, Pass, State, Terms, judge
from checkin.tables import BadgeStatus, Reentry

FILE = Path(__file__).parent.parent / "tests" / "checkin" / "gate_vectors.json"
ZERO = datetime(2026, 9, 15, tzinfo=UTC)
DAYS = [date(2026, 9, 15), date(2026, 9, 16), date(2026, 9, 17)]
#: Of each combination of re-entry, exits and direction.
EACH = 50


def _at(milliseconds: int) -> datetime:
    return ZERO + timedelta(milliseconds=milliseconds)


def _stamp(at: datetime | None) -> int | None:
    return None if at is None else (at - ZERO) // timedelta(milliseconds=1)


def _state(state: State) -> dict[str, Any]:
    return {
        "first_at": _stamp(state.first_at),
        "day": state.day.isoformat() if state.day else None,
        "first_today_at": _stamp(state.first_today_at),
        "arrived_today": state.arrived_today,
        "inside": state.inside,
        "arrived": state.arrived,
    }


def _some_state(pick: random.Random, size: int) -> State:
    if pick.random() < 0.3:
        return NOBODY
    day = pick.choice(DAYS[:2])
    first = _at(pick.randrange(1, 1000))
    today = pick.randint(0, size)
    return State(first, day, max(first, _at(500)), today, pick.randint(0, today), today + pick.choice([0, 0, 1]))


def _seldom(pick: random.Random, usual: Any, *other: Any) -> Any:
    """Most cases fail for one thing at a time."""
    return pick.choice(other) if pick.random() < 0.12 else usual


def _inputs() -> Iterator[tuple[Pass, Terms, State, str, int | None, Moment, int, bool]]:
    pick = random.Random(2026)  # the same cases each time
    for reentry in Reentry:
        for exits in (False, True):
            for direction in ("in", "out"):
                for _ in range(EACH):
                    size = pick.choice([1, 1, 4])
                    day = DAYS[1]
                    other = frozenset({DAYS[0]})
                    yield (
                        Pass(
                            pick.choice(["visitor", "group", "crew"]),
                            _seldom(pick, BadgeStatus.active, *(s for s in BadgeStatus if s != "active")).value,
                            _seldom(pick, pick.choice([frozenset(), frozenset(DAYS)]), other),
                            size,
                        ),
                        Terms(
                            _seldom(pick, frozenset(), frozenset({"crew"})),
                            _seldom(pick, frozenset(), other, frozenset({day})),
                            _seldom(pick, None, 600, 480),
                            _seldom(pick, None, 600, 480),
                            reentry.value,
                            exits,
                            _seldom(pick, True, False),
                            pick.choice([None, None, 10]),
                        ),
                        _some_state(pick, size),
                        direction,
                        pick.choice([None, None, 1, 2, size]),
                        Moment(_at(pick.randrange(400, 2000)), day, pick.choice([479, 480, 599, 600])),
                        pick.choice([0, 7, 9, 10, 12]),
                        pick.random() < 0.15,
                    )


def vectors() -> list[dict[str, Any]]:
    cases = []
    for badge, terms, state, direction, people, moment, area_inside, forced in _inputs():
        found = judge(badge, terms, state, direction, people, moment, area_inside, forced=forced)
        cases.append(
            {
                "pass": {**msgspec.structs.asdict(badge), "days": sorted(day.isoformat() for day in badge.days)},
                "terms": {
                    **msgspec.structs.asdict(terms),
                    "kinds": sorted(terms.kinds),
                    "days": sorted(day.isoformat() for day in terms.days),
                },
                "state": _state(state),
                "direction": direction,
                "people": people,
                "moment": {"at": _stamp(moment.at), "day": moment.day.isoformat(), "minute": moment.minute},
                "area_inside": area_inside,
                "forced": forced,
                "decision": {
                    "reason": str(found.reason),
                    "people": found.people,
                    "state": _state(found.state),
                    "delta": found.delta,
                    "first_at": _stamp(found.first_at),
                    "inside": found.inside,
                },
            }
        )
    return cases


def text() -> str:
    """A case a line."""
    lines = ",\n".join(msgspec.json.encode(case).decode() for case in vectors())
    return f"[\n{lines}\n]\n"


if __name__ == "__main__":
    FILE.write_text(text())
