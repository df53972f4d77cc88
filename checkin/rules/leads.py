"""What an exhibitor may write of a visitor whose badge it has read, and the question that comes before."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from checkin import codes
from core import text
from core.errors import FieldError, InvalidInput
from core.i18n import LOCALES, Locale, mark

#: Of :data:`QUESTION`: another wording is another version.
CONSENT_VERSION = "1"
QUESTION = mark(
    "May %(firm)s have your name, organisation, job title, mobile number and e-mail address from your badge,"
    " to write to you or call you about its products? You may say no, and nothing changes for you at the expo."
    " You may take it back at any time on the page of your badge."
)
#: What is handed over with a yes.
FIELDS = ("holder", "organisation", "title", "mobile", "email")
#: How far a clock may be ahead of ours.
AHEAD = timedelta(minutes=5)
MOST_TAGS = 10
LONGEST_TAG = 20
LONGEST_NOTE = 2000


class LeadIn(msgspec.Struct, forbid_unknown_fields=True):
    """A badge as it was read (``code``) or typed (``serial``). ``consent``: the version of the question to which the
    holder has just said yes; without it only a consent given before counts."""

    code: str | None = None
    serial: str | None = None
    nonce: str | None = None
    scanned_at: datetime | None = None
    consent: str | None = None
    locale: str | None = None
    note: str | None = None
    rating: int | None = None
    tags: list[str] | None = None


class Remarks(msgspec.Struct, frozen=True):
    note: str
    rating: int | None
    tags: tuple[str, ...]


class LeadDraft(msgspec.Struct, frozen=True):
    code: str
    serial: str
    nonce: str | None
    scanned_at: datetime
    #: Said yes just now, in this language.
    agreed: bool
    locale: Locale
    remarks: Remarks


def tags_in(typed: str) -> list[str]:
    """A field in which people write several, with commas or spaces between."""
    return [part for part in re.split(r"[\s,，、;；#]+", typed) if part]


def checked_remarks(note: str, rating: int | None, tags: Iterable[str], errors: list[FieldError]) -> Remarks:
    said = ""
    try:
        said = text.paragraphs(note)
    except text.Fault as fault:
        errors.append(FieldError("note", fault.code, fault.message))
    if len(said) > LONGEST_NOTE:
        errors.append(FieldError("note", "too_long", mark("This is too long.")))
    if rating is not None and not 1 <= rating <= 5:
        errors.append(FieldError("rating", "out_of_range", mark("Please choose one to five.")))
    kept: list[str] = []
    try:
        kept = [one for tag in tags if (one := text.line(tag))]
    except text.Fault as fault:
        errors.append(FieldError("tags", fault.code, fault.message))
    kept = list(dict.fromkeys(kept))
    if len(kept) > MOST_TAGS or any(len(one) > LONGEST_TAG for one in kept):
        errors.append(FieldError("tags", "too_many", mark("At most ten tags of twenty characters each.")))
    return Remarks(said, rating, tuple(kept))


def remarks(note: str, rating: int | None, tags: Iterable[str]) -> Remarks:
    """:raises InvalidInput: each fault at its member."""
    errors: list[FieldError] = []
    found = checked_remarks(note, rating, tags, errors)
    if errors:
        raise InvalidInput(errors=tuple(errors))
    return found


def event_time(claimed: datetime | None, now: datetime) -> datetime:
    """A phone that was offline says when; what lies in our future, or has no zone, is taken for now."""
    if claimed is None or claimed.tzinfo is None or claimed > now + AHEAD:
        return now
    return min(claimed, now)


def checked(typed: LeadIn, now: datetime) -> LeadDraft:
    """:raises InvalidInput: each fault at its member."""
    errors: list[FieldError] = []
    code, serial = codes.normalized(typed.code or ""), ""
    try:
        serial = text.code(typed.serial or "").replace("-", "")
    except text.Fault as fault:
        errors.append(FieldError("serial", fault.code, fault.message))
    if not code and not serial and not errors:
        errors.append(FieldError("serial", "required", mark("Please scan a badge, or type its number.")))
    if len(code) > 4096 or len(serial) > 40:
        errors.append(FieldError("serial", "too_long", mark("This is too long.")))
    nonce = typed.nonce
    if nonce is not None and not re.fullmatch(r"[\x21-\x7e]{1,64}", nonce):
        errors.append(FieldError("nonce", "invalid", mark("A nonce has 1 to 64 printable characters.")))
    if typed.consent not in (None, "", CONSENT_VERSION):
        message = mark("The question has been worded anew. Please load the page and ask again.")
        errors.append(FieldError("consent", "outdated", message))
    own = checked_remarks(typed.note or "", typed.rating, typed.tags or (), errors)
    if errors:
        raise InvalidInput(errors=tuple(errors))
    locale: Locale = next((one for one in LOCALES if one == typed.locale), LOCALES[0])
    return LeadDraft(code, serial, nonce, event_time(typed.scanned_at, now), bool(typed.consent), locale, own)
