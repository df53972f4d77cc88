"""The table of steps: what it promises as pure rules, in the manual, and on the real service with a database."""

import re
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.accounts.roles import CLI
from core.errors import DomainError
from exhibitors.rules.steps import (
    DECISIONS,
    HOLDERS,
    STEPS,
    WHO,
    By,
    TooLateToUndo,
    WrongStatus,
    after,
    open_to,
    sources,
)
from exhibitors.services import review
from exhibitors.services.steps import take
from exhibitors.tables import Exhibitor, ExhibitorStep, Status, Step
from tests.exhibitors.world import firm
from tests.expo import an_edition

MANUAL = Path(__file__).parent.parent.parent / "docs" / "exhibitors.md"
TAKEN = [step for step in Step if step is not Step.undo]


def test_the_manual_shows_the_table_as_it_is() -> None:
    said = MANUAL.read_text("utf-8")
    part = said.split("<!-- steps -->")[1].split("<!-- end of steps -->")[0]
    rows = {tuple(re.findall(r"`(\w+)`", line)[:3]): line for line in part.splitlines() if line.startswith("| `")}
    assert set(rows) == {(before.value, step.value, to.value) for (before, step), to in STEPS.items()}
    for (_, step, _), line in rows.items():
        who = line.rstrip(" |").rsplit("|", 1)[1].strip().split(", ")
        assert who == sorted(by.value for by in WHO[Step(step)]), line


def test_every_state_can_be_reached_and_left() -> None:
    reached = {Status.draft}
    while more := {to for (of, _), to in STEPS.items() if of in reached} - reached:
        reached |= more
    assert reached == set(Status)
    assert all(open_to(status) for status in Status)
    assert set(WHO) == set(Step)


def test_an_applicant_alone_gets_no_further_than_the_queue() -> None:
    reached = {Status.draft}
    own = {step for step in Step if By.applicant in WHO[step]}
    while more := {to for (of, step), to in STEPS.items() if of in reached and step in own} - reached:
        reached |= more
    assert reached == {Status.draft, Status.submitted, Status.withdrawn}


@given(st.lists(st.sampled_from(TAKEN), max_size=40))
def test_whatever_is_tried_in_whatever_order_only_the_table_moves_an_application(tried: list[Step]) -> None:
    status, went = Status.draft, [Status.draft]
    for step in tried:
        try:
            following = after(status, step)
        except WrongStatus:
            assert (status, step) not in STEPS
            assert status not in sources(step)
            continue
        assert STEPS[status, step] is following
        status = following
        went.append(status)
    for before, now in pairwise(went):
        if now is Status.booth_assigned:
            assert before in HOLDERS | {Status.approved}
        if now is Status.confirmed:
            assert before is Status.booth_assigned
        if now is Status.approved:
            assert before in HOLDERS | {Status.submitted, Status.waitlisted}


@pytest.mark.anyio
@pytest.mark.parametrize("seed", range(12))
async def test_the_service_goes_by_the_table_and_by_nothing_else(opened: None, seed: int) -> None:
    """A model beside the real thing, with decisions taken back in between."""
    draw, edition = Random(seed), await an_edition()  # no secret
    number, status = await firm(edition, status=Status.draft), Status.draft
    steps: list[tuple[Step, Status, Status]] = []
    for _ in range(25):
        # Half of what is tried is allowed, so that one gets somewhere.
        allowed = [*open_to(status), Step.undo]
        step = draw.choice(allowed if draw.random() < 0.5 else list(Step))
        expected: Status | None
        if step is Step.undo:
            expected = steps[-1][1] if steps and steps[-1][0] in DECISIONS else None
        else:
            expected = STEPS.get((status, step))
        refusal: type[DomainError] | None = None
        try:
            if step is Step.undo:
                now = await review.undo(CLI, edition, number)
            elif step in DECISIONS:
                now = (await review.decide(CLI, edition, number, step)).status
            else:
                now = await take(CLI, edition, number, step)
        except (TooLateToUndo, WrongStatus) as refused:
            refusal = type(refused)
        if expected is None:
            assert refusal is (TooLateToUndo if step is Step.undo else WrongStatus), (status, step)
        else:
            assert refusal is None, (status, step)
            assert now is expected, (status, step)
            steps.append((step, status, now))
            status = now
        row = await Exhibitor.select(Exhibitor.status).first()
        assert row == {"status": status.value}
    kept = await ExhibitorStep.select().order_by(ExhibitorStep.id)
    assert [(row["step"], row["before"], row["after"]) for row in kept] == [
        (step.value, before.value, to.value) for step, before, to in steps
    ]
