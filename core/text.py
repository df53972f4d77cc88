"""What people type, made one way: full-width letters, stray spaces, invisible characters, phone numbers, addresses.

Every function raises :class:`Fault` on what can't be mended; its message is a source text.
"""

import re
import unicodedata
from urllib.parse import urlsplit

import email_validator
import phonenumbers

from core.i18n import mark


class Fault(ValueError):
    """``code`` is stable, ``message`` a marked source text."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(code)


UNREADABLE = ("unreadable", mark("This contains characters that can't be stored."))

#: Zero-width characters, soft hyphens and the controls that turn the direction of writing: invisible, so they
#: make two equal names differ or show one for another.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
#: Letters and digits of full width only: （） and ， belong into Chinese names and stay.
_NARROW = {
    **{wide: wide - 0xFEE0 for wide in range(0xFF10, 0xFF1A)},
    **{wide: wide - 0xFEE0 for wide in range(0xFF21, 0xFF3B)},
    **{wide: wide - 0xFEE0 for wide in range(0xFF41, 0xFF5B)},
}
#: The end of a C string, and halves of characters.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_CONTROLS = re.compile("[\x01-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")


def _readable(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    if _UNSTORABLE.search(text):
        raise Fault(*UNREADABLE)
    text = _INVISIBLE.sub("", _CONTROLS.sub("", text))
    return unicodedata.normalize("NFC", text).translate(_NARROW)


def line(text: str) -> str:
    """One line: a name, a title. Runs of white space become one space."""
    return " ".join(_readable(text).split())


def paragraphs(text: str) -> str:
    """Several lines: an introduction. At most one empty line in a row."""
    lines = [" ".join(part.split()) for part in re.split(r"\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]", _readable(text))]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def code(text: str) -> str:
    """A code: no white space, ASCII where compatible, upper case."""
    bare = "".join(unicodedata.normalize("NFKC", _readable(text)).split())
    return "".join(unicodedata.normalize("NFKC", bare.upper()).split())


def search_key(text: str) -> str:
    """What a search compares: compatible forms, lower case, without white space at the edges."""
    return unicodedata.normalize("NFKC", line(text)).casefold().strip()


_DASHES = re.compile(r"[\s\-‐-―−－·.()（）]")
_CHINESE_MOBILE = re.compile(r"1[3-9]\d{9}")
PHONE = ("phone", mark("Please enter a phone number that we can call, such as 138 0013 8000."))


def phone(text: str, country: str = "CN") -> str:
    """E.164. A mainland mobile is ``1[3-9]`` and nine digits, whatever range is in use today; anything else must
    be a possible number of its country, written with + unless it is ``country``'s own."""
    typed = unicodedata.normalize("NFKC", _readable(text)).strip()
    bare = _DASHES.sub("", typed)
    own = re.sub(r"^(\+86|0086|86(?=1[3-9]\d{9}$))", "", bare)
    if _CHINESE_MOBILE.fullmatch(own) and (country == "CN" or own != bare):
        return f"+86{own}"
    if bare.startswith("00"):
        typed = f"+{bare[2:]}"
    try:
        number = phonenumbers.parse(typed, None if typed.startswith("+") else country)
    except phonenumbers.NumberParseException:
        raise Fault(*PHONE) from None
    national = phonenumbers.national_significant_number(number)
    # Of mainland area codes only Beijing's begins with 1: anything else is a mobile with a slip.
    slipped = (
        number.country_code == 86 and national.startswith("1") and not (national[1] == "0" and len(national) == 10)
    )
    if not phonenumbers.is_possible_number(number) or slipped:
        raise Fault(*PHONE)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def mask_phone(e164: str) -> str:
    """``138****1234``: what lists show. Other countries keep their prefix and the last two digits."""
    if e164.startswith("+86") and len(e164) == 14:
        return f"{e164[3:6]}****{e164[-4:]}"
    return f"{e164[:3]}****{e164[-2:]}" if len(e164) > 6 else "****"


def mask_email(address: str) -> str:
    """``f***@example.com``: enough to see whose it is not."""
    name, _, host = address.partition("@")
    return f"{name[:1]}***@{host}"


_EMAILS = re.compile(r"[^\s<>()\[\]\"',;:]+@[^\s<>()\[\]\"',;:]+")


def mask_emails(text: str) -> str:
    """Every address in what a server or a person wrote."""
    return _EMAILS.sub(lambda found: mask_email(found[0]), text)


EMAIL = ("email", mark("Please enter an email address such as name@example.com."))


def email(text: str) -> str:
    """Well-formed; whether somebody reads it only a mail can tell. The domain in lower case."""
    typed = "".join(unicodedata.normalize("NFKC", _readable(text)).split())
    try:
        return email_validator.validate_email(typed, check_deliverability=False, test_environment=True).normalized
    except email_validator.EmailNotValidError:
        pass
    try:
        if typed.lower().endswith(".invalid"):  # RFC 2606: what demo data and tests use
            email_validator.validate_email(f"{typed[:-8]}.example.com", check_deliverability=False)
            return typed.lower()
    except email_validator.EmailNotValidError:
        pass
    raise Fault(*EMAIL)


WEBSITE = ("website", mark("Please enter a web address such as www.example.com."))
_HOST = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")


def website(text: str) -> str:
    """An http(s) address with a public host name; https is assumed. No user name, so that none can mislead."""
    typed = unicodedata.normalize("NFKC", _readable(text)).strip()
    if not re.match(r"^[a-z][a-z0-9+.-]*://", typed, re.IGNORECASE):
        typed = f"https://{typed}"
    try:
        parts = urlsplit(typed)
        host = (parts.hostname or "").encode("idna").decode().lower()
        port = parts.port
    except (ValueError, UnicodeError):
        raise Fault(*WEBSITE) from None
    bad = parts.scheme.lower() not in ("http", "https") or parts.username is not None or re.search(r"\s", typed)
    if bad or not _HOST.fullmatch(host):
        raise Fault(*WEBSITE)
    where = f"{host}:{port}" if port else host
    tail = "".join(
        [parts.path, f"?{parts.query}" if parts.query else "", f"#{parts.fragment}" if parts.fragment else ""]
    )
    return f"{parts.scheme.lower()}://{where}{tail}"


def integer(text: str | int) -> int:
    """A whole number as people type it, full width and with grouping."""
    if isinstance(text, int):
        return text
    typed = re.sub(r"[\s,，]", "", unicodedata.normalize("NFKC", text))
    if not re.fullmatch(r"[+-]?[0-9]{1,12}", typed):
        raise Fault("number", mark("Please enter a whole number."))
    return int(typed)
