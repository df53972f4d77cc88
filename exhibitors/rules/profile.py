"""What an exhibitor may change later: what was reviewed, and what was not."""

import msgspec

from core import text
from core.errors import InvalidInput
from core.i18n import mark
from exhibitors.rules.applications import ApplicationIn, countries, credit_code_of, lintel_of
from exhibitors.rules.faults import Faults


class Identity(msgspec.Struct, frozen=True):
    """What a review is about."""

    name: str
    name_en: str
    country: str
    credit_code: str | None


def checked_identity(*, name: str, name_en: str, country: str, credit_code: str) -> Identity:
    """:raises InvalidInput: each fault at its member."""
    faults = Faults()
    own = faults.read("name", name, text.line, required=True)
    own_en = faults.read("name_en", name_en, text.line)
    where = faults.read("country", country, text.code, required=True, longest=40)
    if where and where not in countries("en"):
        message = mark("Please give the country by its two letters of ISO 3166, such as CN.")
        faults.add("country", "unknown", message)
        where = ""
    code = credit_code_of(faults, ApplicationIn(credit_code=credit_code), where) if where else None
    if faults.errors:
        raise InvalidInput(errors=tuple(faults.errors))
    return Identity(own, own_en, where, code)


class Profile(msgspec.Struct, frozen=True):
    """What an exhibitor may change at any time."""

    name_en: str
    intro: str
    website: str
    exhibits: str
    lintel_zh: str
    lintel_en: str
    contact_name: str
    contact_mobile: str
    contact_email: str


def checked_profile(
    *,
    country: str,
    name_en: str,
    intro: str,
    website: str,
    exhibits: str,
    lintel_zh: str,
    lintel_en: str,
    contact_name: str,
    contact_mobile: str,
    contact_email: str,
) -> Profile:
    """:raises InvalidInput: each fault at its member."""
    faults = Faults()
    found = Profile(
        name_en=faults.read("name_en", name_en, text.line),
        intro=faults.read("intro", intro, text.paragraphs, longest=3000),
        website=faults.read("website", website, text.website, longest=300),
        exhibits=faults.read("exhibits", exhibits, text.paragraphs, longest=2000),
        lintel_zh=lintel_of(faults, "lintel_zh", lintel_zh),
        lintel_en=lintel_of(faults, "lintel_en", lintel_en),
        contact_name=faults.read("contact_name", contact_name, text.line, required=True, longest=100),
        contact_mobile=faults.read(
            "contact_mobile", contact_mobile, lambda given: text.phone(given, country), required=True, longest=40
        ),
        contact_email=faults.read("contact_email", contact_email, text.email, required=True, longest=254),
    )
    if faults.errors:
        raise InvalidInput(errors=tuple(faults.errors))
    return found
