"""What the desk does with mail that did not go its way, and forgetting what was dealt with."""

from typing import Any

from core import clock
from core.accounts.roles import Actor
from core.audit.services import record
from core.config import settings
from core.db import after_commit, transaction
from core.errors import DomainError
from core.i18n import mark
from core.mail import rules, waking
from core.mail.tables import MailBounce, MailMessage, MailState


class NotNow(DomainError):
    code = "wrong_status"
    message = mark("This mail is no longer in the state that it was shown in.")


class NoServer(DomainError):
    code = "no_mail_server"
    message = mark("No mail server is configured, so mail is kept here. The setting SMTP_URL names one.")


async def _queue(actor: Actor, action: str, *conditions: Any) -> int:
    """All that meet the conditions, with all tries before them."""
    if not settings().smtp_url:
        raise NoServer
    now = clock.now()
    async with transaction():
        queued = (
            await MailMessage.update(
                {
                    MailMessage.state: MailState.queued.value,
                    MailMessage.attempts: 0,
                    MailMessage.next_attempt_at: now,
                    MailMessage.queued_at: now,
                }
            )
            .where(*conditions, MailMessage.text != "")
            .returning(MailMessage.id)
        )
        if queued:
            only = f"mail:{queued[0]['id']}" if len(queued) == 1 else "mail"
            await record(actor, action, only, after={"ids": [row["id"] for row in queued]})
            after_commit(waking.nudge)
    return len(queued)


async def retry(actor: Actor, number: int) -> None:
    """Puts a failed or kept one into the queue.

    :raises NotNow: it is neither, or its text is forgotten.
    :raises NoServer: there is nobody to give it to.
    """
    if not await _queue(
        actor, "mail.retried", MailMessage.id == number, MailMessage.state.is_in([s.value for s in rules.AGAIN])
    ):
        raise NotNow


async def retry_failed(actor: Actor) -> int:
    """All that failed, but not to addresses noted as refused; answers how many."""
    refused = [row["address"] for row in await MailBounce.select(MailBounce.address)]
    conditions = [MailMessage.state == MailState.failed.value]
    if refused:
        conditions.append(MailMessage.to_address.not_in(refused))
    return await _queue(actor, "mail.retried", *conditions)


async def send_kept(actor: Actor, ids: list[int] | None = None) -> int:
    """What was kept while there was no server: these, or all; answers how many."""
    conditions = [MailMessage.state == MailState.kept.value]
    if ids is not None:
        if not ids:
            return 0
        conditions.append(MailMessage.id.is_in(ids))
    return await _queue(actor, "mail.kept_sent", *conditions)


async def clear_bounce(actor: Actor, number: int) -> None:
    """The address works again; its failed mail can be retried."""
    async with transaction():
        gone = await MailBounce.delete().where(MailBounce.id == number).returning(MailBounce.address)
        if gone:
            await record(actor, "mail.bounce_cleared", f"bounce:{number}", personal={"address": gone[0]["address"]})


async def purge() -> None:
    """Forgets texts and names of what was sent, failed or kept long ago; that it was stays."""
    over = [MailState.sent.value, MailState.failed.value, MailState.kept.value]
    async with transaction():
        await MailMessage.update({MailMessage.text: "", MailMessage.html: "", MailMessage.to_name: ""}).where(
            MailMessage.state.is_in(over),
            MailMessage.queued_at < clock.now() - rules.TEXT_KEPT_FOR,
            MailMessage.text != "",
        )
