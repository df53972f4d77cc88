"""Writes of meetings. Of two that want a table, a firm or a visitor for the same minute, the unique index lets one."""

from datetime import timedelta
from typing import Any

from checkin.queries.badges import BadgeInfo, badge_with_serial
from core import clock
from core.accounts.roles import Actor, Role
from core.audit import services as audit
from core.db import transaction
from core.editions.queries import EditionInfo
from core.errors import DomainError, FieldError, InvalidInput, NotFound
from core.i18n import mark
from exhibitors.queries import desk
from exhibitors.rules.faults import Faults
from projects.queries import meetings as queries
from projects.queries.meetings import MeetingInfo
from projects.queries.projects import ProjectInfo, published_one
from projects.rules import meetings as rules
from projects.rules.interests import checked_message
from projects.rules.meetings import MeetingIn, Place, PlaceIn
from projects.rules.timetable import when
from projects.services import telling
from projects.tables import Interest, Meeting, MeetingMinute, MeetingSide, MeetingState, Outcome


class WrongStep(DomainError):
    code = "wrong_status"
    message = mark("The meeting's present state does not allow this.")


class MeetsAlready(DomainError):
    code = "meeting_exists"
    message = mark("A meeting of these two is under way already.")


class TableTaken(DomainError):
    code = "table_taken"
    message = mark("Another meeting has this table, or one of the two, at that time.")


class NoMeeting(DomainError):
    code = "no_meeting"
    message = mark("This badge has no meeting within the next hour.")


#: How long before and after its beginning one asks for a meeting's table.
EARLY = timedelta(hours=1)
NO_FIRM = mark("There is no exhibitor of this number that takes part.")


def _unknown(field: str, message: str) -> InvalidInput:
    return InvalidInput(errors=(FieldError(field, "unknown", message),))


async def _partner(
    actor: Actor, edition: EditionInfo, project: ProjectInfo, typed: MeetingIn
) -> tuple[dict[Any, Any], int]:
    """Its column and who it is. :raises InvalidInput: at ``exhibitor`` or ``badge``."""
    if bool(typed.exhibitor) == bool(typed.badge):
        message = mark("Please say with whom: an exhibitor or a visitor who is interested.")
        raise InvalidInput(errors=(FieldError("exhibitor", "required", message),))
    if typed.exhibitor:
        firm = await desk.taking_part(edition, typed.exhibitor)
        if firm is None or firm == project.exhibitor_id:
            raise _unknown("exhibitor", NO_FIRM)
        return {Meeting.exhibitor: firm}, -firm
    try:
        badge = await badge_with_serial(edition, (typed.badge or "")[:20])
        who = badge.root or badge.id
        shown = await Interest.exists().where(
            Interest.project == project.id, Interest.who == who, Interest.withdrawn_at.is_null()
        )
    except NotFound:
        shown = False
    if not shown:
        raise _unknown("badge", mark("This visitor has not said to be interested in the project."))
    return {Meeting.badge: badge.id}, who


async def _asking_side(actor: Actor, project: ProjectInfo, partner: dict[Any, Any]) -> MeetingSide:
    """:raises InvalidInput: neither of the two, and no organizer: told as one that is not there."""
    if Role.organizer in actor.roles:
        return MeetingSide.organizer
    own = await desk.own_exhibitors(actor)
    if project.exhibitor_id is not None and project.exhibitor_id in own:
        return MeetingSide.owner
    if partner.get(Meeting.exhibitor) in own:
        return MeetingSide.partner
    raise _unknown("exhibitor", NO_FIRM)


async def ask(actor: Actor, edition: EditionInfo, typed: MeetingIn, *, quietly: bool = False) -> MeetingInfo:
    """By the project's owner, by the firm that wants to meet it, or by an organizer. ``quietly``: nobody is mailed.

    :raises InvalidInput: also where neither of the two is this person's. :raises MeetsAlready: 409.
    """
    try:
        project = await published_one(edition, typed.project[:20])
    except NotFound:
        raise _unknown("project", mark("There is no such project.")) from None
    message = checked_message(typed.message)
    partner, who = await _partner(actor, edition, project, typed)
    side = await _asking_side(actor, project, partner)
    now = clock.now()
    async with transaction():
        if await Meeting.exists().where(Meeting.project == project.id, Meeting.open == who):
            raise MeetsAlready
        while True:
            rows = (
                await Meeting.insert(
                    Meeting(
                        {
                            Meeting.edition: edition.id,
                            Meeting.number: rules.new_number(),
                            Meeting.project: project.id,
                            Meeting.who: who,
                            Meeting.open: who,
                            Meeting.asked_side: side.value,
                            Meeting.message: message,
                            Meeting.made_by: actor.key,
                            Meeting.made_at: now,
                            Meeting.changed_at: now,
                            **partner,
                        }
                    )
                )
                .on_conflict(action="DO NOTHING")
                .returning(Meeting.number)
            )
            if rows:
                break
            if await Meeting.exists().where(Meeting.project == project.id, Meeting.open == who):
                raise MeetsAlready
        made = await queries.meeting_numbered(edition, rows[0]["number"])
        await _noted(actor, edition, made, "meeting.asked")
        if not quietly:
            await telling.meeting(edition, made, but=side)
    return made


