"""What all of them write the same way."""

from core import text
from core.editions.queries import EditionInfo
from core.errors import FieldError, InvalidInput
from core.i18n import mark


def subject(edition: EditionInfo, number: str) -> str:
    return f"exhibitor:{edition.slug}/{number}"


def paragraphs(field: str, typed: str, longest: int, *, required: bool = False) -> str:
    if len(typed) > longest * 4:
        raise InvalidInput(errors=(FieldError(field, "too_long", mark("This is too long.")),))
    try:
        found = text.paragraphs(typed)
    except text.Fault as fault:
        raise InvalidInput(errors=(FieldError(field, fault.code, fault.message),)) from fault
    if required and not found:
        raise InvalidInput(errors=(FieldError(field, "required", mark("Please fill this in.")),))
    if len(found) > longest:
        raise InvalidInput(errors=(FieldError(field, "too_long", mark("This is too long.")),))
    return found
