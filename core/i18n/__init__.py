"""Two languages. Source texts are English; catalogues are gettext ``.po`` files, several to a language
(one an area), read at the first use: there is nothing to compile.

In Python: ``mark("Text")`` where it is written, ``translate(locale, text, **values)`` where it is shown.
In templates: ``_("Text")`` and ``_("Text %(name)s", name=...)``.
"""

from functools import cache
from pathlib import Path
from typing import Literal, get_args

from babel.messages.pofile import read_po

Locale = Literal["zh-CN", "en"]
LOCALES: tuple[Locale, ...] = get_args(Locale)
DEFAULT: Locale = "zh-CN"
CATALOGUES = Path(__file__).parent / "catalogues"


def mark(text: str) -> str:
    """Marks a source text for the catalogues; changes nothing."""
    return text


@cache
def catalogue(locale: Locale) -> dict[str, str]:
    texts: dict[str, str] = {}
    for path in sorted((CATALOGUES / locale.replace("-", "_")).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=locale.replace("-", "_")):
                if message.id and isinstance(message.id, str) and message.string:
                    texts[message.id] = str(message.string)
    return texts


def is_known(text: str) -> bool:
    """Whether this is a source text of ours."""
    return text in catalogue("zh-CN")


def translate(locale: Locale, text: str, **values: object) -> str:
    out = catalogue(locale).get(text, text)
    return out % values if values else out
