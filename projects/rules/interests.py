"""What somebody says who is interested in a project, and agrees to."""

import msgspec

from core import text
from core.errors import FieldError, InvalidInput
from core.i18n import mark

#: Of :data:`QUESTION`: a new one for every change of its words.
CONSENT_VERSION = "2026-11"
#: Asked before the contact is handed to a project's owner (PIPL, Art. 23): apart from everything else, for this alone.
QUESTION = mark(
    "I agree that the owner of this project, %(owner)s, gets my name, organisation, mobile number and e-mail address "
    "to get in touch about it. I can take this back at any time."
)
MOST = 500


class InterestIn(msgspec.Struct, forbid_unknown_fields=True):
    """Of a badge, by its whole code (by its serial, too, for an organizer), or of an exhibitor, by its number. Whoever
    sends a badge says that its holder has agreed to the question; ``consent`` says to which version of its words."""

    badge: str | None = None
    exhibitor: str | None = None
    message: str | None = None
    consent: str | None = None


def checked_message(typed: str | None, name: str = "message") -> str:
    """:raises InvalidInput: at ``name``."""
    try:
        said = text.paragraphs(typed or "")
    except text.Fault as fault:
        raise InvalidInput(errors=(FieldError(name, fault.code, fault.message),)) from None
    if len(said) > MOST:
        raise InvalidInput(errors=(FieldError(name, "too_long", mark("At most 500 characters.")),))
    return said


def check_consent(version: str | None) -> None:
    """:raises InvalidInput: nothing was agreed to, or to other words than those that stand now."""
    if version != CONSENT_VERSION:
        message = mark("Please agree to this first: the owner cannot get in touch otherwise.")
        raise InvalidInput(errors=(FieldError("consent", "required", message),))
