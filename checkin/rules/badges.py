"""What makes a badge sound."""

from collections.abc import Sequence
from datetime import date

import msgspec

from checkin.tables import BadgeKind
from core import text
from core.errors import FieldError, InvalidInput
from core.i18n import mark

MAX_DAYS = 31
MAX_BATCH = 1000


class BadgeIn(msgspec.Struct, forbid_unknown_fields=True):
    """A badge as it was typed. No days: every day."""

    kind: str = ""
    holder: str = ""
    organisation: str | None = None
    days: list[str] | None = None


class BadgeDraft(msgspec.Struct, frozen=True):
    kind: BadgeKind
    holder: str
    organisation: str
    days: tuple[date, ...]


def _line(field: str, typed: str, longest: int, required: bool, errors: list[FieldError]) -> str:
    if len(typed) > longest * 4:
        errors.append(FieldError(field, "too_long", mark("This is too long.")))
        return ""
    try:
        found = text.line(typed)
    except text.Fault as fault:
        errors.append(FieldError(field, fault.code, fault.message))
        return ""
    if required and not found:
        errors.append(FieldError(field, "required", mark("Please fill this in.")))
    elif len(found) > longest:
        errors.append(FieldError(field, "too_long", mark("This is too long.")))
    return found


def _days(field: str, typed: list[str], errors: list[FieldError]) -> tuple[date, ...]:
    """Any days: crews come before the doors open."""
    if len(typed) > MAX_DAYS:
        errors.append(FieldError(field, "too_many", mark("A badge names at most 31 days.")))
        return ()
    found: set[date] = set()
    for n, one in enumerate(typed):
        try:
            found.add(date.fromisoformat(text.code(one)))
        except ValueError:
            message = mark("Please write the day as year-month-day, such as 2026-09-15.")
            errors.append(FieldError(f"{field}[{n}]", "date", message))
    return tuple(sorted(found))


def checked(typed: BadgeIn, errors: list[FieldError], at: str = "") -> BadgeDraft | None:
    """Adds what is wrong to ``errors``, each at its member under ``at``."""
    before = len(errors)
    kind = _line(f"{at}kind", typed.kind, 40, True, errors).lower()
    if kind and kind not in BadgeKind.__members__:
        errors.append(FieldError(f"{at}kind", "unknown", mark("Please choose a kind of badge from the list.")))
    holder = _line(f"{at}holder", typed.holder, 100, True, errors)
    organisation = _line(f"{at}organisation", typed.organisation or "", 200, False, errors)
    days = _days(f"{at}days", typed.days or [], errors)
    return None if len(errors) > before else BadgeDraft(BadgeKind(kind), holder, organisation, days)


class StaffDraft(msgspec.Struct, frozen=True):
    holder: str
    title: str
    mobile: str


def checked_staff(holder: str, title: str, mobile: str) -> StaffDraft:
    """:raises InvalidInput: each fault at its member."""
    errors: list[FieldError] = []
    who = _line("holder", holder, 100, True, errors)
    what = _line("title", title, 100, False, errors)
    phone = _line("mobile", mobile, 40, False, errors)
    if phone:
        try:
            phone = text.phone(phone)
        except text.Fault as fault:
            errors.append(FieldError("mobile", fault.code, fault.message))
    if errors:
        raise InvalidInput(errors=tuple(errors))
    return StaffDraft(who, what, phone)


def checked_one(typed: BadgeIn) -> BadgeDraft:
    errors: list[FieldError] = []
    draft = checked(typed, errors)
    if draft is None:
        raise InvalidInput(errors=tuple(errors))
    return draft


def checked_batch(typed: Sequence[BadgeIn]) -> list[BadgeDraft]:
    """All of them, or what is wrong with any; a hundred faults are enough to mend."""
    if not 1 <= len(typed) <= MAX_BATCH:
        message = mark("Please send 1 to 1000 badges at a time.")
        raise InvalidInput(errors=(FieldError("badges", "size", message),))
    errors: list[FieldError] = []
    drafts = [checked(one, errors, f"badges[{n}].") for n, one in enumerate(typed)]
    if errors:
        raise InvalidInput(errors=tuple(errors[:100]))
    return [draft for draft in drafts if draft is not None]
