"""Plans of meetings, as the rules make them: no clash, nothing left that could be held, what stands stays.

``YINBO_TEST_PLANS`` is the number of random cases; 10,000 take some minutes. ``bench/planning.py`` has the large one.
"""

import os
import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projects.rules.planning import Board, Spot, Why, Wish, clashes, plan, seated

PLANS = int(os.environ.get("YINBO_TEST_PLANS", "150"))
DAY = tuple((start, start + 20) for start in range(0, 100, 25))


def wishes_of(pairs: list[tuple[str, str]], priority: int = 1) -> list[Wish]:
    return [Wish(n, pair, priority) for n, pair in enumerate(pairs, 1)]


@st.composite
def problems(draw: st.DrawFn) -> tuple[Board, list[Wish], dict[str, frozenset[int]]]:
    count = draw(st.integers(1, 6))
    lengths = draw(st.lists(st.tuples(st.integers(5, 30), st.integers(0, 30)), min_size=count, max_size=count))
    slots, at = [], 0
    for length, gap in lengths:
        slots.append((at, at + length))
        at += length + gap
    halls = tuple(draw(st.lists(st.integers(0, 3), min_size=1, max_size=3)))
    spots = st.builds(Spot, st.integers(0, count - 1), st.integers(0, len(halls) - 1))
    taken = draw(st.dictionaries(spots, st.integers(1, 2), max_size=2))
    board = Board(tuple(slots), halls, draw(st.sampled_from([0, 10, 40])), taken)
    people = [f"f:{n}" for n in range(draw(st.integers(2, 6)))]
    pairs = st.tuples(st.sampled_from(people), st.sampled_from(people)).filter(lambda pair: pair[0] != pair[1])
    some = draw(st.lists(st.tuples(pairs, st.integers(1, 3), st.none() | spots), max_size=10))
    wishes = [Wish(n, pair, priority, stands) for n, (pair, priority, stands) in enumerate(some, 1)]
    busy = draw(st.dictionaries(st.sampled_from(people), st.frozensets(st.integers(0, count - 1)), max_size=3))
    return board, wishes, busy


@settings(max_examples=PLANS, deadline=None, suppress_health_check=list(HealthCheck))
@given(problems())
def test_no_plan_breaks_a_rule_or_leaves_out_what_still_fits(
    problem: tuple[Board, list[Wish], dict[str, frozenset[int]]],
) -> None:
    board, wishes, busy = problem
    made = plan(board, wishes, busy, seconds=5)
    assert clashes(board, wishes, busy, made.spots) == 0
    assert {*made.spots, *made.unplaced} == {wish.id for wish in wishes}
    assert sum(wish.priority for wish in wishes if wish.id in made.spots) == made.worth <= made.bound
    for wish in wishes:
        if wish.id in made.unplaced:
            others = [one for one in wishes if one.id in made.spots]
            for slot in range(len(board.slots)):
                for hall in range(len(board.halls)):
                    tried = {**made.spots, wish.id: Spot(slot, hall)}
                    assert clashes(board, [*others, wish], busy, tried) > 0, "it would have fitted"
    names = [[f"{hall}-{n}" for n in range(tables)] for hall, tables in enumerate(board.halls)]
    gone = {spot: frozenset(names[spot.hall][:many]) for spot, many in board.taken.items()}
    tables = seated(board, names, wishes, made.spots, {}, gone)
    at = {(made.spots[one].slot, table) for one, table in tables.items()}
    assert len(at) == len(made.spots), "no table twice at a time"
    assert all(table not in gone.get(made.spots[one], frozenset()) for one, table in tables.items())


def test_a_plan_is_the_same_each_time() -> None:
    chance = random.Random(3)
    pairs = [(f"f:{chance.randrange(6)}", f"f:{6 + chance.randrange(6)}") for _ in range(40)]
    first, second = (plan(Board(DAY, (2, 2), 10), wishes_of(pairs), {}) for _ in range(2))
    assert first == second


def test_the_urgent_come_first() -> None:
    wishes = [*wishes_of([("f:1", f"f:{n}") for n in range(2, 8)]), Wish(9, ("f:1", "f:9"), 3)]
    made = plan(Board(DAY, (5,)), wishes, {})
    assert 9 in made.spots
    assert (len(made.spots), made.worth, made.bound) == (4, 6, 6)
    assert set(made.unplaced.values()) == {Why.busy}


def test_nobody_runs_from_hall_to_hall() -> None:
    """A has five minutes between two slots and the way takes ten: of two tables in two halls one is of no use."""
    board = Board(((0, 20), (25, 45)), (1, 1), 10, {Spot(0, 1): 1, Spot(1, 0): 1})
    wishes = wishes_of([("f:1", "f:2"), ("f:1", "f:3")])
    made = plan(board, wishes, {})
    assert (len(made.spots), list(made.unplaced.values())) == (1, [Why.walk])
    assert len(plan(Board(board.slots, board.halls, 5, board.taken), wishes, {}).spots) == 2, "five are enough then"


def test_it_says_why_there_is_no_place() -> None:
    never = plan(Board(DAY, (1,)), wishes_of([("f:1", "f:2")]), {"f:1": frozenset({0, 1}), "f:2": frozenset({2, 3})})
    assert never.unplaced == {1: Why.never_both}
    full = plan(Board(DAY[:1], (1,)), wishes_of([("f:1", "f:2"), ("f:3", "f:4")]), {})
    assert list(full.unplaced.values()) == [Why.tables]


def test_what_is_fixed_stays_and_what_may_move_moves_only_where_that_helps() -> None:
    stands = Wish(1, ("f:1", "f:2"), 1, Spot(1, 0), fixed=True)
    alone = Wish(2, ("f:1", "f:3"))
    only_then = {"f:3": frozenset({0, 2, 3})}
    fixed = plan(Board(DAY, (1,)), [stands, alone], only_then)
    assert (fixed.spots, fixed.unplaced, fixed.moved) == ({1: Spot(1, 0)}, {2: Why.busy}, ())
    loose = plan(Board(DAY, (1,)), [Wish(1, stands.people, 1, stands.stands), alone], only_then)
    assert loose.spots[2] == Spot(1, 0)
    assert (loose.moved, loose.unplaced) == ((1,), {})


def test_after_a_few_changes_nearly_all_stay_where_they_are() -> None:
    chance = random.Random(5)
    slots = tuple((start, start + 20) for start in range(0, 300, 25))
    pairs = list({(f"f:{chance.randrange(20)}", f"f:{20 + chance.randrange(40)}") for _ in range(160)})
    board, wishes = Board(slots, (8, 8), 10), wishes_of(sorted(pairs))
    first = plan(board, wishes, {})
    away = {f"f:{n}": frozenset({n % 12, (n + 1) % 12}) for n in range(3)}
    again = [Wish(one.id, one.people, one.priority, first.spots.get(one.id)) for one in wishes[5:]]
    new = [Wish(1000 + n, (f"f:{n}", f"f:{25 + n}"), 2) for n in range(2)]
    second = plan(board, [*again, *new], away)
    assert clashes(board, [*again, *new], away, second.spots) == 0
    stood = [one for one in again if one.stands is not None]
    had_to = [one for one in stood if one.stands and any(one.stands.slot in away.get(who, ()) for who in one.people)]
    moved = set(second.moved) - {one.id for one in had_to}
    assert len(moved) < 0.05 * len(stood)
