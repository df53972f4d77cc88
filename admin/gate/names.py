"""The rules' words as the desk says them."""

from checkin.tables import BadgeKind, Reason, Reentry, Ruling
from core.i18n import Locale, mark, translate

KINDS = {
    BadgeKind.exhibitor: mark("Exhibitor"),
    BadgeKind.visitor: mark("Visitor"),
    BadgeKind.guest: mark("Guest"),
    BadgeKind.speaker: mark("Speaker"),
    BadgeKind.press: mark("Press"),
    BadgeKind.crew: mark("Crew"),
    BadgeKind.group: mark("Group"),
}
REASONS = {
    Reason.unknown_code: mark("unknown code"),
    Reason.bad_signature: mark("forged code"),
    Reason.revoked: mark("badge revoked"),
    Reason.not_today: mark("not on this day"),
    Reason.wrong_area: mark("not for this area"),
    Reason.already_inside: mark("inside already"),
    Reason.already_used: mark("used already"),
    Reason.not_inside: mark("not inside"),
    Reason.full: mark("area full"),
    Reason.closed: mark("checkpoint closed"),
}
REENTRIES = {
    Reentry.once: mark("once in all"),
    Reentry.daily: mark("once a day"),
    Reentry.free: mark("as often as one likes"),
}
RULINGS = {
    Ruling.both_right: mark("Both were right"),
    Ruling.mistake_a: mark("The first was a mistake"),
    Ruling.mistake_b: mark("The second was a mistake"),
    Ruling.badge_passed_on: mark("The badge was passed on"),
    Ruling.other: mark("Something else"),
}


def kinds(locale: Locale) -> dict[str, str]:
    return {kind.value: translate(locale, text) for kind, text in KINDS.items()}


def reasons(locale: Locale) -> dict[str, str]:
    return {reason.value: translate(locale, text) for reason, text in REASONS.items()}


def rulings(locale: Locale) -> dict[str, str]:
    return {ruling.value: translate(locale, text) for ruling, text in RULINGS.items()}


#: Directions and verdicts.
OTHERS = {"in": mark("in"), "out": mark("out"), "admitted": mark("Admitted"), "refused": mark("Refused")}


def words(locale: Locale) -> dict[str, str]:
    """All of them, for spreadsheets."""
    others = {word: translate(locale, text) for word, text in OTHERS.items()}
    return {**kinds(locale), **reasons(locale), **rulings(locale), **others}
