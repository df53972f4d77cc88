"""Windows of move-in and move-out (布展/撤展): kept by organizers, chosen by exhibitors."""

from datetime import datetime
from typing import Any

import msgspec

from core import clock
from core.accounts.roles import Actor
from core.audit import services as audit
from core.db import transaction
from core.editions.queries import EditionInfo
from core.errors import DomainError, FieldError, InvalidInput, NotFound
from core.i18n import mark
from exhibitors.queries.moves import halls_of
from exhibitors.rules.desk import ADMITTED
from exhibitors.tables import Exhibitor, Hall, MovePlace, MoveWindow, Way

MOST_PLACES = 1000


class WindowFull(DomainError):
    code = "window_full"
    message = mark("This time has just been filled by others. Please choose another.")


class WindowOver(DomainError):
    code = "window_over"
    message = mark("This time is over. Please choose another.")


class OtherHall(DomainError):
    code = "other_hall"
    message = mark("This time is for another hall.")


class WindowTaken(DomainError):
    code = "window_taken"
    message = mark("Exhibitors have chosen this time: it can't be removed, nor hold fewer than have chosen it.")


class NotYetComing(DomainError):
    code = "wrong_status"
    message = mark("A time can be chosen once the application is approved.")


class WindowIn(msgspec.Struct, frozen=True):
    way: Way
    starts_at: datetime
    ends_at: datetime
    hall: str
    capacity: int | None


def _about(edition: EditionInfo, number: str) -> str:
    return f"exhibitor:{edition.slug}/{number}"


async def add(actor: Actor, edition: EditionInfo, wanted: WindowIn) -> int:
    """:raises InvalidInput: a hall that is none, or an end before the beginning."""
    errors: list[FieldError] = []
    if wanted.ends_at <= wanted.starts_at:
        errors.append(FieldError("until", "order", mark("The end must come after the beginning.")))
    if wanted.capacity is not None and not 1 <= wanted.capacity <= MOST_PLACES:
        errors.append(FieldError("capacity", "out_of_range", mark("This number is out of range.")))
    if wanted.hall and not await Hall.exists().where(Hall.edition == edition.id, Hall.code == wanted.hall):
        errors.append(FieldError("hall", "unknown", mark("There is no such hall.")))
    if errors:
        raise InvalidInput(errors=tuple(errors))
    async with transaction():
        made = await MoveWindow.insert(
            MoveWindow(
                edition=edition.id,
                way=wanted.way.value,
                starts_at=wanted.starts_at,
                ends_at=wanted.ends_at,
                hall=wanted.hall,
                capacity=wanted.capacity,
            )
        ).returning(MoveWindow.id)
        window: int = made[0]["id"]
        await audit.record(
            actor,
            "move.window_added",
            f"move-window:{edition.slug}/{window}",
            after={
                "way": wanted.way.value,
                "starts_at": wanted.starts_at.isoformat(),
                "ends_at": wanted.ends_at.isoformat(),
                "hall": wanted.hall,
                "capacity": wanted.capacity,
            },
        )
    return window


async def set_capacity(actor: Actor, edition: EditionInfo, window: int, capacity: int | None) -> None:
    """:raises NotFound: 404. :raises WindowTaken: more have chosen it already. :raises InvalidInput: out of range."""
    if capacity is not None and not 1 <= capacity <= MOST_PLACES:
        message = mark("This number is out of range.")
        raise InvalidInput(errors=(FieldError(f"capacity-{window}", "out_of_range", message),))
    async with transaction():
        before = await _written(edition, window)
        if capacity is not None and await MovePlace.count().where(MovePlace.slot == window) > capacity:
            raise WindowTaken
        await MoveWindow.update({MoveWindow.capacity: capacity}).where(MoveWindow.id == window)
        await audit.record(
            actor,
            "move.window_changed",
            f"move-window:{edition.slug}/{window}",
            before={"capacity": before["capacity"]},
            after={"capacity": capacity},
        )


