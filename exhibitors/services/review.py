"""What reviewers decide. The mail waits as long as the decision can be undone."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from core import clock
from core.accounts.roles import Actor
from core.accounts.services.people import locale_of
from core.audit import services as audit
from core.config import settings
from core.db import transaction
from core.editions.queries import EditionInfo
from core.errors import DomainError, FieldError, InvalidInput, NotFound
from core.i18n import mark, translate
from core.mail.services import Message, compose, enqueue, withdraw
from core.privacy.services import opened
from exhibitors.rules import review as rules
from exhibitors.rules import steps
from exhibitors.rules.review import Comment, Words
from exhibitors.services.steps import take_back, taken
from exhibitors.tables import Exhibitor, ExhibitorComment, Status, Step

#: Approved together at most.
MOST_AT_ONCE = 100


class Decided(msgspec.Struct, frozen=True):
    status: Status
    undo_until: datetime


class _Applicant(msgspec.Struct, frozen=True):
    """To whom the mail goes."""

    id: int
    number: str
    status: str
    name: str
    contact_name: str
    contact_email: str
    locale: str


async def _applicant(edition: EditionInfo, number: str) -> _Applicant:
    row = (
        await Exhibitor.select(*(getattr(Exhibitor, name) for name in _Applicant.__struct_fields__))
        .where(Exhibitor.edition == edition.id, Exhibitor.number == number)
        .first()
    )
    if row is None:
        raise NotFound
    return _Applicant(**row)


def _mail(edition: EditionInfo, to: _Applicant, step: Step, said: Words) -> Message:
    locale = locale_of(to.locale)
    return compose(
        "decision",
        locale,
        step=step.value,
        name=to.contact_name,
        firm=to.name,
        number=to.number,
        expo=edition.name(locale),
        note=said.note,
        comments=[(translate(locale, rules.COMMENTABLE[one.field]), one.comment) for one in said.comments],
        page=f"{settings().public_url}/portal",
    )


async def preview(
    edition: EditionInfo, number: str, step: Step, *, note: str = "", comments: Iterable[Comment] = ()
) -> Message:
    """The mail as the applicant would get it. :raises WrongStatus: as :func:`decide`."""
    to = await _applicant(edition, number)
    steps.after(Status(to.status), _decision(step))
    return _mail(edition, to, step, rules.words(note, comments))


def _decision(step: Step) -> Step:
    if step not in steps.DECISIONS:
        raise InvalidInput(errors=(FieldError("decision", "unknown", mark("There is no such decision.")),))
    return step


async def decide(
    actor: Actor,
    edition: EditionInfo,
    number: str,
    step: Step,
    *,
    note: str = "",
    comments: Iterable[Comment] = (),
) -> Decided:
    """Takes the step, keeps what was said with it and writes the mail, which waits ten minutes.

    Joins the caller's transaction, if there is one; what takes time is done by :func:`prepare` before.

    :raises NotFound: 404. :raises WrongStatus: 409. :raises InvalidInput: 422, words that are too long.
    """
    ready = await prepare(edition, number, step, note=note, comments=comments)
    return await settle(actor, edition, ready)


class Ready(msgspec.Struct, frozen=True):
    """A decision with its mail, to be taken inside a transaction."""

    to: _Applicant
    step: Step
    said: Words
    mail: Message


async def prepare(
    edition: EditionInfo, number: str, step: Step, *, note: str = "", comments: Iterable[Comment] = ()
) -> Ready:
    said = rules.words(note, comments)
    to = await _applicant(edition, number)
    return Ready(to, _decision(step), said, _mail(edition, to, step, said))


async def settle(actor: Actor, edition: EditionInfo, ready: Ready) -> Decided:
    to, said = ready.to, ready.said
    until = clock.now() + steps.UNDO_WITHIN
    async with transaction():
        made = await taken(actor, edition, to.number, ready.step, note=said.note)
        if said.comments:
            await ExhibitorComment.insert(
                *(
                    ExhibitorComment(exhibitor=to.id, step=made.id, field=one.field, comment=one.comment)
                    for one in said.comments
                )
            )
        await enqueue(to.contact_email, ready.mail, to_name=to.contact_name, key=_key(made.id), not_before=until)
    return Decided(made.after, until)


def _key(step: int) -> str:
    return f"decision:{step}"


async def undo(actor: Actor, edition: EditionInfo, number: str) -> Status:
    """Takes the last decision back together with its mail.

    :raises TooLateToUndo: 409: ten minutes have passed, the mail is on its way, or another step came after it.
    """
    async with transaction():
        step, back = await take_back(actor, edition, number)
        if not await withdraw(_key(step)):
            raise steps.TooLateToUndo
    return back.after


class Outcome(msgspec.Struct, frozen=True):
    """What became of one of several. ``fault`` is a source text; empty when it went."""

    number: str
    name: str
    fault: str = ""


async def approve_many(actor: Actor, edition: EditionInfo, numbers: Iterable[str]) -> list[Outcome]:
    """Each by itself: what is no longer in a state for it stays behind and is named."""
    found: list[Outcome] = []
    for number in list(dict.fromkeys(numbers))[:MOST_AT_ONCE]:
        name = ""
        try:
            ready = await prepare(edition, number, Step.approve)
            name = ready.to.name
            await settle(actor, edition, ready)
        except DomainError as refused:
            found.append(Outcome(number, name, refused.message))
        else:
            found.append(Outcome(number, name))
    return found


async def open_contact(actor: Actor, edition: EditionInfo, number: str, reason: str) -> None:
    """Writes down who looked at the phone and the address, and why.

    :raises InvalidInput: without a reason.
    """
    await opened(actor, "exhibitor.contact_opened", f"exhibitor:{edition.slug}/{number}", reason)


async def pass_check_digit(actor: Actor, edition: EditionInfo, number: str) -> None:
    """An organizer compared the code with the licence."""
    async with transaction():
        found = (
            await Exhibitor.update({Exhibitor.check_digit_overridden: True})
            .where(Exhibitor.edition == edition.id, Exhibitor.number == number)
            .returning(Exhibitor.credit_code)
        )
        if not found:
            raise NotFound
        await audit.record(
            actor,
            "exhibitor.check_digit_passed",
            f"exhibitor:{edition.slug}/{number}",
            after={"credit_code": found[0]["credit_code"], "check_digit_overridden": True},
        )
