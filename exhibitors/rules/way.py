"""The way from a hall's entrance to a booth: along the aisles, with few turns, as a line and in words."""

import heapq
from functools import lru_cache
from itertools import pairwise
from typing import Literal

import msgspec

from exhibitors.rules.plan import Rect

#: Decimetres of a cell: a pace.
PACE = 10
_STEP, _TURN, _CLOSE = 10, 15, 4
_DIRECTIONS = ((0, -1), (1, 0), (0, 1), (-1, 0))
#: Larger halls than any there is are not walked.
_MOST_CELLS = 400 * 400

#: Column, row, and which way one came.
_State = tuple[int, int, int]
Side = Literal["left", "right", "ahead"]


class Floor(msgspec.Struct, frozen=True):
    """What stands in a hall."""

    width: int
    height: int
    entrance: tuple[int, int]
    booths: tuple[Rect, ...]


class Way(msgspec.Struct, frozen=True):
    #: Corners of the line, in dm.
    points: tuple[tuple[int, int], ...]
    metres: int
    #: Where the booth lies for somebody who comes this way.
    side: Side
    #: The aisle it is reached by, counted from the entrance; 0: none that goes all the way through.
    aisle: int
    #: Whether that aisle runs across the hall, seen from the entrance, or away from it.
    across: bool


