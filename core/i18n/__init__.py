"""Two languages. Source texts are English; catalogues are gettext ``.po`` files, several to a language
(one an area), read at the first use: there is nothing to compile.

In Python: ``mark("Text")`` where it is written, ``translate(locale, text, **values)`` where it is shown.
In templates: ``_("Text")``, ``_("Text %(name)s", name=...)`` and ``plural("%(n)s day", "%(n)s days", n)``.
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
    """A text with a plural stands under its singular."""
    texts: dict[str, str] = {}
    for path in sorted((CATALOGUES / locale.replace("-", "_")).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=locale.replace("-", "_")):
                source = message.id if isinstance(message.id, str) else message.id[0]
                out = message.string if isinstance(message.string, str) else next(iter(message.string or ()), "")
                if source and out:
                    texts[source] = out
    return texts


def is_known(text: str) -> bool:
    """Whether this is a source text of ours."""
    return text in catalogue("zh-CN")


def translate(locale: Locale, text: str, **values: object) -> str:
    out = text if locale == "en" else catalogue(locale).get(text, text)
    return out % values if values else out


def plural(locale: Locale, one: str, many: str, n: int, **values: object) -> str:
    """English has two forms, Chinese has one."""
    if locale == "en":
        return (one if n == 1 else many) % {"n": n, **values}
    return catalogue(locale).get(one, many) % {"n": n, **values}
