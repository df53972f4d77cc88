"""The order and the parts of the printed catalogue (会刊), and what an exhibitor may hand in for it."""

import re
from collections.abc import Callable, Sequence
from enum import StrEnum

import msgspec

from core import text
from core.errors import FieldError, InvalidInput
from core.i18n import Locale, mark
from exhibitors.rules import directory
from exhibitors.rules.booths import short
from exhibitors.rules.directory import Texts

LONGEST_INTRO = 2000


class EntryDraft(msgspec.Struct, frozen=True):
    """What is printed beside the public page. The contact is typed for this alone; empty: none is printed."""

    intro_en: str = ""
    contact: str = ""
    phone: str = ""
    email: str = ""


def checked_entry(intro_en: str, contact: str, phone: str, email: str, *, agreed: bool) -> EntryDraft:
    """:raises InvalidInput: each fault at its field; somebody who can be reached is printed only if it agrees."""
    errors: list[FieldError] = []
    found: dict[str, str] = {}
    for name, typed, longest in (("contact", contact, 100), ("phone", phone, 60)):
        try:
            found[name] = short(typed, longest)
        except text.Fault as fault:
            errors.append(FieldError(name, fault.code, fault.message))
    if found.get("phone") and not re.search(r"\d{3}", re.sub(r"[\s()-]", "", found["phone"])):
        errors.append(FieldError("phone", "phone", mark("Please write a phone number, such as 0574-8888 0000.")))
    try:
        found["email"] = text.email(email) if email.strip() else ""
    except text.Fault as fault:
        errors.append(FieldError("email", fault.code, fault.message))
    try:
        found["intro_en"] = text.paragraphs(intro_en[: LONGEST_INTRO * 4])
        if len(found["intro_en"]) > LONGEST_INTRO:
            raise text.Fault("too_long", mark("This is too long."))
    except text.Fault as fault:
        errors.append(FieldError("intro_en", fault.code, fault.message))
    if any(found.get(name) for name in ("contact", "phone", "email")) and not agreed:
        message = mark("Please say that this person agrees, or leave the contact empty.")
        errors.append(FieldError("agreed", "required", message))
    if errors:
        raise InvalidInput(errors=tuple(errors))
    return EntryDraft(**found)


class Order(StrEnum):
    booth = "booth"
    category = "category"
    #: By pinyin; in English by the English name.
    name = "name"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A firm as it is printed."""

    exhibitor: int
    number: str
    name: str
    name_en: str
    intro: str
    intro_en: str
    website: str
    #: Codes, the leading one first.
    categories: tuple[str, ...]
    #: The hall's code; empty without a booth.
    hall: str
    booths: tuple[str, ...]
    contact: str
    phone: str
    email: str
    #: Whether the exhibitor has handed it in.
    sent: bool


class Part(msgspec.Struct, frozen=True):
    """Entries under one heading: a hall's code, a category's or a letter; empty for those without."""

    key: str
    entries: tuple[Entry, ...]


def natural(code: str) -> tuple[tuple[int, int, str], ...]:
    """``A-9`` before ``A-10``."""
    pieces: list[str] = re.findall(r"[0-9]+|[^0-9]+", code)
    return tuple((0, int(piece), "") if piece.isdecimal() else (1, 0, piece) for piece in pieces)


def parts(entries: Sequence[Entry], order: Order, locale: Locale, sequence: Sequence[str] = ()) -> list[Part]:
    """``sequence``: the halls or the categories in their own order; what it does not know comes after, what has none
    last. Within a part by booth, else by name."""
    place = directory.place_en if locale == "en" else directory.place_zh
    places = {one.exhibitor: place(Texts(one.name, one.name_en)) for one in entries}
    known = {code: at for at, code in enumerate(sequence)}

    def named(one: Entry) -> tuple[str, str]:
        return places[one.exhibitor].sort, one.number

    def booth(one: Entry) -> tuple[object, ...]:
        return tuple(natural(code) for code in one.booths), named(one)

    keys: dict[Order, Callable[[Entry], str]] = {
        Order.booth: lambda one: one.hall,
        Order.category: lambda one: one.categories[0] if one.categories else "",
        Order.name: lambda one: places[one.exhibitor].letter,
    }
    grouped: dict[str, list[Entry]] = {}
    for one in entries:
        grouped.setdefault(keys[order](one), []).append(one)

    def standing(key: str) -> tuple[bool, int, bool, str]:
        return key == "", known.get(key, len(known)), key == "#", key

    within: Callable[[Entry], tuple[object, ...]] = booth if order is Order.booth else named
    return [Part(key, tuple(sorted(grouped[key], key=within))) for key in sorted(grouped, key=standing)]
