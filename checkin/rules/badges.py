"""What makes a badge sound."""

from collections.abc import Sequence
from datetime import date

import msgspec

from checkin.tables import BadgeKind
from core import text
from core.errors import FieldError, InvalidInput
from core.i18n import LOCALES, mark
from exhibitors.rules.directory import normal, pinyin

MAX_DAYS = 31
MAX_BATCH = 1000


MAX_SIZE = 500
MORE_NAMES = mark("These are more names than people.")


class BadgeIn(msgspec.Struct, forbid_unknown_fields=True):
    """A badge as it was typed. No days: every day. ``size`` is a group's head count, its ``holder`` the one who leads
    it, ``members`` the others by name where they are known. ``note`` is shown to the crew."""

    kind: str = ""
    holder: str = ""
    organisation: str | None = None
    days: list[str] | None = None
    title: str | None = None
    mobile: str | None = None
    email: str | None = None
    size: int | None = None
    members: list[str] | None = None
    note: str | None = None
    locale: str | None = None


class BadgeDraft(msgspec.Struct, frozen=True):
    kind: BadgeKind
    holder: str
    organisation: str
    days: tuple[date, ...]
    title: str = ""
    #: E.164.
    mobile: str = ""
    email: str = ""
    size: int = 1
    members: tuple[str, ...] = ()
    note: str = ""
    locale: str = ""

    @property
    def search(self) -> str:
        return search_text(self.holder, self.organisation, self.mobile)


def search_text(holder: str, organisation: str, mobile: str) -> str:
    """What the crew's search compares: name and firm as they are, in pinyin and by initials, and the last four digits
    of the number; a line each, so that no match reaches from one into the next."""
    lines = [normal(holder), *pinyin(holder), normal(organisation), *pinyin(organisation), mobile[-4:]]
    return "\n".join(dict.fromkeys(line for line in lines if line))


def line(field: str, typed: str, longest: int, required: bool, errors: list[FieldError]) -> str:
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


def _size(field: str, kind: str, typed: int | None, errors: list[FieldError]) -> int:
    if kind != BadgeKind.group.value:
        if typed not in (None, 1):
            errors.append(FieldError(field, "not_a_group", mark("Only a group's badge is for several people.")))
        return 1
    if typed is None:
        return 1
    if not 1 <= typed <= MAX_SIZE:
        errors.append(FieldError(field, "range", mark("A group has 1 to 500 people; larger ones take several badges.")))
        return 1
    return typed


def _members(field: str, typed: list[str], size: int, errors: list[FieldError]) -> tuple[str, ...]:
    if len(typed) > MAX_SIZE:
        errors.append(FieldError(field, "too_many", MORE_NAMES))
        return ()
    found = [line(f"{field}[{n}]", one, 100, False, errors) for n, one in enumerate(typed)]
    named = tuple(one for one in found if one)
    if len(named) > size:
        errors.append(FieldError(field, "too_many", MORE_NAMES))
    return named


def phone(field: str, typed: str, errors: list[FieldError]) -> str:
    found = line(field, typed, 40, False, errors)
    try:
        return text.phone(found) if found else ""
    except text.Fault as fault:
        errors.append(FieldError(field, fault.code, fault.message))
        return ""


def email(field: str, typed: str, errors: list[FieldError]) -> str:
    found = line(field, typed, 254, False, errors)
    try:
        return text.email(found) if found else ""
    except text.Fault as fault:
        errors.append(FieldError(field, fault.code, fault.message))
        return ""


def checked(typed: BadgeIn, errors: list[FieldError], at: str = "") -> BadgeDraft | None:
    """Adds what is wrong to ``errors``, each at its member under ``at``."""
    before = len(errors)
    kind = line(f"{at}kind", typed.kind, 40, True, errors).lower()
    if kind and kind not in BadgeKind.__members__:
        errors.append(FieldError(f"{at}kind", "unknown", mark("Please choose a kind of badge from the list.")))
    holder = line(f"{at}holder", typed.holder, 100, True, errors)
    organisation = line(f"{at}organisation", typed.organisation or "", 200, False, errors)
    days = _days(f"{at}days", typed.days or [], errors)
    title = line(f"{at}title", typed.title or "", 100, False, errors)
    mobile = phone(f"{at}mobile", typed.mobile or "", errors)
    mail = email(f"{at}email", typed.email or "", errors)
    size = _size(f"{at}size", kind, typed.size, errors)
    members = _members(f"{at}members", typed.members or [], size, errors)
    note = line(f"{at}note", typed.note or "", 200, False, errors)
    locale = typed.locale or ""
    if locale and locale not in LOCALES:
        errors.append(FieldError(f"{at}locale", "unknown", mark("Please choose a language from the list.")))
    if len(errors) > before:
        return None
    return BadgeDraft(BadgeKind(kind), holder, organisation, days, title, mobile, mail, size, members, note, locale)


class StaffDraft(msgspec.Struct, frozen=True):
    holder: str
    title: str
    mobile: str
    email: str = ""


def checked_staff(holder: str, title: str, mobile: str, address: str = "") -> StaffDraft:
    """:raises InvalidInput: each fault at its member."""
    errors: list[FieldError] = []
    who = line("holder", holder, 100, True, errors)
    what = line("title", title, 100, False, errors)
    number = phone("mobile", mobile, errors)
    mail = email("email", address, errors)
    if errors:
        raise InvalidInput(errors=tuple(errors))
    return StaffDraft(who, what, number, mail)


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
