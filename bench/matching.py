"""Partners for projects, as large as an edition may ever be: 1,000 projects and 10,000 partners that are invented."""

import random
import time
from collections.abc import Iterator

from bench.harness import Ground, Outcome
from projects.rules.matching import BRINGS, Partner, Sought, best

PROJECTS, PARTNERS, MOST = 1_000, 10_000, 10
ONE_SECONDS, ALL_SECONDS = 0.1, 60.0
FIELDS = ("standardization", "informatization", "long_term_care", "medical_care_integration", "other")
TRADES = (*sorted({code for codes in BRINGS.values() for code in codes}), "TOUR", "EDUC")


def _world() -> tuple[list[Sought], list[tuple[str, Partner, bool]]]:
    draw = random.Random(11)

    def some(of: tuple[str, ...], most: int) -> tuple[str, ...]:
        return tuple(draw.sample(of, draw.randint(1, most)))

    projects = [
        Sought(some(FIELDS, 3), some(TRADES, 4), some(TRADES, 3), some(tuple(BRINGS), 3)) for _ in range(PROJECTS)
    ]
    partners = [
        (f"{n:06}", Partner(frozenset(some(FIELDS, 3)), frozenset(some(TRADES, 3))), draw.random() < 0.01)
        for n in range(PARTNERS)
    ]
    return projects, partners


def run(ground: Ground) -> Iterator[Outcome]:
    projects, partners = _world()
    took = []
    for one in projects[: ground.rounds * 3]:
        began = time.perf_counter()
        best(one, partners, MOST)
        took.append(time.perf_counter() - began)
    took.sort()
    name = f"the best {MOST} of {PARTNERS:,} partners for one project, seconds"
    yield Outcome(name=name, value=round(took[len(took) // 2], 4), ceiling=ONE_SECONDS)
    began = time.perf_counter()
    for one in projects:
        best(one, partners, MOST)
    value = round(time.perf_counter() - began, 2)
    yield Outcome(name=f"the same for {PROJECTS:,} projects, seconds", value=value, ceiling=ALL_SECONDS)