async def _noted(actor: Actor, edition: EditionInfo, meeting: MeetingInfo, action: str, **after: Any) -> None:
    told = {"project": meeting.project, "state": meeting.state.value, **after}
    await audit.record(actor, action, f"meeting:{edition.slug}/{meeting.number}", after=told)


async def step(
    actor: Actor,
    edition: EditionInfo,
    number: str,
    state: MeetingState,
    *,
    side: MeetingSide | None = None,
    quietly: bool = False,
) -> MeetingInfo:
    """Accepted or declined by whoever was asked, cancelled by either, missed by an organizer's word.

    ``side``: who it is, where that is known in another way than by an account: by the page of a badge.

    :raises NotFound: not this person's. :raises WrongStep: 409.
    """
    async with transaction():
        stands = await queries.meeting_numbered(edition, number)
        side = side or await queries.side_of(actor, stands)
        if state not in rules.STEPS[stands.state] or state is MeetingState.held:
            raise WrongStep
        answering = state in (MeetingState.accepted, MeetingState.declined)
        if answering and not rules.may_answer(stands.asked_side, side):
            raise WrongStep
        if state is MeetingState.missed and side is not MeetingSide.organizer:
            raise WrongStep
        await _move(stands, {Meeting.state: state.value, Meeting.open: stands.who if state in rules.OPEN else None})
        if state not in rules.OPEN:
            await MeetingMinute.delete().where(MeetingMinute.meeting == stands.id)
        after = await queries.meeting_numbered(edition, number)
        await _noted(actor, edition, after, f"meeting.{state.value}")
        if not quietly:
            await telling.meeting(edition, after, but=side)
    return after


async def _move(stands: MeetingInfo, values: dict[Any, Any]) -> None:
    """:raises WrongStep: somebody was faster."""
    moved = (
        await Meeting.update({**values, Meeting.changed_at: clock.now()})
        .where(Meeting.id == stands.id, Meeting.state == stands.state.value)
        .returning(Meeting.id)
    )
    if not moved:
        raise WrongStep


def minutes_of(edition: EditionInfo, meeting: MeetingInfo, place: Place) -> list[MeetingMinute]:
    """Whom and what it takes: in one order for all who plan at once."""
    keys = sorted({*rules.keys_of(meeting), f"t:{edition.id}:{place.table}"})
    return [MeetingMinute(meeting=meeting.id, key=key, minute=minute) for key in keys for minute in place.minutes]


async def place(
    actor: Actor, edition: EditionInfo, number: str, typed: PlaceIn, *, quietly: bool = False
) -> MeetingInfo:
    """A table and a time for one that was accepted, by an organizer; given anew it is moved.

    :raises TableTaken: :raises WrongStep: 409. :raises InvalidInput: :raises NotFound:
    """
    wanted = rules.checked_place(typed)
    async with transaction():
        stands = await queries.meeting_numbered(edition, number)
        if stands.state is not MeetingState.accepted:
            raise WrongStep
        await MeetingMinute.delete().where(MeetingMinute.meeting == stands.id)
        rows = minutes_of(edition, stands, wanted)
        got = await MeetingMinute.insert(*rows).on_conflict(action="DO NOTHING").returning(MeetingMinute.id)
        if len(got) != len(rows):
            raise TableTaken
        times: dict[Any, Any] = {
            Meeting.place: wanted.table,
            Meeting.starts_at: wanted.starts_at,
            Meeting.ends_at: wanted.ends_at,
            Meeting.wished_at: None,
            Meeting.wished_by: "",
        }
        await _move(stands, times)
        after = await queries.meeting_numbered(edition, number)
        await _noted(
            actor, edition, after, "meeting.placed", table=wanted.table, starts_at=wanted.starts_at.isoformat()
        )
        if not quietly:
            await telling.meeting(edition, after, but=MeetingSide.organizer)
    return after


