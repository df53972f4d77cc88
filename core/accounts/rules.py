"""Rules of signing in, without I/O."""

import unicodedata
from datetime import timedelta
from itertools import pairwise

from core.i18n import mark

#: NIST SP 800-63B: length decides, no composition rules, what everybody guesses first is refused.
SHORTEST, LONGEST = 10, 256
_GUESSED = ("password", "passw0rd", "yinbo", "银博", "qwertyuiop", "1q2w3e4r", "woaini", "iloveyou", "letmein", "admin")

#: Without use, and at the longest.
SESSION_IDLE = timedelta(hours=12)
SESSION_LIFE = timedelta(days=14)
#: ``last_seen_at`` is written no more often.
SEEN_EVERY = timedelta(minutes=1)

LINK_LIFE = {
    "invite": timedelta(days=14),
    "reset": timedelta(hours=2),
    "sign_in": timedelta(minutes=30),
    "second_step": timedelta(minutes=10),
    "setup": timedelta(days=7),
}

TOO_SHORT = ("too_short", mark("Please choose a password of at least ten characters."))
TOO_LONG = ("too_long", mark("Please choose a password of at most 256 characters."))
GUESSED = ("guessed_first", mark("This password is among the first that others would try. Please choose another."))


def normal_password(password: str) -> str:
    """The same password from any keyboard (RFC 8265): compatible forms, spaces kept."""
    return unicodedata.normalize("NFKC", password)


def password_fault(password: str, *about: str) -> tuple[str, str] | None:
    """``about``: the person's own words (name, address), which others would try first."""
    password = normal_password(password)
    if len(password) < SHORTEST:
        return TOO_SHORT
    if len(password) > LONGEST:
        return TOO_LONG
    bare = password.casefold()
    for known in (*_GUESSED, *(word.partition("@")[0] for word in about)):
        if len(known) >= 2:
            bare = bare.replace(known.casefold(), "")
    steps = {ord(b) - ord(a) for a, b in pairwise(bare)}
    if len(bare) < 6 or len(set(bare)) < 4 or len(steps) <= 2:
        return GUESSED
    return None


#: Failures that cost nothing; then 2, 4, 8 … seconds up to a quarter of an hour. An hour of rest forgives all.
FREE_FAILURES = 5
#: Of one address, behind which a whole hall may sit.
FREE_FAILURES_OF_ADDRESS = 50
#: Of an account within an hour; later ones stand in the audit trail as numbers only.
FAILURES_ONE_BY_ONE = 5
LONGEST_PAUSE = timedelta(minutes=15)
FORGIVEN_AFTER = timedelta(hours=1)


def pause_after(failures: int, free: int = FREE_FAILURES) -> timedelta:
    if failures <= free:
        return timedelta(0)
    return min(timedelta(seconds=2 ** min(failures - free, 20)), LONGEST_PAUSE)


#: Links that one account is mailed within an hour, so that nobody's mailbox is flooded by strangers.
LINKS_AN_HOUR = 5
