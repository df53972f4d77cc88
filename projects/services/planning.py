"""Plans of meetings: a worker proposes one by what was set, and it counts once an organizer says so."""

import time
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import msgspec

from core import clock
from core.accounts.roles import SYSTEM, Actor
from core.audit import services as audit
from core.db import transaction
from core.editions.queries import EditionInfo, stored_edition
from core.errors import DomainError, FieldError, InvalidInput
from core.i18n import mark
from core.jobs import JobContext, JobFailed, enqueue_job, job
from projects.queries import meetings as meeting_queries
from projects.queries import planning as queries
from projects.queries.planning import Placing, PlanInfo, Problem, Proposal
from projects.rules import plansettings as rules
from projects.rules.meetings import Place
from projects.rules.planning import seated
from projects.rules.plansettings import SettingsIn
from projects.services import days
from projects.services.meetings import minutes_of
from projects.services.planner import NoPlan, Task, planned
from projects.tables import (
    Meeting,
    MeetingAway,
    MeetingHours,
    MeetingMinute,
    MeetingPlan,
    MeetingRoom,
    MeetingSetting,
    MeetingState,
    PlanState,
)

#: Meetings that get their tables in one transaction: gates write in between.
AT_ONCE = 40


class PlanUnderWay(DomainError):
    code = "plan_under_way"
    message = mark("A plan is being made or carried out at this moment.")


class WrongPlan(DomainError):
    code = "wrong_status"
    message = mark("This plan is not there to be decided on any more.")


async def set_up(actor: Actor, edition: EditionInfo, typed: SettingsIn) -> None:
    """:raises InvalidInput: each fault at its field."""
    wanted = rules.checked(typed)
    async with transaction():
        await MeetingSetting.insert(MeetingSetting(edition=edition.id)).on_conflict(action="DO NOTHING")
        await MeetingSetting.update(
            {
                MeetingSetting.minutes: wanted.minutes,
                MeetingSetting.gap: wanted.gap,
                MeetingSetting.walk: wanted.walk,
            }
        ).where(MeetingSetting.edition == edition.id)
        await MeetingHours.delete().where(MeetingHours.edition == edition.id)
        await MeetingRoom.delete().where(MeetingRoom.edition == edition.id)
        if wanted.hours:
            await MeetingHours.insert(
                *(MeetingHours(edition=edition.id, day=day, opens=a, closes=b) for day, a, b in wanted.hours)
            )
        if wanted.rooms:
            await MeetingRoom.insert(
                *(
                    MeetingRoom(edition=edition.id, hall=hall, prefix=prefix, tables=tables)
                    for hall, prefix, tables in wanted.rooms
                )
            )
        told = {"minutes": wanted.minutes, "gap": wanted.gap, "walk": wanted.walk}
        tables = sum(tables for _, _, tables in wanted.rooms)
        await audit.record(
            actor,
            "meetings.set_up",
            f"edition:{edition.slug}",
            after={**told, "spans": len(wanted.hours), "tables": tables},
        )


async def go_away(actor: Actor, edition: EditionInfo, who: int, starts_at: str, ends_at: str) -> None:
    """Somebody cannot meet then; what stands there already stays until a plan or an organizer moves it.

    :raises InvalidInput:
    """
    since, until = rules.checked_away(starts_at, ends_at)
    async with transaction():
        if (
            await MeetingAway.count().where(MeetingAway.edition == edition.id, MeetingAway.who == who)
            >= rules.MOST_AWAY
        ):
            message = mark("These are many already. Please take some away first.")
            raise InvalidInput(errors=(FieldError("starts_at", "too_many", message),))
        await MeetingAway.insert(MeetingAway(edition=edition.id, who=who, starts_at=since, ends_at=until))
        times = {"starts_at": since.isoformat(), "ends_at": until.isoformat()}
        await audit.record(actor, "meetings.away", f"edition:{edition.slug}", after={"of": _said(who), **times})


def _said(who: int) -> str:
    return "exhibitor" if who < 0 else "badge"


async def come_back(actor: Actor, edition: EditionInfo, who: int, away: int) -> None:
    """Again it is nothing."""
    async with transaction():
        gone = (
            await MeetingAway.delete()
            .where(MeetingAway.id == away, MeetingAway.edition == edition.id, MeetingAway.who == who)
            .returning(MeetingAway.id)
        )
        if gone:
            await audit.record(actor, "meetings.back", f"edition:{edition.slug}", after={"of": _said(who)})


