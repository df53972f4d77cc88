"""Looking at what lists mask: whoever does gives a reason, which stays in the trail."""

from core.accounts.roles import Actor
from core.audit import services as audit
from core.db import transaction
from core.errors import FieldError, InvalidInput
from core.i18n import mark


async def opened(actor: Actor, action: str, subject: str, reason: str) -> None:
    """Writes down who looked, at what and why. :raises InvalidInput: without a reason."""
    why = " ".join(reason.split())[:200]
    if len(why) < 2:
        raise InvalidInput(errors=(FieldError("reason", "required", mark("Please say why, in a few words.")),))
    async with transaction():
        await audit.record(actor, action, subject, note=why)
