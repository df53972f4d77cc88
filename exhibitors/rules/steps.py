"""What may happen to an application, from where, to where, and by whom: the one table of it."""

from datetime import timedelta
from enum import StrEnum

from core.errors import DomainError
from exhibitors.tables import Status, Step


class By(StrEnum):
    """Whose step it is. A reviewer's step is an organizer's too."""

    applicant = "applicant"
    reviewer = "reviewer"
    organizer = "organizer"


class WrongStatus(DomainError):
    code = "wrong_status"
    message = "This is not possible in the present state of the application."


class TooLateToUndo(DomainError):
    code = "too_late_to_undo"
    message = "This can no longer be undone: ten minutes have passed, or something else has happened since."


_S = Status

#: ``(from, step) -> to``. ``undo`` stands beside the table: it leads back to where the last step came from.
STEPS: dict[tuple[Status, Step], Status] = {
    (_S.draft, Step.submit): _S.submitted,
    (_S.draft, Step.withdraw): _S.withdrawn,
    (_S.submitted, Step.request_changes): _S.changes_requested,
    (_S.submitted, Step.waitlist): _S.waitlisted,
    (_S.submitted, Step.approve): _S.approved,
    (_S.submitted, Step.reject): _S.rejected,
    (_S.submitted, Step.withdraw): _S.withdrawn,
    (_S.changes_requested, Step.submit): _S.submitted,
    (_S.changes_requested, Step.reject): _S.rejected,
    (_S.changes_requested, Step.withdraw): _S.withdrawn,
    (_S.waitlisted, Step.unwaitlist): _S.submitted,
    (_S.waitlisted, Step.approve): _S.approved,
    (_S.waitlisted, Step.reject): _S.rejected,
    (_S.waitlisted, Step.withdraw): _S.withdrawn,
    (_S.approved, Step.assign): _S.booth_assigned,
    (_S.approved, Step.reopen): _S.submitted,
    (_S.approved, Step.withdraw): _S.withdrawn,
    (_S.booth_assigned, Step.assign): _S.booth_assigned,
    (_S.booth_assigned, Step.confirm): _S.confirmed,
    (_S.booth_assigned, Step.release): _S.approved,
    (_S.booth_assigned, Step.withdraw): _S.withdrawn,
    # Another booth is another thing to say yes to.
    (_S.confirmed, Step.assign): _S.booth_assigned,
    (_S.confirmed, Step.release): _S.approved,
    (_S.confirmed, Step.withdraw): _S.withdrawn,
    (_S.rejected, Step.reopen): _S.submitted,
    (_S.withdrawn, Step.reopen): _S.submitted,
}

#: Who may take a step.
WHO: dict[Step, frozenset[By]] = {
    Step.submit: frozenset({By.applicant, By.organizer}),
    Step.withdraw: frozenset({By.applicant, By.organizer}),
    Step.confirm: frozenset({By.applicant, By.organizer}),
    Step.assign: frozenset({By.organizer}),
    Step.release: frozenset({By.organizer}),
    Step.request_changes: frozenset({By.reviewer}),
    Step.waitlist: frozenset({By.reviewer}),
    Step.unwaitlist: frozenset({By.reviewer}),
    Step.approve: frozenset({By.reviewer}),
    Step.reject: frozenset({By.reviewer}),
    Step.reopen: frozenset({By.reviewer}),
    Step.undo: frozenset({By.reviewer}),
}

#: With these an exhibitor holds, or may hold, a booth.
HOLDERS = frozenset({_S.booth_assigned, _S.confirmed})


#: What a reviewer decides; each mails the applicant, after :data:`UNDO_WITHIN`.
DECISIONS = (Step.approve, Step.request_changes, Step.waitlist, Step.unwaitlist, Step.reject, Step.reopen)
#: So long a decision can be undone, and so long its mail waits.
UNDO_WITHIN = timedelta(minutes=10)


def may_be_undone(step: Step, age: timedelta) -> bool:
    return step in DECISIONS and age < UNDO_WITHIN


def decisions(status: Status) -> tuple[Step, ...]:
    """What a reviewer can decide here, in the order of :data:`DECISIONS`."""
    return tuple(step for step in DECISIONS if (status, step) in STEPS)


def after(status: Status, step: Step) -> Status:
    """:raises WrongStatus: 409, where the table has no such step."""
    found = STEPS.get((status, step))
    if found is None:
        raise WrongStatus
    return found


def sources(step: Step) -> frozenset[Status]:
    """Where this step may be taken from."""
    return frozenset(status for status, one in STEPS if one is step)


def open_to(status: Status) -> tuple[Step, ...]:
    return tuple(step for of, step in STEPS if of is status)
