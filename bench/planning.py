"""A plan of a whole day of meetings, and one made again after ten changes. The people are invented."""

import random
import time
from collections.abc import Iterator

import msgspec

from bench.harness import Ground, Outcome
from projects.rules.planning import Board, Spot, Wish, clashes, plan

PEOPLE, REQUESTS, SLOTS, TABLES = 500, 2_000, 40, 60
SECONDS, SHORT, MOVED = 30.0, 0.01, 0.05


def _world(halls: int) -> tuple[Board, list[Wish], dict[str, frozenset[int]]]:
    draw = random.Random(17)
    firms = PEOPLE // 3
    asked_for = [1 / (n + 8) for n in range(firms)]
    pairs: dict[tuple[str, str], int] = {}
    while len(pairs) < REQUESTS:
        one = draw.choices(range(firms), asked_for)[0]
        other = draw.randrange(firms, PEOPLE) if draw.random() < 0.8 else draw.randrange(firms)
        if one != other:
            pairs.setdefault((f"f:{min(one, other)}", f"f:{max(one, other)}"), draw.choice((1, 1, 2, 3)))
    board = Board(tuple((n * 25, n * 25 + 20) for n in range(SLOTS)), (TABLES // halls,) * halls, 10)
    wishes = [Wish(n, pair, priority) for n, (pair, priority) in enumerate(pairs.items(), 1)]
    busy = {f"f:{n}": frozenset(slot for slot in range(SLOTS) if draw.random() < 0.2) for n in range(PEOPLE)}
    return board, wishes, busy


def run(ground: Ground) -> Iterator[Outcome]:
    for halls in (1, 2):
        board, wishes, busy = _world(halls)
        where = f"{PEOPLE} people, {REQUESTS:,} requests, {SLOTS} times, {TABLES} tables in {halls} hall(s)"
        began = time.perf_counter()
        first = plan(board, wishes, busy, seconds=25)
        yield Outcome(name=f"{where}: seconds", value=round(time.perf_counter() - began, 1), ceiling=SECONDS)
        short = 1 - first.worth / first.bound
        said = f"{where}: short of the bound ({len(first.spots):,} held; {first.worth:,} of {first.bound:,})"
        yield Outcome(name=said, value=round(short, 4), ceiling=SHORT)
        yield Outcome(name=f"{where}: clashes", value=clashes(board, wishes, busy, first.spots), ceiling=0)
        yield from _again(board, wishes, busy, first.spots, where)


def _again(
    board: Board, wishes: list[Wish], busy: dict[str, frozenset[int]], spots: dict[int, Spot], where: str
) -> Iterator[Outcome]:
    """Four meetings fall through, three are new, three people go away for an hour."""
    stand = [msgspec.structs.replace(wish, stands=spots.get(wish.id)) for wish in wishes[4:]]
    new = [Wish(REQUESTS + n, (f"f:{n}", f"f:{PEOPLE - 1 - n}"), 2) for n in range(1, 4)]
    away = {**busy, **{f"f:{n}": busy[f"f:{n}"] | {10, 11} for n in range(20, 23)}}
    second = plan(board, [*stand, *new], away, seconds=25)
    stood = sum(wish.stands is not None for wish in stand)
    name = f"{where}: moved after ten changes, of {stood:,} that stood"
    yield Outcome(name=name, value=round(len(second.moved) / stood, 4), ceiling=MOVED)
    yield Outcome(name=f"{where}: clashes then", value=clashes(board, [*stand, *new], away, second.spots), ceiling=0)
