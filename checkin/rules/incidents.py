"""What the desk in the hall writes down."""

from datetime import datetime, timedelta

import msgspec

from checkin.tables import IncidentKind
from core import text
from core.errors import FieldError, InvalidInput
from core.i18n import mark

LONGEST = 2000


class IncidentIn(msgspec.Struct, frozen=True):
    """As typed; ``happened_at`` None: now."""

    kind: str
    place: str
    what: str
    person: str = ""
    mobile: str = ""
    happened_at: datetime | None = None


class IncidentDraft(msgspec.Struct, frozen=True):
    kind: IncidentKind
    place: str
    what: str
    person: str
    mobile: str
    happened_at: datetime


def _written(field: str, typed: str, longest: int, required: bool, errors: list[FieldError]) -> str:
    try:
        found = text.paragraphs(typed) if longest == LONGEST else text.line(typed)
    except text.Fault as fault:
        errors.append(FieldError(field, fault.code, fault.message))
        return ""
    if required and not found:
        errors.append(FieldError(field, "required", mark("Please fill this in.")))
    if len(found) > longest:
        errors.append(FieldError(field, "too_long", mark("This is too long.")))
    return found


def checked(typed: IncidentIn, now: datetime) -> IncidentDraft:
    """:raises InvalidInput: each fault at its member."""
    errors: list[FieldError] = []
    if typed.kind not in IncidentKind.__members__:
        errors.append(FieldError("kind", "unknown", mark("Please choose what it is about.")))
    place = _written("place", typed.place, 120, True, errors)
    what = _written("what", typed.what, LONGEST, True, errors)
    person = _written("person", typed.person, 100, False, errors)
    mobile = _written("mobile", typed.mobile, 40, False, errors)
    if mobile:
        try:
            mobile = text.phone(mobile)
        except text.Fault as fault:
            errors.append(FieldError("mobile", fault.code, fault.message))
    at = typed.happened_at or now
    if at > now + timedelta(minutes=5):
        errors.append(FieldError("happened_at", "future", mark("This time is still to come.")))
    if errors:
        raise InvalidInput(errors=tuple(errors))
    return IncidentDraft(IncidentKind(typed.kind), place, what, person, mobile, min(at, now))


def note(typed: str) -> str:
    """:raises InvalidInput: empty or too long."""
    errors: list[FieldError] = []
    found = _written("text", typed, LONGEST, True, errors)
    if errors:
        raise InvalidInput(errors=tuple(errors))
    return found
