"""The steps of a signing ceremony, and what the wall may show meanwhile."""

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from core.errors import DomainError, FieldError, InvalidInput
from core.i18n import mark
from deals.tables import CeremonyMode

#: Deals in one ceremony.
LONGEST = 60


class CeremonyStep(StrEnum):
    open = "open"
    #: Reveals the next one.
    next = "next"
    back = "back"
    hold = "hold"
    blank = "blank"
    resume = "resume"
    close = "close"


class WrongStep(DomainError):
    code = "wrong_status"
    message = mark("The ceremony has come to another place in the meantime. This is where it stands now.")


class NotToBeShown(DomainError):
    code = "not_to_be_shown"
    message = mark("%(number)s cannot be revealed: it is not confirmed, or not to be disclosed.")


class Ceremony(msgspec.Struct, frozen=True):
    mode: CeremonyMode = CeremonyMode.closed
    queue: tuple[str, ...] = ()
    shown: int = 0
    #: Each step and each new order makes it one more.
    version: int = 0

    @property
    def is_open(self) -> bool:
        return self.mode is not CeremonyMode.closed

    @property
    def on_stage(self) -> str | None:
        """The deal revealed last."""
        return self.queue[self.shown - 1] if self.is_open and self.shown else None

    @property
    def following(self) -> str | None:
        return self.queue[self.shown] if self.is_open and self.shown < len(self.queue) else None

    @property
    def held_back(self) -> tuple[str, ...]:
        """What the wall does not count yet."""
        return self.queue[self.shown :] if self.is_open else ()


def steps(now: Ceremony) -> tuple[CeremonyStep, ...]:
    """Those possible now."""
    if not now.is_open:
        return (CeremonyStep.open,) if now.queue else ()
    found = []
    if now.following:
        found.append(CeremonyStep.next)
    if now.shown:
        found.append(CeremonyStep.back)
    if now.mode is not CeremonyMode.show:
        found.append(CeremonyStep.resume)
    if now.mode is not CeremonyMode.hold:
        found.append(CeremonyStep.hold)
    if now.mode is not CeremonyMode.blank:
        found.append(CeremonyStep.blank)
    return (*found, CeremonyStep.close)


_MODES = {
    CeremonyStep.hold: CeremonyMode.hold,
    CeremonyStep.blank: CeremonyMode.blank,
    CeremonyStep.resume: CeremonyMode.show,
}


def after(now: Ceremony, step: CeremonyStep) -> Ceremony:
    """:raises WrongStep:"""
    if step not in steps(now):
        raise WrongStep
    mode, shown = CeremonyMode.show, now.shown
    match step:
        case CeremonyStep.open:
            shown = 0
        case CeremonyStep.close:
            mode, shown = CeremonyMode.closed, 0
        case CeremonyStep.next:
            shown += 1
        case CeremonyStep.back:
            shown -= 1
        case _:
            mode = _MODES[step]
    return Ceremony(mode, now.queue, shown, now.version + 1)


def queued(now: Ceremony, numbers: Sequence[str]) -> Ceremony:
    """Another order. While it is on, what was revealed stays where it is.

    :raises InvalidInput: at ``queue``.
    """
    fault = None
    if len(set(numbers)) != len(numbers):
        fault = FieldError("queue", "twice", mark("A deal stands in it twice."))
    elif len(numbers) > LONGEST:
        fault = FieldError("queue", "too_many", mark("That is too many for one ceremony."))
    elif now.is_open and tuple(numbers[: now.shown]) != now.queue[: now.shown]:
        fault = FieldError("queue", "revealed", mark("What has been revealed keeps its place."))
    if fault:
        raise InvalidInput(errors=(fault,))
    return Ceremony(now.mode, tuple(numbers), now.shown, now.version + 1)
