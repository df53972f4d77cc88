"""What a scan is as it comes in: whose clock counts, and what can be judged at all."""

from datetime import UTC, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec

from checkin.rules.gate import Moment
from checkin.tables import Direction, Reason, Verdict

MOST = 500
#: How far ahead of ours a clock may be; and how far behind before its time is taken for none.
AHEAD = timedelta(minutes=5)
BEHIND = timedelta(days=400)
LONGEST_NOTE = 200

Stamp = Annotated[datetime, msgspec.Meta(tz=True)]
#: Printable ASCII without white space: the clients' own names, such as a UUID.
Nonce = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[!-~]+$")]
People = Annotated[int, msgspec.Meta(ge=1, le=500)]
Note = Annotated[str, msgspec.Meta(max_length=LONGEST_NOTE)]


class ScanIn(msgspec.Struct, forbid_unknown_fields=True):
    """`count`: of a group; without it all that remain. `scanned_at`: now, where it is left out."""

    code: str
    checkpoint: str
    nonce: Nonce
    direction: Direction = Direction.enter
    scanned_at: Stamp | None = None
    count: People | None = None
    note: Note | None = None


class OfflineScanIn(msgspec.Struct, forbid_unknown_fields=True):
    """`device_verdict`: what the phone decided alone; where it is left out it let in whoever had a badge of ours.

    `offline: false`: nobody has decided yet, the rules do.
    """

    code: str
    checkpoint: str
    nonce: Nonce
    scanned_at: Stamp
    direction: Direction = Direction.enter
    count: People | None = None
    note: Note | None = None
    offline: bool = True
    device_verdict: Verdict | None = None
    device_reason: Reason | None = None


class BatchIn(msgspec.Struct, forbid_unknown_fields=True):
    """`device_time`: what the phone's clock says while it sends this; the times of its scans are set right by it."""

    device_time: Stamp
    scans: Annotated[list[OfflineScanIn], msgspec.Meta(min_length=1, max_length=MOST)]


def event_time(scanned_at: datetime | None, now: datetime, skew: timedelta = timedelta(0)) -> datetime:
    """By our clock. A time that cannot be is now: a phone whose battery was empty begins anew in 1970."""
    if scanned_at is None:
        return now
    try:
        at = scanned_at.astimezone(UTC) - skew
    except OverflowError:
        return now
    return at if now - BEHIND <= at <= now + AHEAD else now


def skew_of(device_time: datetime, now: datetime) -> timedelta:
    """The device's clock minus ours."""
    try:
        return device_time.astimezone(UTC) - now
    except OverflowError:
        return timedelta(0)


def moment_of(at: datetime, zone: ZoneInfo) -> Moment:
    local = at.astimezone(zone)
    return Moment(at, local.date(), local.hour * 60 + local.minute)
