"""Writes of the timetable. Of two who want a minute of a stage, or of a speaker, the unique index lets one have it."""

from collections.abc import Sequence
from typing import Any

from core import clock
from core.accounts.roles import Actor
from core.audit import services as audit
from core.db import after_commit, transaction
from core.editions.queries import EditionInfo
from core.errors import DomainError, FieldError, InvalidInput, NotFound
from core.events import publish
from core.i18n import mark
from projects.queries import agenda as queries
from projects.queries.agenda import SlotInfo
from projects.queries.projects import project_numbered
from projects.rules import timetable as rules
from projects.rules.timetable import SessionIn, SlotIn, Times, Who
from projects.services import telling
from projects.tables import MinuteOfSpeaker, MinuteOfStage, PitchStage, ProjectState, Slot, SlotKind, Speaker


class SlotTaken(DomainError):
    code = "slot_taken"
    message = mark("Something else stands on this stage at that time.")


class SpeakerTaken(DomainError):
    code = "speaker_taken"
    message = mark("One of the speakers is on a stage at that time already.")


class NotPitched(DomainError):
    code = "wrong_status"
    message = mark("A project that was rejected or withdrawn is not pitched.")


async def _stage(actor: Actor, edition: EditionInfo, name: str) -> tuple[int, int]:
    """Its id and changeover. A new name makes a new stage; of two who name it at once one makes it."""
    made = (
        await PitchStage.insert(PitchStage(edition=edition.id, name=name))
        .on_conflict(action="DO NOTHING")
        .returning(PitchStage.id)
    )
    row = (
        await PitchStage.select(PitchStage.id, PitchStage.changeover)
        .where(PitchStage.edition == edition.id, PitchStage.name == name)
        .first()
    )
    assert row is not None
    if made:
        await audit.record(actor, "stage.added", f"stage:{edition.slug}/{row['id']}", after={"name": name})
    return row["id"], row["changeover"]


async def _take_stage(slot: int, stage: int, minutes: range) -> None:
    """:raises SlotTaken:"""
    await MinuteOfStage.delete().where(MinuteOfStage.slot == slot)
    got = (
        await MinuteOfStage.insert(*(MinuteOfStage(slot=slot, stage=stage, minute=minute) for minute in minutes))
        .on_conflict(action="DO NOTHING")
        .returning(MinuteOfStage.id)
    )
    if len(got) != len(minutes):
        raise SlotTaken


async def _take_speakers(edition: EditionInfo, slot: int, minutes: range, speakers: Sequence[Who]) -> None:
    """:raises SpeakerTaken:"""
    await MinuteOfSpeaker.delete().where(MinuteOfSpeaker.slot == slot)
    # In one order for all, so that two who plan at once wait for each other instead of for ever.
    keys = sorted(rules.speaker_key(edition.id, who) for who in speakers)
    wanted = [MinuteOfSpeaker(slot=slot, speaker=key, minute=minute) for key in keys for minute in minutes]
    if not wanted:
        return
    got = await MinuteOfSpeaker.insert(*wanted).on_conflict(action="DO NOTHING").returning(MinuteOfSpeaker.id)
    if len(got) != len(wanted):
        raise SpeakerTaken


async def _place(actor: Actor, edition: EditionInfo, slot: int | None, times: Times, values: dict[Any, Any]) -> int:
    """Inside a transaction: the slot where it shall stand, new or moved; answers its id."""
    stage, changeover = await _stage(actor, edition, times.stage)
    now = clock.now()
    values = {
        **values,
        Slot.stage: stage,
        Slot.starts_at: times.starts_at,
        Slot.ends_at: times.ends_at,
        Slot.changed_at: now,
    }
    if slot is None:
        rows = await Slot.insert(Slot({Slot.edition: edition.id, **values}))
        slot = int(rows[0]["id"])
    else:
        await Slot.update({**values, Slot.sequence: Slot.sequence + 1}).where(Slot.id == slot)
    if times.speakers is not None:
        await Speaker.delete().where(Speaker.slot == slot)
        if times.speakers:
            await Speaker.insert(
                *(
                    Speaker(slot=slot, name=who.name, organisation=who.organisation, position=n)
                    for n, who in enumerate(times.speakers)
                )
            )
    rows = await Speaker.select(Speaker.name, Speaker.organisation).where(Speaker.slot == slot)
    speakers = [Who(row["name"], row["organisation"]) for row in rows]
    await _take_stage(slot, stage, rules.minutes(times.starts_at, times.ends_at, changeover))
    await _take_speakers(edition, slot, rules.minutes(times.starts_at, times.ends_at), speakers)
    return slot


