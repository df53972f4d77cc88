"""What makes an application sound: pure functions over what was typed."""

import re
import secrets
import unicodedata
from collections.abc import Collection
from functools import cache

import msgspec
from babel import Locale as BabelLocale

from core import text
from core.errors import FieldError, InvalidInput
from core.i18n import LOCALES, Locale, mark
from exhibitors.rules.codes import check_digit_fits, credit_code, kind_of_code
from exhibitors.rules.faults import LONG, Faults
from exhibitors.tables import BoothKind, Kind

MAX_CATEGORIES = 3
MIN_RAW_AREA = 36
MAX_RAW_AREA = 20_000
MAX_BOOTHS = 500
#: Columns on a lintel: twenty Chinese characters or forty letters.
LINTEL_WIDTH = 40

#: In CLDR but no countries of ISO 3166-1: reserved, grouped or made up.
_NOT_ISO = frozenset(["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"])


@cache
def countries(locale: Locale) -> dict[str, str]:
    """ISO 3166-1 codes and names as CLDR has them; China first, then by name (by pinyin in Chinese)."""
    names = BabelLocale.parse(locale.replace("-", "_")).territories
    found = {code: str(name) for code, name in names.items() if re.fullmatch("[A-Z]{2}", code) and code not in _NOT_ISO}
    found["TW"] = "Taiwan, China" if locale == "en" else "中国台湾"
    by_name = sorted(found, key=lambda code: (code != "CN", found[code].encode("gb18030")))
    return {code: found[code] for code in by_name}


