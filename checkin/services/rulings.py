"""What an organizer finds of two scans that do not go together."""

from checkin.tables import Ruling, Scan, ScanRuling
from core import clock, text
from core.accounts.roles import Actor
from core.audit import services as audit
from core.db import transaction
from core.editions.queries import EditionInfo
from core.errors import FieldError, InvalidInput, NotFound
from core.i18n import mark


async def rule(actor: Actor, edition: EditionInfo, scan: int, ruling: str, note: str) -> None:
    """The latest counts; earlier ones stay. Who is inside does not change by it: for that a scan is taken back.

    :raises NotFound: no such conflict. :raises InvalidInput: no ruling, or one that needs a word.
    """
    errors: list[FieldError] = []
    if ruling not in Ruling.__members__:
        errors.append(FieldError("ruling", "required", mark("Please choose what it was.")))
    said = ""
    try:
        said = text.line(note)
    except text.Fault as fault:
        errors.append(FieldError("note", fault.code, fault.message))
    if len(said) > 500:
        errors.append(FieldError("note", "too_long", mark("This is too long.")))
    if ruling == Ruling.other.value and not said:
        errors.append(FieldError("note", "required", mark("Please say what it was.")))
    if errors:
        raise InvalidInput(errors=tuple(errors))
    async with transaction():
        if not await Scan.exists().where(Scan.id == scan, Scan.edition == edition.id, Scan.conflict.eq(True)):
            raise NotFound
        await ScanRuling.insert(
            ScanRuling(edition=edition.id, scan=scan, ruling=ruling, note=said, actor=actor.key, at=clock.now())
        )
        await audit.record(
            actor,
            "conflict.ruled",
            f"scan:{scan}",
            after={"ruling": ruling},
            personal={"note": said} if said else None,
        )
