"""What an exhibitor may have, and what it still has to do."""

from datetime import date, datetime, timedelta
from enum import StrEnum

import msgspec

from core.errors import DomainError
from exhibitors.rules.applications import Booth
from exhibitors.tables import BoothKind, DrawingState, Status

#: Square metres of a standard booth, and how many of them one badge stands for (usual in the trade).
STANDARD_AREA = 9
AREA_PER_BADGE = 3
#: Nobody needs more, however large the stand.
MOST_BADGES = 200
#: Days before the first day: when the catalogue is printed, and when badges should be ready.
CATALOGUE_DAYS = 21
BADGE_DAYS = 3
#: Before it, so that what was not approved can be drawn anew.
DRAWING_DAYS = 30

#: With these, badges may be made and the profile is shown to visitors.
ADMITTED = frozenset({Status.approved, Status.booth_assigned, Status.confirmed})
#: While these hold, an application may be changed by whoever sent it, without another review.
OPEN = frozenset({Status.draft, Status.submitted, Status.changes_requested, Status.waitlisted})


class BadgeQuota(DomainError):
    code = "badge_quota"
    message = "All badges that belong to this booth have been made. Revoke one, or ask the organizers for more."


class NotAdmittedYet(DomainError):
    code = "wrong_status"
    message = "Badges can be made once the application is approved."


class AlreadyMember(DomainError):
    code = "already_member"
    message = "This person uses the desk already."


class LastMember(DomainError):
    code = "last_member"
    message = "Nobody would be left who can open this desk."


class ChangeWaiting(DomainError):
    code = "change_waiting"
    message = "A change is waiting for the organizers already."


def area_of(booth: Booth) -> int:
    """Square metres that were wished for."""
    return (booth.count or 0) * STANDARD_AREA if booth.kind is BoothKind.standard else booth.area_m2 or 0


def badge_quota(area_m2: int) -> int:
    """One for each three square metres begun."""
    return min(MOST_BADGES, max(1, -(-area_m2 // AREA_PER_BADGE)))


class Todo(StrEnum):
    """What is asked of an exhibitor."""

    mend = "mend"
    confirm = "confirm"
    introduce = "introduce"
    products = "products"
    badges = "badges"
    read = "read"
    drawings = "drawings"
    passes = "passes"
    deposit = "deposit"
    catalogue = "catalogue"


class Task(msgspec.Struct, frozen=True):
    what: Todo
    done: bool
    until: date | None = None


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    status: Status
    has_intro: bool
    products: int
    badges: int
    unread: int
    first_day: date | None
    #: When a booth that was not confirmed falls free.
    held_until: datetime | None = None
    #: Builds its own stand on raw space.
    builds: bool = False
    #: Of what it handed in last.
    drawings: DrawingState | None = None
    #: Passes that were asked for and stand, and those sent back.
    passes: int = 0
    passes_back: int = 0
    passes_until: date | None = None
    #: Asks for a deposit, and some of it was not paid yet.
    deposit: bool = False
    deposit_open: bool = False
    deposit_until: date | None = None
    #: The entry of the printed catalogue was handed in; whether entries are still taken.
    catalogue: bool = False
    catalogue_open: bool = True
    #: Until when; the usual day where None.
    catalogue_until: date | None = None


def tasks(facts: Facts) -> list[Task]:
    """What is to be done, the pressing first; what is done stays on the list, so that one sees that it is."""
    found: list[Task] = []
    if facts.status is Status.changes_requested:
        found.append(Task(Todo.mend, False))
    if facts.unread:
        found.append(Task(Todo.read, False))
    if facts.status in (Status.booth_assigned, Status.confirmed):
        until = facts.held_until.date() if facts.held_until else None
        found.append(Task(Todo.confirm, facts.status is Status.confirmed, until))
    if facts.status in ADMITTED and facts.builds:
        until = facts.first_day - timedelta(days=DRAWING_DAYS) if facts.first_day else None
        done = facts.drawings in (DrawingState.submitted, DrawingState.approved)
        found.append(Task(Todo.drawings, done, until))
        found.append(Task(Todo.passes, facts.passes > 0 and not facts.passes_back, facts.passes_until))
    elif facts.passes_back:
        found.append(Task(Todo.passes, False, facts.passes_until))
    if facts.deposit:
        found.append(Task(Todo.deposit, not facts.deposit_open, facts.deposit_until))
    if facts.status in ADMITTED:
        usual = facts.first_day - timedelta(days=CATALOGUE_DAYS) if facts.first_day else None
        catalogue = facts.catalogue_until or usual
        if facts.catalogue or facts.catalogue_open:
            found.append(Task(Todo.catalogue, facts.catalogue, catalogue))
        badges = facts.first_day - timedelta(days=BADGE_DAYS) if facts.first_day else None
        found.append(Task(Todo.introduce, facts.has_intro, catalogue))
        found.append(Task(Todo.products, facts.products > 0, catalogue))
        found.append(Task(Todo.badges, facts.badges > 0, badges))
    return found