async def propose(actor: Actor, edition: EditionInfo, *, keeps: bool) -> int:
    """Has a worker make a plan; what was proposed before is dropped.

    :raises PlanUnderWay: 409. :raises InvalidInput:
    """
    settings = await queries.settings_of(edition)
    if not settings.slots(edition) or not settings.rooms:
        raise InvalidInput(errors=(FieldError("", "required", mark("Please set hours and tables first.")),))
    now = clock.now()
    async with transaction():
        # One whose worker never came back is no longer waited for.
        await MeetingPlan.update({MeetingPlan.state: PlanState.failed.value}).where(
            MeetingPlan.edition == edition.id,
            MeetingPlan.state == PlanState.making.value,
            MeetingPlan.made_at < now - queries.GIVEN_UP,
        )
        await _no_other(edition)
        await MeetingPlan.update({MeetingPlan.state: PlanState.dropped.value}).where(
            MeetingPlan.edition == edition.id, MeetingPlan.state == PlanState.ready.value
        )
        made = (
            await MeetingPlan.insert(MeetingPlan(edition=edition.id, keeps=keeps, made_by=actor.key, made_at=now))
            .on_conflict(action="DO NOTHING")
            .returning(MeetingPlan.id)
        )
        if not made:
            raise PlanUnderWay
        plan: int = made[0]["id"]
        await enqueue_job(
            "meetings.plan", {"edition": edition.slug, "plan": plan}, key=f"meetings.plan:{plan}", actor=actor
        )
        await audit.record(
            actor, "meetings.plan_asked", f"edition:{edition.slug}", after={"plan": plan, "keeps": keeps}
        )
    return plan


async def _no_other(edition: EditionInfo) -> None:
    """:raises PlanUnderWay:"""
    if await MeetingPlan.exists().where(
        MeetingPlan.edition == edition.id,
        MeetingPlan.state.is_in([PlanState.making.value, PlanState.applying.value]),
    ):
        raise PlanUnderWay


async def _move(plan: int, before: PlanState, after: PlanState, result: str | None = None) -> bool:
    values: dict[Any, Any] = {MeetingPlan.state: after.value}
    if result is not None:
        values[MeetingPlan.result] = result
    moved = (
        await MeetingPlan.update(values)
        .where(MeetingPlan.id == plan, MeetingPlan.state == before.value)
        .returning(MeetingPlan.id)
    )
    return bool(moved)


@job("meetings.plan", retries=1)
async def plan_job(context: JobContext, payload: dict[str, Any]) -> int:
    """Answers how many it places."""
    edition = await stored_edition(payload["edition"])
    plan = await queries.plan_with_id(edition, payload["plan"])
    if plan.state is not PlanState.making:
        return 0
    problem = await queries.problem(edition, plan.keeps)
    began = time.monotonic()
    try:
        found = await planned(Task(problem.board, problem.wishes, problem.busy))
    except NoPlan:
        async with transaction():
            await _move(plan.id, PlanState.making, PlanState.failed)
        raise JobFailed(mark("The planner did not come to an end.")) from None
    proposal = _proposal(problem, found.spots, found, time.monotonic() - began)
    async with transaction():
        await _move(plan.id, PlanState.making, PlanState.ready, result=msgspec.json.encode(proposal).decode())
    return len(proposal.placed)


def _proposal(problem: Problem, spots: Any, found: Any, seconds: float) -> Proposal:
    tables = seated(problem.board, problem.names, problem.wishes, spots, problem.sits, problem.taken)
    placed = []
    moved = []
    for meeting, spot in spots.items():
        if problem.sits.get(meeting) == (spot, tables[meeting]):
            continue
        starts, ends = problem.board.slots[spot.slot]
        placed.append(Placing(meeting, starts, ends, tables[meeting]))
        if meeting in problem.sits:
            moved.append(meeting)
    kept = len(spots) - len(placed)
    return Proposal(placed, moved, found.unplaced, kept, found.worth, found.bound, round(seconds, 1))


async def drop(actor: Actor, edition: EditionInfo, plan: int) -> None:
    """:raises WrongPlan: 409. :raises NotFound:"""
    stands = await queries.plan_with_id(edition, plan)
    async with transaction():
        if not await _move(stands.id, PlanState.ready, PlanState.dropped):
            raise WrongPlan
        await audit.record(actor, "meetings.plan_dropped", f"edition:{edition.slug}", after={"plan": plan})


