"""Which badges are asked for: the filter in an address or in a form, and the words for it."""

from collections.abc import Mapping

from admin.gate import names
from checkin.printing.layouts import Layout
from checkin.queries.badges import LONGEST, Filter
from checkin.tables import BadgeKind, BadgeStatus
from core.i18n import Locale, mark, translate

HOME = "/admin/badges"
STATES = {
    BadgeStatus.active: mark("Valid"),
    BadgeStatus.revoked: mark("Revoked"),
    BadgeStatus.replaced: mark("Replaced"),
    BadgeStatus.blank: mark("Blank"),
}
LAYOUTS = {
    Layout.a6: mark("A6, one badge a page"),
    Layout.card: mark("Card of 86 × 54 mm, one a page"),
    Layout.a4x4: mark("A4 with four badges and crop marks"),
    Layout.a4x8: mark("A4 with eight cards and crop marks"),
}
_EITHER = {"yes": True, "no": False}
#: What a question of yes and no is called when it is answered.
_ANSWERS = {
    ("printed", True): mark("printed"),
    ("printed", False): mark("not printed yet"),
    ("arrived", True): mark("arrived"),
    ("arrived", False): mark("not arrived yet"),
}


def filter_of(asked: Mapping[str, str]) -> Filter:
    """What cannot be is not asked for."""
    kind, status = asked.get("kind", ""), asked.get("status", "")
    return Filter(
        kind=BadgeKind(kind) if kind in BadgeKind.__members__ else None,
        status=BadgeStatus(status) if status in BadgeStatus.__members__ else None,
        q=asked.get("q", "").replace("\x00", "").strip()[:LONGEST],
        printed=_EITHER.get(asked.get("printed", "")),
        arrived=_EITHER.get(asked.get("arrived", "")),
    )


def values_of(only: Filter) -> dict[str, str]:
    """As :func:`filter_of` reads it again, without what is not asked for."""
    either = {True: "yes", False: "no", None: ""}
    found = {
        "q": only.q,
        "kind": only.kind or "",
        "status": only.status or "",
        "printed": either[only.printed],
        "arrived": either[only.arrived],
    }
    return {name: str(value) for name, value in found.items() if value}


def layouts(locale: Locale) -> list[tuple[str, str]]:
    return [(layout.value, translate(locale, text)) for layout, text in LAYOUTS.items()]


def states(locale: Locale) -> dict[str, str]:
    return {status.value: translate(locale, text) for status, text in STATES.items()}


def answers(locale: Locale, name: str) -> list[tuple[str, str]]:
    return [(said, translate(locale, _ANSWERS[name, answer])) for said, answer in _EITHER.items()]


def words(locale: Locale, only: Filter) -> list[str]:
    """The filter said in words, for who looks at it later. Empty: all."""
    found = [only.q] if only.q else []
    if only.kind is not None:
        found.append(names.kinds(locale)[only.kind.value])
    if only.status is not None:
        found.append(states(locale)[only.status.value])
    for name, answer in (("printed", only.printed), ("arrived", only.arrived)):
        if answer is not None:
            found.append(translate(locale, _ANSWERS[name, answer]))
    return found
