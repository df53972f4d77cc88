"""The rules applied to a scan and a badge as the database has them. No I/O."""

from datetime import date

import msgspec

from checkin import codes
from checkin.rules.gate import NOBODY, Admission, Decision, State, judge, moved, on_day, replay
from checkin.services.scans.record import ADMITTED, OUT, REFUSED, Asked, Known
from checkin.tables import Reason


class Settled(msgspec.Struct, frozen=True):
    """``state`` is what the presence becomes; the presence itself where nothing moves it."""

    verdict: str
    decision: Decision
    conflict: bool
    state: State


def is_late(asked: Asked, presence: State) -> bool:
    """Of a day before the presence's own: what it was then only the scans know."""
    return presence.day is not None and asked.moment.day < presence.day


def earlier(presence: State, of: list[Admission], size: int, day: date) -> State:
    """The presence as it stood on a day before its own."""
    then = replay((one for one in of if one.day == day), size)
    return msgspec.structs.replace(on_day(then, day), first_at=presence.first_at, arrived=presence.arrived)


def _with(decision: Decision, reason: str) -> Decision:
    return msgspec.structs.replace(decision, reason=reason)


def stranger(asked: Asked) -> Settled:
    """Of what is no badge: nobody counts it as inside, but what a phone let in all the same is shown to a person."""
    parsed = codes.parse(asked.code)
    ours = parsed is None or codes.verify(parsed, asked.keys.public)
    reason = Reason.unknown_code if ours else Reason.bad_signature
    decision = Decision(reason.value, asked.people or 1, NOBODY, 0, None, 0)
    return Settled(REFUSED, decision, asked.offline and asked.device_verdict == ADMITTED, NOBODY)


def settle(asked: Asked, who: Known, presence: State, then: State | None = None, area_inside: int = 0) -> Settled:
    """``then``: see :func:`earlier`, where :func:`is_late`."""
    view = presence if then is None else then
    forced = asked.offline and asked.device_verdict != REFUSED
    found = judge(
        who.badge,
        asked.checkpoint.terms,
        view,
        asked.direction,
        asked.people,
        asked.moment,
        area_inside,
        forced=forced,
    )
    if who.key in asked.keys.struck:
        found = _with(found, Reason.bad_signature.value)
    if forced:
        after = _after(asked, who, presence, found) if then is not None else found.state
        return Settled(ADMITTED, found, bool(found.reason), after)
    if asked.offline:
        found = _with(found, asked.device_reason or found.reason or Reason.closed.value)
    if found.reason:
        now = on_day(view, asked.moment.day)
        found = msgspec.structs.replace(found, state=presence, delta=0, inside=now.inside)
        return Settled(REFUSED, found, False, presence)
    after = _after(asked, who, presence, found) if then is not None else found.state
    return Settled(ADMITTED, found, False, after)


def _after(asked: Asked, who: Known, presence: State, found: Decision) -> State:
    return moved(presence, asked.direction, found.people, who.badge.size, asked.moment.at, asked.moment.day)


def left(asked: Asked, who: Known, presence: State, people: int) -> tuple[Decision, State] | None:
    """The exit from an area that whoever enters another one has left; None where nobody was."""
    now = on_day(presence, asked.moment.day)
    if presence.day != asked.moment.day or not now.inside:
        return None
    gone = min(now.inside, people)
    after = moved(presence, OUT, gone, who.badge.size, asked.moment.at, asked.moment.day)
    return Decision("", gone, after, -gone, now.first_today_at, after.inside), after
