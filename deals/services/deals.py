"""Writes of deals. Every one is a revision; none is changed or deleted."""

from collections.abc import Sequence

from msgspec.structs import replace

from core import clock
from core.accounts.roles import Actor
from core.audit import sealing
from core.audit import services as audit
from core.audit.rules import NewEntry, plain
from core.chain import GENESIS
from core.db import after_commit, insert_together, run_job, transaction
from core.editions.queries import EditionInfo
from core.errors import FieldError, InvalidInput
from core.events import publish
from core.text import Fault, line
from deals.queries import deals as queries
from deals.queries.deals import Standing
from deals.rules import figures as rules
from deals.rules import ledger
from deals.rules.figures import DealIn, Figures, Known, PartyIn, People
from deals.rules.ledger import Posting, Row, Sealed
from deals.services import duplicates
from deals.services.errors import ChangedMeanwhile, SamePerson, WrongStatus
from deals.services.writing import WRITE, Writing
from deals.tables import Deal, DealParty, DealStatus, DealStep
from projects.queries.meetings import meetings_numbered
from projects.queries.projects import projects_numbered

LONGEST_REASON = 500
_DONE = {
    DealStep.draft: "deal.drafted",
    DealStep.amend: "deal.amended",
    DealStep.confirm: "deal.confirmed",
    DealStep.void: "deal.voided",
}


async def known_of(edition: EditionInfo, typed: Sequence[str | PartyIn]) -> dict[str, Known]:
    """The exhibitors that the parties name. One query."""
    asked = [line(one.exhibitor)[:40] for one in typed[:100] if isinstance(one, PartyIn) and one.exhibitor]
    return await queries.exhibitors_numbered(edition, asked)


async def checked(edition: EditionInfo, typed: DealIn, known: dict[str, Known]) -> tuple[Figures, People]:
    """:raises InvalidInput: with every fault."""
    fields = [choice.code for choice in edition.fields]
    named = rules.number_of(typed.project)
    projects = await projects_numbered(edition, [named]) if named else set()
    met = rules.number_of(typed.meeting)
    meetings = await meetings_numbered(edition, [met]) if met else set()
    return rules.checked(
        typed, fields=fields, exhibitors=known, projects=projects, meetings=meetings, today=edition.today()
    )


def reason_of(typed: str) -> str:
    """:raises InvalidInput: at ``reason``; it stays for good."""
    try:
        said = line(typed[: LONGEST_REASON * 4])
        if not said:
            raise Fault("required", rules.REQUIRED)
        if len(said) > LONGEST_REASON:
            raise Fault("too_long", rules.LONG)
    except Fault as fault:
        raise InvalidInput(errors=(FieldError("reason", fault.code, fault.message),)) from None
    return said


async def create(actor: Actor, edition: EditionInfo, typed: DealIn) -> Standing:
    """A draft. A suspected duplicate is noted and never refused.

    :raises InvalidInput:
    """
    known = await known_of(edition, typed.parties)
    figures, people = await checked(edition, typed, known)
    async with transaction():
        deal, number = await _numbered(actor, edition)
        now = ledger.microseconds(clock.now())
        row, beside, salt = ledger.first(figures, people, at=now, actor=actor.key, step=DealStep.draft, n=1, reason="")
        hash = ledger.seal(edition.id, number, 1, GENESIS, row)
        await _write(
            actor,
            edition,
            number,
            Writing(
                edition=edition.id,
                deal=deal,
                expected=0,
                status=DealStatus.draft.value,
                content=1,
                author=actor.key,
                counted=None,
                sealed=Sealed(1, row, beside, salt, GENESIS, hash),
                entry=_entry(actor, edition, number, DealStep.draft, 1, hash),
            ),
        )
        await _parties(deal, 1, figures, known)
        await duplicates.note(edition, deal, row, list(known.values()))
        return await queries.standing(edition, number)


async def _numbered(actor: Actor, edition: EditionInfo) -> tuple[int, str]:
    """The next number. Of two at once the second waits for the first, so that it also sees what that one wrote."""
    while True:
        last = (
            await Deal.select(Deal.serial)
            .where(Deal.edition == edition.id)
            .order_by(Deal.serial, ascending=False)
            .first()
        )
        serial = 1 + (last["serial"] if last else 0)
        number = f"D-{serial:04d}"
        made = (
            await Deal.insert(
                Deal(edition=edition.id, serial=serial, number=number, author=actor.key, made_at=clock.now())
            )
            .on_conflict(action="DO NOTHING")
            .returning(Deal.id)
        )
        if made:
            return made[0]["id"], number


async def _parties(deal: int, n: int, figures: Figures, known: dict[str, Known]) -> None:
    await insert_together(
        DealParty.insert(
            *(
                DealParty(
                    deal=deal,
                    n=n,
                    position=at,
                    exhibitor=known[party.exhibitor].id if party.exhibitor else None,
                    name=party.name,
                    key=rules.key_of(party.name),
                )
                for at, party in enumerate(figures.parties)
            )
        )
    )


