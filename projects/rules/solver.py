"""Linear programs of yes and no for HiGHS: the most worth, with rows that at most so many of their columns may fill."""

from collections.abc import Hashable, Iterable
from typing import Any

import msgspec


class Answer(msgspec.Struct, frozen=True):
    """``values``: between 0 and 1, a column each."""

    worth: float
    values: list[float]


class Program:
    """Each column is chosen or not. A row is known by any name, and lets one of its columns be chosen, or its limit."""

    def __init__(self) -> None:
        self._worth: list[float] = []
        self._starts: list[int] = [0]
        self._rows: list[int] = []
        self._known: dict[Hashable, int] = {}
        self._most: list[float] = []

    def _row(self, name: Hashable) -> int:
        at = self._known.setdefault(name, len(self._most))
        if at == len(self._most):
            self._most.append(1)
        return at

    def column(self, worth: float, rows: Iterable[Hashable]) -> None:
        self._worth.append(worth)
        self._rows += [self._row(name) for name in rows]
        self._starts.append(len(self._rows))

    def limit(self, row: Hashable, most: float) -> None:
        self._most[self._row(row)] = most

    def solve(self, *, whole: bool, seconds: float | None = None) -> Answer:
        """``whole``: 0 or 1 and nothing between; else the relaxation. Out of time: the best that was found."""
        if not self._worth:
            return Answer(0, [])
        import highspy  # here, for only a planner needs it: 60 MB
        import numpy as np

        columns, rows = len(self._worth), len(self._most)
        lp: Any = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = columns, rows
        lp.sense_ = highspy.ObjSense.kMaximize
        lp.col_cost_ = np.array(self._worth, dtype=float)
        lp.col_lower_, lp.col_upper_ = np.zeros(columns), np.ones(columns)
        lp.row_lower_, lp.row_upper_ = np.full(rows, -highspy.kHighsInf), np.array(self._most, dtype=float)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_ = np.array(self._starts)
        lp.a_matrix_.index_ = np.array(self._rows)
        lp.a_matrix_.value_ = np.ones(len(self._rows))
        if whole:
            lp.integrality_ = [highspy.HighsVarType.kInteger] * columns
        make: Any = highspy.Highs
        solver = make()
        solver.setOptionValue("output_flag", False)
        solver.setOptionValue("threads", 1)
        solver.setOptionValue("random_seed", 1)
        if seconds is not None:
            solver.setOptionValue("time_limit", seconds)
        solver.passModel(lp)
        solver.run()
        values = list(solver.getSolution().col_value)
        if len(values) != columns:
            return Answer(0, [0.0] * columns)
        return Answer(float(solver.getObjectiveValue()), values)
