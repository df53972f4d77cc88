"""Mail that is to be sent, and what became of it. Personal columns: ``to_address``, ``to_name``, ``text``, ``html``."""

from enum import StrEnum

from piccolo.columns import Integer, Serial, Text, Timestamptz, Varchar
from piccolo.table import Table


class MailState(StrEnum):
    queued = "queued"
    #: Claimed by a worker until ``claimed_until``.
    sending = "sending"
    sent = "sent"
    #: For good: the server's answer stands in ``last_answer``.
    failed = "failed"
    #: No mail server is configured; readable in the desk.
    kept = "kept"


class MailMessage(Table, tablename="mail_message"):
    id: Serial
    #: Made once, so that a mail sent twice is recognised as one.
    message_id = Varchar(length=200, unique=True)
    #: The same key is never enqueued twice.
    key = Varchar(length=200, unique=True, null=True, default=None)
    to_address = Varchar(length=254)
    to_name = Varchar(length=200)
    locale = Varchar(length=10)
    template = Varchar(length=60)
    subject = Varchar(length=500)
    text = Text()
    html = Text()
    state = Varchar(length=10)
    attempts = Integer(default=0)
    next_attempt_at = Timestamptz()
    #: When it was last put into the queue: from here on it is tried for so long.
    queued_at = Timestamptz()
    #: Made anew with each claim, so that who lost one writes nothing more.
    claimed_by = Varchar(length=60, default="")
    claimed_until = Timestamptz(default=None, null=True)
    last_answer = Text(default="")
    created_at = Timestamptz()
    sent_at = Timestamptz(default=None, null=True)


class MailBounce(Table, tablename="mail_bounce"):
    """An address that a server refused for good. Personal column: ``address``."""

    id: Serial
    address = Varchar(length=254, unique=True)
    answer = Text()
    at = Timestamptz()
