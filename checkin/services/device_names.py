"""What a device is called."""

from checkin.tables import ScanDevice
from core import text
from core.accounts.roles import Actor
from core.audit import services as audit
from core.db import transaction
from core.editions.queries import EditionInfo
from core.errors import FieldError, InvalidInput, NotFound
from core.i18n import mark


async def rename(actor: Actor, edition: EditionInfo, device: int, typed: str) -> None:
    """:raises NotFound: no such device in force. :raises InvalidInput: no name."""
    try:
        name = text.line(typed[:400])[:80]
    except text.Fault as fault:
        raise InvalidInput(errors=(FieldError("name", fault.code, fault.message),)) from None
    if not name:
        raise InvalidInput(errors=(FieldError("name", "required", mark("Please fill this in.")),))
    async with transaction():
        rows = (
            await ScanDevice.update({ScanDevice.name: name})
            .where(ScanDevice.id == device, ScanDevice.edition == edition.id, ScanDevice.revoked_at.is_null())
            .returning(ScanDevice.id)
        )
        if not rows:
            raise NotFound
        await audit.record(actor, "device.renamed", f"device:{device}", after={"name": name})