async def wish_time(
    actor: Actor, edition: EditionInfo, number: str, starts_at: str, *, side: MeetingSide | None = None
) -> MeetingInfo:
    """One of the two would rather meet then; the other side and the organizers see it, who give the times.

    :raises InvalidInput: :raises NotFound: not this person's. :raises WrongStep: it is over, or was refused.
    """
    faults = Faults()
    wanted = when(faults, "wished_at", starts_at[:100])
    if wanted is None:
        raise InvalidInput(errors=tuple(faults.errors))
    if wanted < clock.now():
        raise InvalidInput(errors=(FieldError("wished_at", "past", mark("This time is over.")),))
    async with transaction():
        stands = await queries.meeting_numbered(edition, number)
        side = side or await queries.side_of(actor, stands)
        if stands.state not in rules.OPEN:
            raise WrongStep
        await Meeting.update({Meeting.wished_at: wanted, Meeting.wished_by: side.value}).where(Meeting.id == stands.id)
        after = await queries.meeting_numbered(edition, number)
        told = {"side": side.value, "wished_at": wanted.isoformat()}
        await _noted(actor, edition, after, "meeting.time_wished", **told)
        await telling.meeting(edition, after, but=side)
    return after


async def prioritise(actor: Actor, edition: EditionInfo, number: str, priority: int) -> MeetingInfo:
    """:raises InvalidInput: :raises NotFound:"""
    if priority not in rules.PRIORITIES:
        raise InvalidInput(errors=(FieldError("priority", "unknown", mark("Please choose from the list.")),))
    async with transaction():
        stands = await queries.meeting_numbered(edition, number)
        await Meeting.update({Meeting.priority: priority}).where(Meeting.id == stands.id)
        after = await queries.meeting_numbered(edition, number)
        await _noted(actor, edition, after, "meeting.priority", priority=priority)
    return after


async def arrive(actor: Actor, edition: EditionInfo, badge: BadgeInfo) -> MeetingInfo:
    """The badge's holder, or its firm, is here: which meeting is next is told, and that they came is kept.

    :raises NoMeeting: 409.
    """
    now = clock.now()
    async with transaction():
        near = await queries.placed(edition, now - EARLY, now + EARLY)
        who, firm = badge.root or badge.id, badge.exhibitor
        theirs = [
            one
            for one in near
            if one.who == who or (firm is not None and firm in (one.owner_exhibitor, one.exhibitor_id))
        ]
        still = [one for one in theirs if one.ends_at is not None and one.ends_at > now]
        if not still:
            raise NoMeeting
        met = still[0]
        owner = firm is not None and firm == met.owner_exhibitor
        column = Meeting.owner_here_at if owner else Meeting.partner_here_at
        await Meeting.update({column: now}).where(Meeting.id == met.id, column.is_null())
        side = MeetingSide.owner if owner else MeetingSide.partner
        await _noted(actor, edition, met, "meeting.arrived", side=side.value)
        return await queries.meeting_numbered(edition, met.number)


async def outcome(
    actor: Actor,
    edition: EditionInfo,
    number: str,
    found: str,
    note: str | None,
    *,
    of: MeetingSide | None = None,
    side: MeetingSide | None = None,
) -> MeetingInfo:
    """What came of it, as one side saw it; it has been held then. An organizer says ``of`` which side; ``side`` as in
    :func:`step`.

    :raises InvalidInput: :raises NotFound: :raises WrongStep: it was not agreed to.
    """
    if found not in Outcome.__members__:
        raise InvalidInput(errors=(FieldError("outcome", "unknown", mark("Please choose from the list.")),))
    said = checked_message(note, "note")
    async with transaction():
        stands = await queries.meeting_numbered(edition, number)
        side = side or await queries.side_of(actor, stands)
        if stands.state not in (MeetingState.accepted, MeetingState.missed, MeetingState.held):
            raise WrongStep
        if side is MeetingSide.organizer:
            side = of if of in (MeetingSide.owner, MeetingSide.partner) else MeetingSide.owner
        column = Meeting.outcome_owner if side is MeetingSide.owner else Meeting.outcome_partner
        values: dict[Any, Any] = {column: found, Meeting.state: MeetingState.held.value, Meeting.open: None}
        if said:
            values[Meeting.note] = "\n\n".join(filter(None, (stands.note, said)))[-2000:]
        await _move(stands, values)
        after = await queries.meeting_numbered(edition, number)
        await _noted(actor, edition, after, "meeting.outcome", side=side.value, outcome=found)
    return after