class _Grid:
    def __init__(self, floor: Floor) -> None:
        self.columns = max(1, -(-floor.width // PACE))
        self.rows = max(1, -(-floor.height // PACE))
        self.blocked = bytearray(self.columns * self.rows)
        for booth in floor.booths:
            for row in range(max(0, _first(booth.y)), min(self.rows, _first(booth.bottom))):
                for column in range(max(0, _first(booth.x)), min(self.columns, _first(booth.right))):
                    self.blocked[row * self.columns + column] = 1

    def free(self, column: int, row: int) -> bool:
        inside = 0 <= column < self.columns and 0 <= row < self.rows
        return inside and not self.blocked[row * self.columns + column]

    def close(self, column: int, row: int) -> bool:
        return any(not self.free(column + dx, row + dy) for dx, dy in _DIRECTIONS)


def _first(edge: int) -> int:
    """The first cell whose middle lies beyond an edge."""
    return -(-(edge - PACE // 2) // PACE)


def _goals(grid: _Grid, booth: Rect) -> set[tuple[int, int]]:
    left, right = _first(booth.x), _first(booth.right)
    top, bottom = _first(booth.y), _first(booth.bottom)
    middle, centre = (left + right - 1) // 2, (top + bottom - 1) // 2
    # Its front and back before its flanks: so people say where a booth is.
    for doors in ([(middle, top - 1), (middle, bottom)], [(left - 1, centre), (right, centre)]):
        if free := {cell for cell in doors if grid.free(*cell)}:
            return free
    around = [(column, row) for column in range(left, right) for row in (top - 1, bottom)]
    around += [(column, row) for row in range(top, bottom) for column in (left - 1, right)]
    return {cell for cell in around if grid.free(*cell)}


def _door(floor: Floor, grid: _Grid) -> tuple[int, int] | None:
    """The free cell nearest to the entrance."""
    column = min(max(floor.entrance[0] // PACE, 0), grid.columns - 1)
    row = min(max(floor.entrance[1] // PACE, 0), grid.rows - 1)
    cells = ((c, r) for c in range(grid.columns) for r in range(grid.rows) if grid.free(c, r))
    return min(cells, key=lambda cell: abs(cell[0] - column) + abs(cell[1] - row), default=None)


def _walk(grid: _Grid, start: tuple[int, int], goals: set[tuple[int, int]]) -> list[tuple[int, int]]:
    """The cheapest cells from start to a goal; a turn costs more than a step, and so does to walk along a booth."""
    queue: list[tuple[int, _State]] = [(0, (*start, -1))]
    cost: dict[_State, int] = {(*start, -1): 0}
    before: dict[_State, _State] = {}
    while queue:
        spent, state = heapq.heappop(queue)
        if spent > cost[state]:
            continue
        column, row, facing = state
        if (column, row) in goals:
            path = [(column, row)]
            while state in before:
                state = before[state]
                path.append(state[:2])
            return path[::-1]
        for turned, (dx, dy) in enumerate(_DIRECTIONS):
            cell = (column + dx, row + dy)
            if not grid.free(*cell):
                continue
            more = _STEP + (_TURN if facing not in (-1, turned) else 0) + (_CLOSE if grid.close(*cell) else 0)
            to = (*cell, turned)
            if spent + more < cost.get(to, 1 << 60):
                cost[to] = spent + more
                before[to] = state
                heapq.heappush(queue, (spent + more, to))
    return []


def _corners(path: list[tuple[int, int]]) -> list[tuple[int, int]]:
    return [
        cell
        for n, cell in enumerate(path)
        if n in (0, len(path) - 1)
        or (path[n + 1][0] - cell[0], path[n + 1][1] - cell[1]) != (cell[0] - path[n - 1][0], cell[1] - path[n - 1][1])
    ]


def _runs(clear: list[bool]) -> list[range]:
    found: list[range] = []
    start: int | None = None
    for n, is_clear in enumerate([*clear, False]):
        if is_clear and start is None:
            start = n
        elif not is_clear and start is not None:
            found.append(range(start, n))
            start = None
    return found


def _aisle(floor: Floor, grid: _Grid, cell: tuple[int, int]) -> tuple[int, bool]:
    """Which aisle this is, counted from the entrance, and whether it runs across."""
    left = min(_first(b.x) for b in floor.booths)
    right = max(_first(b.right) for b in floor.booths)
    top = min(_first(b.y) for b in floor.booths)
    bottom = max(_first(b.bottom) for b in floor.booths)
    rows = _runs([all(grid.free(c, r) for c in range(left, right)) for r in range(grid.rows)])
    columns = _runs([all(grid.free(c, r) for r in range(top, bottom)) for c in range(grid.columns)])
    x, y = floor.entrance
    at_side = x in (0, floor.width) and y not in (0, floor.height)
    for across, runs, at, entrance in ((not at_side, rows, cell[1], y), (at_side, columns, cell[0], x)):
        ordered = sorted(runs, key=lambda run: abs((run.start + len(run) / 2) * PACE - entrance))
        for n, run in enumerate(ordered, 1):
            if at in run:
                return n, across
    return 0, False


@lru_cache(maxsize=1024)
def way(floor: Floor, booth: Rect) -> Way | None:
    """None where no way leads there."""
    if (floor.width // PACE + 1) * (floor.height // PACE + 1) > _MOST_CELLS:
        return None
    grid = _Grid(floor)
    goals, start = _goals(grid, booth), _door(floor, grid)
    path = _walk(grid, start, goals) if start is not None and goals else []
    if not path:
        return None
    middle = PACE // 2
    corners = [(column * PACE + middle, row * PACE + middle) for column, row in _corners(path)]
    x, y = corners[-1]
    end = (min(max(x, booth.x), booth.right), min(max(y, booth.y), booth.bottom))
    points = (floor.entrance, *corners, end)
    long = sum(abs(a[0] - b[0]) + abs(a[1] - b[1]) for a, b in pairwise(points))
    aisle, across = _aisle(floor, grid, path[-1])
    return Way(points, max(1, round(long / 10)), _side(points), aisle, across)


def _side(points: tuple[tuple[int, int], ...]) -> Side:
    """By the last look and the last walk that was not straight towards it. Down is more in these coordinates, so a
    turn to the right is positive."""
    steps = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(points) if a != b]
    for wx, wy in reversed(steps[:-1]):
        turn = wx * steps[-1][1] - wy * steps[-1][0]
        if turn:
            return "right" if turn > 0 else "left"
    return "ahead"
