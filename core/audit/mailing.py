"""The head, mailed out of the house: whoever keeps the mail can show later that the chain was cut or made anew."""

from core import clock, text
from core.accounts.roles import Actor
from core.audit import queries, sealing
from core.audit.services import record
from core.audit.tables import AuditAnchor, AuditSetting
from core.db import transaction
from core.errors import FieldError, InvalidInput
from core.i18n import DEFAULT
from core.jobs import every
from core.mail.queries import is_written
from core.mail.services import compose, enqueue


async def set_address(actor: Actor, typed: str) -> None:
    """Empty: nowhere. :raises InvalidInput: at the field ``head_to``."""
    address = typed.strip()
    if address:
        try:
            address = text.email(address)
        except text.Fault as fault:
            raise InvalidInput(errors=(FieldError("head_to", fault.code, fault.message),)) from fault
    before = await queries.head_address()
    async with transaction():
        await AuditSetting.insert(AuditSetting(id=1, head_to=address)).on_conflict(
            target=AuditSetting.id, action="DO UPDATE", values=[AuditSetting.head_to]
        )
        await record(actor, "ledger.address_changed", "ledger:head", personal={"before": before, "after": address})


async def mail_head(*, key: str | None = None) -> bool:
    """Mails the head and notes it; False when there is no address or nothing new to say.

    ``key``: the same one is never mailed twice.
    """
    address = await queries.head_address()
    await sealing.seal_all()
    head = await sealing.head()
    if not address or not head.position:
        return False
    last = await AuditAnchor.select().order_by(AuditAnchor.id, ascending=False).first()
    if key is not None and ((last is not None and last["position"] == head.position) or await is_written(key)):
        return False
    message = compose(
        "ledger_head",
        DEFAULT,
        position=head.position,
        hash=head.hash,
        waiting=await queries.waiting(),
        at=clock.now().strftime("%Y-%m-%d %H:%M UTC"),
    )
    async with transaction():
        await AuditAnchor.insert(AuditAnchor(at=clock.now(), position=head.position, hash=head.hash, sent_to=address))
        await enqueue(address, message, key=key)
    return True


@every(seconds=3600, name="mail the ledger's head")
async def daily() -> None:
    """Once a day, if something was sealed since the last time."""
    await mail_head(key=f"ledger-head-{clock.now():%Y-%m-%d}")