def lintel_width(text_: str) -> int:
    """Columns that a text takes on a lintel: a Chinese character fills two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text_)


def new_number() -> str:
    """Six digits: quickly said, never beginning with 0."""
    return str(100_000 + secrets.randbelow(900_000))


class ContactIn(msgspec.Struct, forbid_unknown_fields=True):
    name: str = ""
    mobile: str = ""
    email: str = ""


class BoothIn(msgspec.Struct, forbid_unknown_fields=True):
    """``count`` belongs to ``standard``, ``area_m2`` (square metres) to ``raw``."""

    kind: str = ""
    count: int | str | None = None
    area_m2: int | str | None = None


class ApplicationIn(msgspec.Struct, forbid_unknown_fields=True):
    """An application as it was typed. ``category`` or ``categories``; the first one leads."""

    name: str = ""
    name_en: str | None = None
    country: str = "CN"
    credit_code: str | None = None
    category: str | None = None
    categories: list[str] | None = None
    fields: list[str] = []
    intro: str | None = None
    website: str | None = None
    contact: ContactIn = msgspec.field(default_factory=ContactIn)
    booth: BoothIn = msgspec.field(default_factory=BoothIn)
    locale: str | None = None
    privacy_version: str = ""
    #: Told by the credit code where it is left out.
    kind: str | None = None
    registration_number: str | None = None
    lintel_zh: str | None = None
    lintel_en: str | None = None
    power: str | None = None
    water: bool = False
    exhibits: str | None = None


def search_key(name: str, name_en: str, credit_code: str | None) -> str:
    """What a search among applications compares, but for the number."""
    return text.search_key(f"{name} {name_en} {credit_code or ''}")


class Booth(msgspec.Struct, frozen=True):
    kind: BoothKind
    count: int | None
    area_m2: int | None


class Application(msgspec.Struct, frozen=True):
    """An application as it is stored."""

    name: str
    name_en: str
    country: str
    credit_code: str | None
    categories: tuple[str, ...]
    fields: tuple[str, ...]
    intro: str
    website: str
    contact_name: str
    contact_mobile: str
    contact_email: str
    booth: Booth
    locale: Locale
    privacy_version: str
    kind: Kind = Kind.company
    registration_number: str = ""
    lintel_zh: str = ""
    lintel_en: str = ""
    power: str = ""
    water: bool = False
    exhibits: str = ""
    check_digit_overridden: bool = False

    @property
    def search(self) -> str:
        return search_key(self.name, self.name_en, self.credit_code)


def _categories(faults: Faults, typed: ApplicationIn, offered: Collection[str]) -> tuple[str, ...]:
    if typed.category is not None and typed.categories is not None:
        faults.add("category", "both", mark("Please give either category or categories."))
        return ()
    name = "categories" if typed.categories is not None else "category"
    given = typed.categories if typed.categories is not None else [typed.category or ""]
    if name == "categories" and len(given) > MAX_CATEGORIES:
        faults.add(name, "too_many", mark("Please choose up to three categories."))
        return ()
    before = len(faults.errors)
    found: list[str] = []
    for n, one in enumerate(given):
        place = f"categories[{n}]" if name == "categories" else name
        code = faults.read(place, one, text.code, required=name == "category", longest=40)
        if code and code not in offered:
            faults.add(place, "unknown", mark("Please choose a category from the list."))
        elif code and code not in found:
            found.append(code)
    if name == "categories" and not found and len(faults.errors) == before:
        faults.add(name, "required", mark("Please choose a category from the list."))
    return tuple(found)


def _fields(faults: Faults, typed: ApplicationIn, offered: Collection[str]) -> tuple[str, ...]:
    if len(typed.fields) > 40:
        faults.add("fields", "too_many", LONG)
        return ()
    found: list[str] = []
    for n, one in enumerate(typed.fields):
        code = faults.read(f"fields[{n}]", one, lambda given: text.code(given).lower(), required=True, longest=40)
        if code and code not in offered:
            faults.add(f"fields[{n}]", "unknown", mark("Please choose a field from the list."))
        elif code and code not in found:
            found.append(code)
    return tuple(found)


def credit_code_of(faults: Faults, typed: ApplicationIn, country: str, *, may_slip: bool = False) -> str | None:
    if country != "CN":
        if faults.read("credit_code", typed.credit_code, text.code, longest=40):
            message = mark("Only firms of mainland China have this code; please leave it empty.")
            faults.add("credit_code", "not_applicable", message)
        return None
    code = faults.read("credit_code", typed.credit_code, credit_code, required=True, longest=40)
    if code and not may_slip and not check_digit_fits(code):
        message = mark("This code has a slip: its last character does not fit the others. Please compare each one.")
        faults.add("credit_code", "check_digit", message)
    return code or None


def _booth(faults: Faults, typed: BoothIn) -> Booth | None:
    kind = faults.read("booth.kind", typed.kind, lambda given: text.code(given).lower(), required=True, longest=40)
    if not kind:
        return None
    if kind not in BoothKind.__members__:
        faults.add("booth.kind", "unknown", mark("Please choose standard booths or raw space."))
        return None
    if kind == BoothKind.standard:
        small = mark("Please wish for at least one booth.")
        count = faults.count("booth.count", typed.count, 1, MAX_BOOTHS, small)
        if typed.area_m2 not in (None, ""):
            faults.add("booth.area_m2", "not_applicable", mark("An area is for raw space only."))
        return Booth(BoothKind.standard, count, None)
    small = mark("Raw space begins at 36 square metres.")
    area = faults.count("booth.area_m2", typed.area_m2, MIN_RAW_AREA, MAX_RAW_AREA, small)
    if typed.count not in (None, ""):
        faults.add("booth.count", "not_applicable", mark("A number of booths is for standard booths only."))
    return Booth(BoothKind.raw, None, area)


def _kind(faults: Faults, typed: ApplicationIn, code: str | None) -> Kind:
    kind = faults.read("kind", typed.kind, lambda given: text.code(given).lower(), longest=40)
    if kind and kind not in Kind.__members__:
        faults.add("kind", "unknown", mark("Please choose a kind from the list."))
    elif kind:
        return Kind(kind)
    return (kind_of_code(code) if code else None) or Kind.company


def lintel_of(faults: Faults, field: str, typed: str | None) -> str:
    found = faults.read(field, typed, text.line, longest=60)
    if lintel_width(found) > LINTEL_WIDTH:
        message = mark("A lintel holds 20 Chinese characters or 40 letters. Please shorten the text.")
        faults.add(field, "too_long", message)
    return found


class Looked(msgspec.Struct, frozen=True):
    """One field, looked at while the rest is still being typed. ``kind``: what a credit code says."""

    value: str
    errors: tuple[FieldError, ...]
    kind: Kind | None = None


#: What can be looked at alone.
LOOKED_AT = frozenset(["credit_code", "contact.mobile", "contact.email", "website", "lintel_zh", "lintel_en"])


def look(field: str, typed: str, country: str = "CN") -> Looked:
    """By the rules that :func:`checked` goes by. Knows nothing of what others have registered."""
    faults = Faults()
    if field == "credit_code":
        code = credit_code_of(faults, ApplicationIn(credit_code=typed), country) or ""
        return Looked(code, tuple(faults.errors), kind_of_code(code) if code else None)
    if field == "contact.mobile":
        where = country if country in countries("en") else "CN"
        found = faults.read(field, typed, lambda given: text.phone(given, where), required=True, longest=40)
    elif field == "contact.email":
        found = faults.read(field, typed, text.email, required=True, longest=254)
    elif field == "website":
        found = faults.read(field, typed, text.website, longest=300)
    else:
        found = lintel_of(faults, field, typed)
    return Looked(found, tuple(faults.errors))


def checked(
    typed: ApplicationIn,
    *,
    categories: Collection[str],
    fields: Collection[str],
    privacy_version: str,
    locale: Locale,
    may_slip: bool = False,
) -> Application:
    """As it is stored; raises everything that is wrong with it at once, each at its dotted member.

    ``locale`` is taken where the application names none. ``may_slip``: somebody compared the credit code with the
    licence, and a wrong check digit passes.
    """
    faults = Faults()
    name = faults.read("name", typed.name, text.line, required=True)
    name_en = faults.read("name_en", typed.name_en, text.line)
    country = faults.read("country", typed.country, text.code, required=True, longest=40)
    if country and country not in countries("en"):
        message = mark("Please give the country by its two letters of ISO 3166, such as CN.")
        faults.add("country", "unknown", message)
        country = ""
    code = credit_code_of(faults, typed, country, may_slip=may_slip) if country else None
    own_categories = _categories(faults, typed, categories)
    own_fields = _fields(faults, typed, fields)
    intro = faults.read("intro", typed.intro, text.paragraphs, longest=3000)
    website = faults.read("website", typed.website, text.website, longest=300)
    contact_name = faults.read("contact.name", typed.contact.name, text.line, required=True, longest=100)
    mobile = faults.read(
        "contact.mobile",
        typed.contact.mobile,
        lambda given: text.phone(given, country or "CN"),
        required=True,
        longest=40,
    )
    email = faults.read("contact.email", typed.contact.email, text.email, required=True, longest=254)
    booth = _booth(faults, typed.booth)
    kind = _kind(faults, typed, code)
    registration_number = faults.read("registration_number", typed.registration_number, text.line, longest=60)
    lintel_zh = lintel_of(faults, "lintel_zh", typed.lintel_zh)
    lintel_en = lintel_of(faults, "lintel_en", typed.lintel_en)
    power = faults.read("power", typed.power, text.line)
    exhibits = faults.read("exhibits", typed.exhibits, text.paragraphs, longest=2000)
    wanted: Locale = locale
    if typed.locale is not None:
        known = [one for one in LOCALES if one.lower() == typed.locale.strip().lower().replace("_", "-")]
        if known:
            wanted = known[0]
        else:
            faults.add("locale", "unknown", mark("Please choose zh-CN or en."))
    version = faults.read("privacy_version", typed.privacy_version, text.line, longest=20)
    if version != privacy_version:
        message = mark("Please read the privacy notice in its present version and agree to it.")
        faults.add("privacy_version", "outdated" if version else "required", message)
    if faults.errors or booth is None:
        raise InvalidInput(errors=tuple(faults.errors))
    return Application(
        name=name,
        name_en=name_en,
        country=country,
        credit_code=code,
        categories=own_categories,
        fields=own_fields,
        intro=intro,
        website=website,
        contact_name=contact_name,
        contact_mobile=mobile,
        contact_email=email,
        booth=booth,
        locale=wanted,
        privacy_version=version,
        kind=kind,
        registration_number="" if country == "CN" else registration_number,
        lintel_zh=lintel_zh,
        lintel_en=lintel_en,
        power=power,
        water=typed.water,
        exhibits=exhibits,
        check_digit_overridden=bool(code) and not check_digit_fits(code or ""),
    )
