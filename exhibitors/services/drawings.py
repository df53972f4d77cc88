"""Drawings of raw booths: handed in by the exhibitor, approved or sent back by a reviewer (特装审图)."""

from core import clock
from core.accounts.roles import Actor
from core.accounts.services import people
from core.audit import services as audit
from core.config import settings
from core.db import transaction
from core.editions.queries import EditionInfo
from core.errors import DomainError, FieldError, InvalidInput, NotFound
from core.i18n import mark
from core.mail.services import compose, enqueue
from core.text import Fault, paragraphs
from exhibitors.queries.applications import exhibitor_numbered
from exhibitors.rules.desk import ADMITTED
from exhibitors.tables import DrawingState, DrawingSubmission, Exhibitor, ExhibitorFile, FileKind

LONGEST = 2000


class NoDrawing(DomainError):
    code = "no_drawing"
    message = mark("Please add the drawings first, as PDF files.")


class NotYetAdmitted(DomainError):
    code = "wrong_status"
    message = mark("Drawings can be handed in once the application is approved.")


class DecidedAlready(DomainError):
    code = "decided_already"
    message = mark("Somebody has decided on these drawings already, or newer ones have come.")


def _text(field: str, typed: str, *, required: bool = False) -> str:
    try:
        found = paragraphs(typed)
    except Fault as fault:
        raise InvalidInput(errors=(FieldError(field, fault.code, fault.message),)) from fault
    if required and not found:
        message = mark("Please say what is to be changed.")
        raise InvalidInput(errors=(FieldError(field, "required", message),))
    if len(found) > LONGEST:
        raise InvalidInput(errors=(FieldError(field, "too_long", mark("This is too long.")),))
    return found


async def submit(actor: Actor, edition: EditionInfo, number: str, note: str = "") -> None:
    """Hands in the drawings that stand among the files now. What waited before them is no longer waited for.

    :raises NotFound: 404.
    :raises NotYetAdmitted: 409.
    :raises NoDrawing: 409.
    """
    said = _text("note", note)
    async with transaction():
        now = clock.now()
        # The row is written to, so that two at once come one after the other.
        found = (
            await Exhibitor.update({Exhibitor.changed_at: now})
            .where(Exhibitor.edition == edition.id, Exhibitor.number == number)
            .returning(Exhibitor.id, Exhibitor.status)
        )
        if not found:
            raise NotFound
        if found[0]["status"] not in {status.value for status in ADMITTED}:
            raise NotYetAdmitted
        exhibitor = found[0]["id"]
        drawings = await ExhibitorFile.select(ExhibitorFile.file).where(
            ExhibitorFile.exhibitor == exhibitor,
            ExhibitorFile.kind == FileKind.drawing.value,
            ExhibitorFile.removed_at.is_null(),
        )
        if not drawings:
            raise NoDrawing
        await DrawingSubmission.update({DrawingSubmission.current: None}).where(
            DrawingSubmission.exhibitor == exhibitor, DrawingSubmission.current == 1
        )
        await DrawingSubmission.insert(
            DrawingSubmission(
                exhibitor=exhibitor,
                state=DrawingState.submitted.value,
                current=1,
                note=said,
                submitted_by=actor.key,
                # Never before what it holds, were the clock read earlier there.
                submitted_at=clock.now(),
            )
        )
        await audit.record(
            actor,
            "exhibitor.drawings_submitted",
            f"exhibitor:{edition.slug}/{number}",
            after={"files": sorted(row["file"] for row in drawings)},
        )


async def decide(actor: Actor, edition: EditionInfo, submission: int, *, approve: bool, answer: str = "") -> None:
    """A reviewer's word; the exhibitor is told by mail. Of two at once one is heard.

    :raises NotFound: 404.
    :raises InvalidInput: changes are asked for without saying which.
    :raises DecidedAlready: 409.
    """
    row = (
        await DrawingSubmission.select(DrawingSubmission.exhibitor.number.as_alias("number"))
        .where(DrawingSubmission.id == submission, DrawingSubmission.exhibitor.edition == edition.id)
        .first()
    )
    if row is None:
        raise NotFound
    said = _text(f"answer-{submission}", answer, required=not approve)
    firm = await exhibitor_numbered(edition, row["number"])
    locale = people.locale_of(firm.locale)
    mail = compose(
        "drawings_decided",
        locale,
        name=firm.contact.name,
        firm=firm.name,
        expo=edition.name(locale),
        approved=approve,
        note=said,
        page=f"{settings().public_url}/portal/{firm.number}/drawings",
    )
    state = DrawingState.approved if approve else DrawingState.changes
    async with transaction():
        won = (
            await DrawingSubmission.update(
                {
                    DrawingSubmission.state: state.value,
                    DrawingSubmission.answer: said,
                    DrawingSubmission.decided_by: actor.key,
                    DrawingSubmission.decided_name: actor.name[:100],
                    DrawingSubmission.decided_at: clock.now(),
                }
            )
            .where(
                DrawingSubmission.id == submission,
                DrawingSubmission.current == 1,
                DrawingSubmission.state == DrawingState.submitted.value,
            )
            .returning(DrawingSubmission.id)
        )
        if not won:
            raise DecidedAlready
        await audit.record(
            actor,
            "exhibitor.drawings_decided",
            f"exhibitor:{edition.slug}/{firm.number}",
            before={"state": DrawingState.submitted.value},
            after={"state": state.value, "submission": submission},
            note=said,
        )
        await enqueue(firm.contact.email, mail, to_name=firm.contact.name)
