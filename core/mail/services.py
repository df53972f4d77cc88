"""Writing mail: composed before the transaction, enqueued inside it, sent later by a worker."""

from datetime import datetime
from functools import cache
from pathlib import Path
from secrets import token_hex
from typing import Any
from urllib.parse import urlsplit

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from core import clock, text
from core.config import settings
from core.db import after_commit, transaction
from core.errors import FieldError, InvalidInput
from core.i18n import Locale, translate
from core.mail import waking
from core.mail.tables import MailMessage, MailState
from core.privacy.registry import is_erased

TEMPLATES = Path(__file__).parent / "templates"


class Message(msgspec.Struct, frozen=True):
    template: str
    locale: Locale
    subject: str
    text: str
    html: str


@cache
def _environment(locale: Locale, *, html: bool) -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=html,  # noqa: S701  # plain text has nothing to escape
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )

    def _(source: str, **values: object) -> str:
        return translate(locale, source, **values)

    made.globals |= {"_": _, "locale": locale}
    return made


def compose(template: str, locale: Locale, **values: Any) -> Message:
    """``NAME.txt``, whose first line is the subject, and ``NAME.html``, in the recipient's language."""
    plain = _environment(locale, html=False).get_template(f"{template}.txt").render(**values)
    subject, _, body = plain.strip().partition("\n")
    html = _environment(locale, html=True).get_template(f"{template}.html").render(subject=subject, **values)
    return Message(template, locale, " ".join(subject.split())[:500], body.strip() + "\n", html)


def _message_id() -> str:
    host = urlsplit(settings().public_url).hostname or "localhost"
    return f"<{token_hex(16)}@{host}>"


async def enqueue(
    to_address: str, message: Message, *, to_name: str = "", key: str | None = None, not_before: datetime | None = None
) -> None:
    """Inside the transaction of what causes it. With a ``key`` that was used before, nothing happens.

    To somebody whose data were erased nothing is written.

    :raises InvalidInput: the address is none.
    """
    if is_erased(to_address):
        return
    try:
        address = text.email(to_address)
    except text.Fault as fault:
        raise InvalidInput(errors=(FieldError("email", fault.code, fault.message),)) from fault
    now = clock.now()
    row = MailMessage(
        message_id=_message_id(),
        key=key,
        to_address=address,
        to_name=text.line(to_name)[:200],
        locale=message.locale,
        template=message.template,
        subject=message.subject,
        text=message.text,
        html=message.html,
        state=(MailState.queued if settings().smtp_url else MailState.kept).value,
        next_attempt_at=not_before or now,
        queued_at=not_before or now,
        created_at=now,
    )
    async with transaction():
        inserting = MailMessage.insert(row)
        if key is not None:
            inserting = inserting.on_conflict(target=MailMessage.key, action="DO NOTHING")
        await inserting
        after_commit(waking.nudge)


async def withdraw(key: str) -> bool:
    """Takes back a mail that was not sent yet; False when it is too late."""
    async with transaction():
        gone = (
            await MailMessage.delete()
            .where(
                MailMessage.key == key,
                MailMessage.state.is_in([MailState.queued.value, MailState.kept.value]),
                MailMessage.attempts == 0,
            )
            .returning(MailMessage.id)
        )
    return bool(gone)