async def remove(actor: Actor, edition: EditionInfo, window: int) -> None:
    """:raises NotFound: 404. :raises WindowTaken: somebody has chosen it."""
    async with transaction():
        before = await _written(edition, window)
        if await MovePlace.exists().where(MovePlace.slot == window):
            raise WindowTaken
        await MoveWindow.delete().where(MoveWindow.id == window)
        await audit.record(
            actor,
            "move.window_removed",
            f"move-window:{edition.slug}/{window}",
            before={"way": before["way"], "starts_at": before["starts_at"].isoformat(), "hall": before["hall"]},
        )


async def _written(edition: EditionInfo, window: int) -> dict[str, Any]:
    """The window, held until the transaction ends: who chooses it and who changes it come one after the other."""
    rows: list[dict[str, Any]] = (
        await MoveWindow.update({MoveWindow.edition: edition.id})
        .where(MoveWindow.id == window, MoveWindow.edition == edition.id)
        .returning(*MoveWindow.all_columns())
    )
    if not rows:
        raise NotFound
    return rows[0]


async def _coming(edition: EditionInfo, number: str) -> dict[str, Any]:
    rows: list[dict[str, Any]] = (
        await Exhibitor.update({Exhibitor.changed_at: clock.now()})
        .where(Exhibitor.edition == edition.id, Exhibitor.number == number)
        .returning(Exhibitor.id, Exhibitor.status)
    )
    if not rows:
        raise NotFound
    return rows[0]


async def choose(actor: Actor, edition: EditionInfo, number: str, window: int) -> None:
    """Takes a place in a window; the one of the same way that the exhibitor had before falls free, and stays when
    this is refused.

    :raises NotFound: 404.
    :raises NotYetComing: 409; :raises WindowFull: 409; :raises WindowOver: 409; :raises OtherHall: 409.
    """
    async with transaction():
        firm = await _coming(edition, number)
        if firm["status"] not in {status.value for status in ADMITTED}:
            raise NotYetComing
        one = await _written(edition, window)
        if one["ends_at"] <= clock.now():
            raise WindowOver
        if one["hall"]:
            own = await halls_of(firm["id"])
            if own and one["hall"] not in own:
                raise OtherHall
        before = await _leave(firm["id"], Way(one["way"]))
        taken = {row["seat"] for row in await MovePlace.select(MovePlace.seat).where(MovePlace.slot == window)}
        # Counted, too: a seat beyond a capacity that was lowered since counts like the others.
        if one["capacity"] is not None and len(taken) >= one["capacity"]:
            raise WindowFull
        seat = next(n for n in range(1, len(taken) + 2) if n not in taken)
        made = (
            await MovePlace.insert(
                MovePlace(
                    slot=window,
                    exhibitor=firm["id"],
                    way=one["way"],
                    seat=seat,
                    chosen_at=clock.now(),
                    chosen_by=actor.key,
                )
            )
            .on_conflict(action="DO NOTHING")
            .returning(MovePlace.id)
        )
        if not made:
            raise WindowFull
        await audit.record(
            actor,
            "exhibitor.move_chosen",
            _about(edition, number),
            before={"window": before} if before else None,
            after={"window": window, "way": one["way"]},
        )


async def cancel(actor: Actor, edition: EditionInfo, number: str, way: Way) -> None:
    """Gives the place back; nothing happens when there is none. :raises NotFound: 404."""
    async with transaction():
        firm = await _coming(edition, number)
        before = await _leave(firm["id"], way)
        if before:
            await audit.record(
                actor,
                "exhibitor.move_cancelled",
                _about(edition, number),
                before={"window": before, "way": way.value},
            )


async def _leave(exhibitor: int, way: Way) -> int | None:
    gone = (
        await MovePlace.delete()
        .where(MovePlace.exhibitor == exhibitor, MovePlace.way == way.value)
        .returning(MovePlace.slot)
    )
    return int(gone[0]["slot"]) if gone else None
