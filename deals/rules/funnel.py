"""From a pitch to a signature: how many projects got how far, and how long that took. Pure."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from statistics import median

import msgspec


class Stage(StrEnum):
    """路演、意向、洽谈、签约意愿、签约. In their order; a project may come to a later one without an earlier."""

    pitch = "pitch"
    interest = "interest"
    meeting = "meeting"
    intent = "intent"
    signed = "signed"


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A project. ``at``: when it first came to each stage that it came to. ``fen`` of what is signed and disclosed;
    ``bare``: signed ones beside it, without an amount or undisclosed."""

    project: str
    title: str
    title_en: str
    owner: str
    interests: int = 0
    meetings: int = 0
    intents: int = 0
    deals: int = 0
    fen: int = 0
    bare: int = 0
    at: dict[Stage, datetime] = {}

    def name(self, locale: str) -> str:
        return (self.title_en if locale == "en" else "") or self.title


class Step(msgspec.Struct, frozen=True):
    """``projects`` that came to the stage; ``of_all`` and ``of_before`` in hundredths, to the nearest; ``days`` between
    the stage before and this one, the median of those that came to both in this order. None: there is none."""

    stage: Stage
    projects: int
    of_all: int | None
    of_before: int | None
    days: float | None


def _share(some: int, of: int) -> int | None:
    return (200 * some + of) // (2 * of) if of else None


def funnel(lines: Sequence[Line]) -> list[Step]:
    """``of_before`` counts those that came to both."""
    steps = []
    before: Stage | None = None
    for stage in Stage:
        here = [line for line in lines if stage in line.at]
        came = [line for line in here if before in line.at] if before else here
        earlier = sum(before in line.at for line in lines) if before else len(lines)
        gaps = [
            (line.at[stage] - line.at[before]).total_seconds() / 86400
            for line in came
            if before and line.at[stage] >= line.at[before]
        ]
        days = round(median(gaps), 1) if gaps else None
        steps.append(Step(stage, len(here), _share(len(here), len(lines)), _share(len(came), earlier), days))
        before = stage
    return steps


def ordered(lines: Iterable[Line]) -> list[Line]:
    """Those that got furthest first; of equals the larger value, then the lower number."""
    furthest: Callable[[Line], int] = lambda line: max((list(Stage).index(stage) for stage in line.at), default=-1)  # noqa: E731
    return sorted(lines, key=lambda line: (-furthest(line), -line.fen, line.project))