async def carry_out(actor: Actor, edition: EditionInfo, plan: int) -> None:
    """Has a worker give the tables and tell everybody. :raises WrongPlan: 409. :raises NotFound:"""
    stands = await queries.plan_with_id(edition, plan)
    async with transaction():
        await _no_other(edition)
        if not await _move(stands.id, PlanState.ready, PlanState.applying):
            raise WrongPlan
        payload = {"edition": edition.slug, "plan": plan, "by": actor.key}
        await enqueue_job("meetings.carry_out", payload, key=f"meetings.carry_out:{plan}", actor=actor)
        placed = len(stands.proposal.placed) if stands.proposal else 0
        await audit.record(
            actor, "meetings.plan_carried_out", f"edition:{edition.slug}", after={"plan": plan, "meetings": placed}
        )


@job("meetings.carry_out")
async def carry_out_job(context: JobContext, payload: dict[str, Any]) -> int:
    """Answers how many got their table. A meeting that changed since the plan was made is passed over, and so is one
    whose table or people somebody else has given a meeting by then."""
    edition = await stored_edition(payload["edition"])
    plan = await queries.plan_with_id(edition, payload["plan"])
    if plan.state is not PlanState.applying or plan.proposal is None:
        return 0
    placed = plan.proposal.placed
    if "lifted" not in context.state:
        # First all who move get up, so that one may sit where another sat.
        async with transaction():
            context.state["lifted"] = await _lift(plan)
            await context.save()
    movable = set(context.state["lifted"])
    given: list[int] = context.state.get("given", [])
    for start in range(0, len(placed), AT_ONCE):
        piece = [one for one in placed[start : start + AT_ONCE] if one.meeting in movable and one.meeting not in given]
        if piece:
            async with transaction():
                given += await _give(edition, piece)
                context.state["given"] = given
                await context.progress(start + len(piece), len(placed))
                await context.save()
    await days.after_a_plan(edition, await meeting_queries.meetings_with_ids(edition, given), plan.id)
    async with transaction():
        if await _move(plan.id, PlanState.applying, PlanState.applied):
            await audit.record(
                SYSTEM, "meetings.placed", f"edition:{edition.slug}", after={"plan": plan.id, "meetings": len(given)}
            )
    return len(given)


async def _lift(plan: PlanInfo) -> list[int]:
    """Those that may still be placed as the plan says."""
    wanted = [one.meeting for one in plan.proposal.placed] if plan.proposal else []
    if not wanted:
        return []
    rows = await Meeting.select(Meeting.id).where(
        Meeting.id.is_in(wanted), Meeting.state == MeetingState.accepted.value, Meeting.changed_at <= plan.made_at
    )
    found = sorted(row["id"] for row in rows)
    if found:
        await MeetingMinute.delete().where(MeetingMinute.meeting.is_in(found))
        await Meeting.update({Meeting.place: "", Meeting.starts_at: None, Meeting.ends_at: None}).where(
            Meeting.id.is_in(found)
        )
    return found


async def _give(edition: EditionInfo, piece: Sequence[Placing]) -> list[int]:
    """Those that got what was planned: all of the minutes of all they take, or none of it."""
    met = {one.id: one for one in await meeting_queries.meetings_with_ids(edition, [one.meeting for one in piece])}
    rows: list[MeetingMinute] = []
    wanted: dict[int, Placing] = {}
    for one in piece:
        if one.meeting in met and met[one.meeting].state is MeetingState.accepted:
            wanted[one.meeting] = one
            place = Place(one.table, queries.moment(one.starts), queries.moment(one.ends))
            rows += minutes_of(edition, met[one.meeting], place)
    if not rows:
        return []
    got = (
        await MeetingMinute.insert(*rows)
        .on_conflict(action="DO NOTHING")
        .returning(MeetingMinute.id, MeetingMinute.meeting)
    )
    asked: dict[int, int] = defaultdict(int)
    have: dict[int, int] = defaultdict(int)
    for row in rows:
        asked[row.meeting] += 1
    for taken in got:
        have[taken["meeting"]] += 1
    beaten = [meeting for meeting in asked if have[meeting] != asked[meeting]]
    if beaten:
        await MeetingMinute.delete().where(MeetingMinute.meeting.is_in(beaten))
    now = clock.now()
    done = [meeting for meeting in wanted if meeting not in beaten]
    for meeting in done:  # a piece of a plan, in a worker
        one = wanted[meeting]
        await Meeting.update(
            {
                Meeting.place: one.table,
                Meeting.starts_at: queries.moment(one.starts),
                Meeting.ends_at: queries.moment(one.ends),
                Meeting.wished_at: None,
                Meeting.wished_by: "",
                Meeting.changed_at: now,
            }
        ).where(Meeting.id == meeting)
    return done
