"""Why two fit, in words."""

from core.i18n import Locale, mark, translate
from gateway.projects import COOPERATION, named
from projects.rules.matching import Match

WORDS = {
    "fields": mark("Same fields: %(what)s"),
    "needs": mark("Does what the project needs: %(what)s"),
    "cooperation": mark("Could bring: %(what)s"),
    "offers": mark("In the trade that the project offers: %(what)s"),
    "interest": mark("Has said that it is interested"),
}


def reasons(found: Match, names: dict[str, str], locale: Locale) -> list[str]:
    """``names``: codes of fields and categories as the reader says them."""
    said, kinds = [], named(COOPERATION, locale)
    for one in found.reasons:
        known = kinds if one.part == "cooperation" else names
        what = (", " if locale == "en" else "、").join(known.get(code, code) for code in one.codes)
        said.append(translate(locale, WORDS[one.part], what=what))
    return said