async def amend(
    actor: Actor, edition: EditionInfo, number: str, typed: DealIn, *, reason: str, expected: int | None = None
) -> Standing:
    """New figures, to be confirmed by another person; those that count go on counting until then.

    ``expected``: the revision that was looked at.

    :raises InvalidInput: :raises WrongStatus: it is void. :raises ChangedMeanwhile: :raises NotFound:
    """
    said = reason_of(reason)
    known = await known_of(edition, typed.parties)
    figures, people = await checked(edition, typed, known)
    async with transaction():
        now = await queries.standing(edition, number)
        if now.status is DealStatus.void:
            raise WrongStatus
        n = _next(now, expected)
        row, beside, salt = ledger.first(
            figures, people, at=_at(now), actor=actor.key, step=DealStep.amend, n=n, reason=said
        )
        await _revise(actor, edition, now, row, beside, salt, content=n, author=actor.key, counted=now.counted)
        await _parties(now.id, n, figures, known)
        await duplicates.note(edition, now.id, row, list(known.values()))
        return await queries.standing(edition, number)


async def confirm(
    actor: Actor, edition: EditionInfo, number: str, *, expected: int | None = None, seen: Standing | None = None
) -> Standing:
    """The figures written last count from now on, instead of those that did. ``seen``: the deal, read just before.

    :raises SamePerson: :raises WrongStatus: nothing waits. :raises ChangedMeanwhile: :raises NotFound:
    """
    async with transaction():
        now = seen or await queries.standing(edition, number)
        if not now.pending:
            raise WrongStatus
        if now.author == actor.key:
            raise SamePerson
        row = _again(now.row, now, actor, DealStep.confirm, now.content, "")
        postings = ledger.postings(now.figures)
        if now.counted_figures is not None:
            postings = [*ledger.postings(now.counted_figures, -1), *postings]
        _next(now, expected)
        return await _revise(
            actor,
            edition,
            now,
            row,
            None,
            None,
            status=DealStatus.confirmed,
            content=now.content,
            author=now.author,
            counted=now.content,
            postings=postings,
        )


async def void(
    actor: Actor, edition: EditionInfo, number: str, *, reason: str, expected: int | None = None
) -> Standing:
    """Ends it for good; what counted counts no more.

    :raises InvalidInput: :raises WrongStatus: :raises ChangedMeanwhile: :raises NotFound:
    """
    said = reason_of(reason)
    async with transaction():
        now = await queries.standing(edition, number)
        if now.status is DealStatus.void:
            raise WrongStatus
        _next(now, expected)
        ended = now.counted_row or now.row
        row = _again(ended, now, actor, DealStep.void, now.counted or now.content, said)
        figures = now.counted_figures
        return await _revise(
            actor,
            edition,
            now,
            row,
            None,
            None,
            status=DealStatus.void,
            content=now.content,
            author=now.author,
            counted=None,
            postings=[] if figures is None else ledger.postings(figures, -1),
        )


def _next(now: Standing, expected: int | None) -> int:
    if expected is not None and expected != now.revision:
        raise ChangedMeanwhile
    return now.revision + 1


def _at(now: Standing) -> int:
    """Later than the revision before, whatever the clock says."""
    return max(ledger.microseconds(clock.now()), now.at + 1)


def _again(row: Row, now: Standing, actor: Actor, step: DealStep, content: int, reason: str) -> Row:
    return replace(row, at=_at(now), actor=actor.key, step=step.value, content=content, reason=plain(reason))


async def _revise(
    actor: Actor,
    edition: EditionInfo,
    now: Standing,
    row: Row,
    people: str | None,
    salt: str | None,
    *,
    content: int,
    author: str,
    counted: int | None,
    status: DealStatus | None = None,
    postings: Sequence[Posting] = (),
) -> Standing:
    n, step, becomes = now.revision + 1, DealStep(row.step), status or now.status
    hash = ledger.seal(edition.id, now.number, n, now.hash, row)
    await _write(
        actor,
        edition,
        now.number,
        Writing(
            edition=edition.id,
            deal=now.id,
            expected=now.revision,
            status=becomes.value,
            content=content,
            author=author,
            counted=counted,
            sealed=Sealed(n, row, people, salt, now.hash, hash),
            entry=_entry(actor, edition, now.number, step, n, hash),
            postings=postings,
            cells=ledger.added(postings),
        ),
    )
    return replace(
        now,
        status=becomes,
        revision=n,
        content=content,
        author=author,
        counted=counted,
        hash=hash,
        at=row.at,
        counted_row=now.row if step is DealStep.confirm else None if step is DealStep.void else now.counted_row,
    )


def _entry(actor: Actor, edition: EditionInfo, number: str, step: DealStep, n: int, hash: str) -> NewEntry:
    """Without figures: organizers read the trail."""
    object = f"deal:{edition.slug}/{number}"
    return audit.compose(actor, _DONE[step], object, after={"edition": edition.id, "revision": n, "hash": hash})


async def _write(actor: Actor, edition: EditionInfo, number: str, writing: Writing) -> None:
    if not await run_job(WRITE, writing):
        raise ChangedMeanwhile
    after_commit(sealing.nudge)
    if writing.postings:
        after_commit(lambda: publish("totals", {"edition": edition.slug, "deal": number}))