def _told(slot: SlotInfo) -> dict[str, Any]:
    """For the trail: no names of speakers."""
    return {
        "stage": slot.stage.name,
        "starts_at": slot.starts_at.isoformat(),
        "ends_at": slot.ends_at.isoformat(),
        "speakers": len(slot.speakers),
    }


async def _placed(
    actor: Actor, edition: EditionInfo, stands: SlotInfo | None, times: Times, values: dict[Any, Any], object: str
) -> SlotInfo:
    slot = await _place(actor, edition, stands.id if stands else None, times, values)
    made = await queries.slot_with_id(edition, slot)
    assert made is not None
    await audit.record(
        actor,
        "slot.moved" if stands else "slot.given",
        object,
        before=_told(stands) if stands else None,
        after=_told(made),
        personal={"speakers": [who.name for who in made.speakers]} if made.speakers else None,
    )
    after_commit(lambda: publish("pitch", {"slot": slot}))
    return made


async def give_slot(actor: Actor, edition: EditionInfo, number: str, typed: SlotIn) -> SlotInfo:
    """The one slot of a project, given or moved.

    :raises InvalidInput: 422. :raises SlotTaken: :raises SpeakerTaken: :raises NotPitched: 409. :raises NotFound:
    """
    times = rules.checked_slot(typed)
    async with transaction():
        project = await project_numbered(actor, edition, number)
        if project.state in (ProjectState.rejected, ProjectState.withdrawn):
            raise NotPitched
        stands = await queries.slot_of(edition, project.id)
        values = {Slot.project: project.id, Slot.kind: SlotKind.pitch.value}
        return await _placed(actor, edition, stands, times, values, f"project:{edition.slug}/{number}")


async def add_session(actor: Actor, edition: EditionInfo, typed: SessionIn) -> SlotInfo:
    """Whatever stands on a stage besides pitches. Raises as :func:`give_slot` does."""
    session = rules.checked_session(typed)
    async with transaction():
        return await _placed(actor, edition, None, session.times, _of_session(session), f"agenda:{edition.slug}")


async def change_session(actor: Actor, edition: EditionInfo, slot: int, typed: SessionIn) -> SlotInfo:
    """Raises as :func:`give_slot` does; a pitch is changed by its project."""
    session = rules.checked_session(typed)
    async with transaction():
        stands = await queries.slot_with_id(edition, slot)
        if stands is None or stands.kind == SlotKind.pitch:
            raise NotFound
        values = _of_session(session)
        return await _placed(actor, edition, stands, session.times, values, f"agenda:{edition.slug}")


def _of_session(session: rules.Session) -> dict[Any, Any]:
    return {Slot.kind: session.kind.value, Slot.title: session.title, Slot.title_en: session.title_en}


async def remove(actor: Actor, edition: EditionInfo, slot: int) -> None:
    """Takes something off the timetable. :raises NotFound:"""
    async with transaction():
        stands = await queries.slot_with_id(edition, slot)
        if stands is None:
            raise NotFound
        for table in (MinuteOfStage, MinuteOfSpeaker, Speaker):
            await table.delete().where(table.slot == slot)
        await Slot.delete().where(Slot.id == slot)
        await audit.record(
            actor,
            "slot.removed",
            f"project:{edition.slug}/{stands.project}" if stands.project else f"agenda:{edition.slug}",
            before=_told(stands),
        )
        after_commit(lambda: publish("pitch", {"slot": slot}))


async def give_up_slot(actor: Actor, edition: EditionInfo, number: str) -> None:
    """A project is not pitched after all; one without a slot stays so. :raises NotFound: no such project."""
    async with transaction():
        project = await project_numbered(actor, edition, number)
        stands = await queries.slot_of(edition, project.id)
        if stands is not None:
            await remove(actor, edition, stands.id)


