"""What a reviewer writes, and what the program points out. Pure."""

from collections.abc import Iterable

import msgspec

from core import text
from core.errors import FieldError, InvalidInput
from core.i18n import mark

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
