"""What a reviewer writes, and what the program points out. Pure."""

from collections.abc import Iterable
from typing import Literal

import msgspec

from core import text
from core.errors import FieldError, InvalidInput
from core.i18n import mark
from exhibitors.rules.codes import check_digit_fits, kind_of_code
from exhibitors.tables import Kind

LONGEST_NOTE = 2000
LONGEST_COMMENT = 500

#: What can be commented on, by the names that the API gives these members, with what people call them.
COMMENTABLE = {
    "name": mark("Full name"),
    "name_en": mark("Name in English"),
    "kind": mark("Kind of organisation"),
    "country": mark("Country or region"),
    "credit_code": mark("Unified social credit code"),
    "registration_number": mark("Registration number"),
    "categories": mark("Categories"),
    "fields": mark("Fields of your work"),
    "contact.name": mark("Contact person"),
    "contact.mobile": mark("Mobile phone"),
    "contact.email": mark("Email"),
    "booth": mark("Booth"),
    "lintel_zh": mark("Lintel text in Chinese"),
    "lintel_en": mark("Lintel text in English"),
    "power": mark("Electricity"),
    "water": mark("Water"),
    "exhibits": mark("Exhibits"),
    "website": mark("Website"),
    "intro": mark("Introduction"),
    "documents": mark("Documents"),
}


class Comment(msgspec.Struct, frozen=True):
    """What a reviewer says about one field."""

    field: str
    comment: str


class Words(msgspec.Struct, frozen=True):
    """A decision's words, checked."""

    note: str
    comments: tuple[Comment, ...]


def words(note: str, comments: Iterable[Comment]) -> Words:
    """:raises InvalidInput: at ``note`` or ``comments.FIELD``."""
    errors: list[FieldError] = []

    def read(field: str, typed: str, longest: int) -> str:
        try:
            found = text.paragraphs(typed)
        except text.Fault as fault:
            errors.append(FieldError(field, fault.code, fault.message))
            return ""
        if len(found) > longest:
            errors.append(FieldError(field, "too_long", mark("This is too long.")))
        return found

    clean = read("note", note[: LONGEST_NOTE * 4], LONGEST_NOTE)
    kept: dict[str, str] = {}
    for one in comments:
        place = f"comments.{one.field[:40]}"
        if one.field not in COMMENTABLE:
            errors.append(FieldError(place, "unknown", mark("There is no such field.")))
        elif said := read(place, one.comment[: LONGEST_COMMENT * 4], LONGEST_COMMENT):
            kept[one.field] = said
        if len(errors) > 50:
            break
    if errors:
        raise InvalidInput(errors=tuple(errors))
    return Words(clean, tuple(Comment(field, kept[field]) for field in COMMENTABLE if field in kept))


class Seen(msgspec.Struct, frozen=True):
    """Another application that has something in common with this one."""

    what: tuple[Literal["mobile", "email", "name", "credit_code"], ...]
    number: str
    name: str
    edition: str
    #: Of the same edition.
    here: bool


class Hint(msgspec.Struct, frozen=True):
    """A source text with its values. ``number``: of the other application, where it can be opened."""

    code: str
    text: str
    values: dict[str, str] = {}
    number: str = ""
    #: Good to know rather than to be cleared up.
    calm: bool = False


_SAME = {
    "credit_code": mark("Same credit code: %(name)s, %(edition)s"),
    "name": mark("Same name: %(name)s, %(edition)s"),
    "mobile": mark("Same phone: %(name)s, %(edition)s"),
    "email": mark("Same email address: %(name)s, %(edition)s"),
}
_BEFORE = mark("Was here before: %(name)s, %(edition)s")


def hints(
    *, credit_code: str | None, kind: Kind, overridden: bool, has_licence: bool, seen: Iterable[Seen]
) -> list[Hint]:
    """What a reviewer should look at, the gravest first. None of it decides anything."""
    found: list[Hint] = []
    if credit_code and not check_digit_fits(credit_code):
        if overridden:
            text_ = mark("The credit code's check digit is wrong; an organizer compared it and let it pass.")
            found.append(Hint("check_digit_passed", text_, calm=True))
        else:
            found.append(Hint("check_digit", mark("The credit code's check digit is wrong.")))
    if not has_licence:
        found.append(Hint("no_licence", mark("No licence has been sent.")))
    likely = kind_of_code(credit_code) if credit_code else None
    if likely is not None and likely is not kind:
        found.append(Hint("kind", mark("The credit code's beginning belongs to another kind of organisation.")))
    for one in seen:
        values = {"name": one.name, "edition": one.edition}
        if not one.here and "credit_code" in one.what:
            found.append(Hint("before", _BEFORE, values, calm=True))
            continue
        found += [Hint(what, _SAME[what], values, one.number if one.here else "") for what in one.what[:1]]
    return sorted(found, key=lambda hint: hint.calm)