async def set_changeover(actor: Actor, edition: EditionInfo, stage: int, minutes: int) -> None:
    """How long a stage stays free after each slot, for those that stand on it already, too.

    :raises SlotTaken: two of them stand closer. :raises InvalidInput: more than :data:`rules.MOST_CHANGEOVER`.
    """
    if not 0 <= minutes <= rules.MOST_CHANGEOVER:
        raise InvalidInput(errors=(FieldError("changeover", "out_of_range", mark("Please enter 0 to 120 minutes.")),))
    async with transaction():
        before = next((one for one in await queries.stages(edition) if one.id == stage), None)
        if before is None:
            raise NotFound
        await PitchStage.update({PitchStage.changeover: minutes}).where(PitchStage.id == stage)
        slots = await Slot.select(Slot.id, Slot.starts_at, Slot.ends_at).where(Slot.stage == stage)
        await MinuteOfStage.delete().where(MinuteOfStage.stage == stage)
        wanted = [
            MinuteOfStage(slot=slot["id"], stage=stage, minute=minute)
            for slot in slots
            for minute in rules.minutes(slot["starts_at"], slot["ends_at"], minutes)
        ]
        await _take_all(wanted)
        await audit.record(
            actor,
            "stage.changed",
            f"stage:{edition.slug}/{stage}",
            before={"changeover": before.changeover},
            after={"changeover": minutes},
        )


async def _take_all(wanted: Sequence[MinuteOfStage]) -> None:
    """:raises SlotTaken:"""
    for at in range(0, len(wanted), 2000):
        piece = wanted[at : at + 2000]
        got = await MinuteOfStage.insert(*piece).on_conflict(action="DO NOTHING").returning(MinuteOfStage.id)
        if len(got) != len(piece):
            raise SlotTaken


async def run_late(actor: Actor, edition: EditionInfo, slot: int, minutes: int) -> list[SlotInfo]:
    """Moves a slot by so many minutes, and what follows on its stage that day as far as it must, so that the order
    stays; a free time between two takes the delay up. Answers what was moved, the first one first.

    :raises SpeakerTaken: somebody speaks elsewhere by then. :raises NotFound: :raises InvalidInput:
    """
    if not 1 <= minutes <= rules.MOST_DELAY:
        raise InvalidInput(errors=(FieldError("minutes", "out_of_range", mark("Please enter 1 to 240 minutes.")),))
    async with transaction():
        late = await queries.slot_with_id(edition, slot)
        if late is None:
            raise NotFound
        on_stage = [one for one in await queries.agenda(edition, all_of_them=True) if one.stage.id == late.stage.id]
        moved = rules.delayed(
            [(one.id, one.starts_at, one.ends_at) for one in on_stage],
            slot,
            minutes,
            late.stage.changeover,
            edition.zone,
        )
        ids = list(moved)
        await MinuteOfStage.delete().where(MinuteOfStage.slot.is_in(ids))
        await MinuteOfSpeaker.delete().where(MinuteOfSpeaker.slot.is_in(ids))
        now = clock.now()
        by_id = {one.id: one for one in on_stage}
        for id, (starts_at, ends_at) in moved.items():  # a handful: what follows on one stage on one day
            await Slot.update(
                {
                    Slot.starts_at: starts_at,
                    Slot.ends_at: ends_at,
                    Slot.changed_at: now,
                    Slot.sequence: Slot.sequence + 1,
                }
            ).where(Slot.id == id)
            await _take_stage(id, late.stage.id, rules.minutes(starts_at, ends_at, late.stage.changeover))
            await _take_speakers(edition, id, rules.minutes(starts_at, ends_at), by_id[id].speakers)
        await audit.record(
            actor,
            "slot.delayed",
            f"stage:{edition.slug}/{late.stage.id}",
            after={"minutes": minutes, "slots": len(ids), "first": late.starts_at.isoformat()},
        )
        after_commit(lambda: publish("pitch", {"slot": slot}))
        now_later = [one for one in await queries.agenda(edition, all_of_them=True) if one.id in moved]
        await telling.later(edition, now_later)
        return now_later
