"""The language and the type size of a request: the cookie of the switch first, then ``Accept-Language``."""

from functools import lru_cache
from typing import Any, Literal

from babel import negotiate_locale
from litestar.connection import ASGIConnection

from core.i18n import DEFAULT, LOCALES, Locale

LOCALE_COOKIE = "lang"
SIZE_COOKIE = "size"
Size = Literal["normal", "large"]


def locale_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Locale:
    chosen = connection.cookies.get(LOCALE_COOKIE)
    for locale in LOCALES:
        if chosen == locale:
            return locale
    header = connection.headers.get("accept-language", "")
    return _preferred(header[:200]) if header else DEFAULT


@lru_cache(maxsize=1024)
def _preferred(header: str) -> Locale:
    """In the header's order; its weights are nearly always in that order too."""
    wanted = [part.split(";")[0].strip().replace("-", "_") for part in header.split(",")][:10]
    found = negotiate_locale(wanted, ["zh_CN", "zh", "en"])
    if found is None:
        return DEFAULT
    return "en" if found == "en" else "zh-CN"


def size_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Size:
    return "large" if connection.cookies.get(SIZE_COOKIE) == "large" else "normal"
