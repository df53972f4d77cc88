"""How a mail is tried again, and which ones hold what nobody but the recipient may read."""

import random
from datetime import timedelta

from core.mail.tables import MailState

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)
#: From when it was put into the queue; RFC 5321 (4.5.4.1) says four to five days, but a link has run out by then.
GIVES_UP_AFTER = timedelta(days=2)
#: How long the texts of mails that were dealt with are kept.
TEXT_KEPT_FOR = timedelta(days=90)
#: Their links let somebody in. Organizers don't read them, and once sent they are forgotten at once.
SECRET = frozenset({"badge", "colleague", "desk_link", "draft_link", "invitation", "registered", "reset", "sign_in"})
#: What the desk may put into the queue again.
AGAIN = (MailState.failed, MailState.kept)


def pause_after(tries: int, first: timedelta = FIRST_PAUSE, longest: timedelta = LONGEST_PAUSE) -> timedelta:
    """1, 2, 4 … minutes up to six hours, each ± 20 %, so that many don't come back at once."""
    doubled: timedelta = min(first * 2 ** min(tries - 1, 20), longest)
    return doubled * random.uniform(0.8, 1.2)  # noqa: S311
