"""What a gate's request becomes before it is judged."""

from datetime import datetime, timedelta

from checkin import codes
from checkin.keys import keys_for_scans
from checkin.queries.checkpoints import CheckpointInfo, checkpoints
from checkin.queries.devices import device_scanning
from checkin.rules.scans import BatchIn, OfflineScanIn, ScanIn, event_time, moment_of, skew_of
from checkin.services.scans.record import Asked
from core import clock, text
from core.accounts.roles import Actor, Role
from core.editions.queries import EditionInfo
from core.errors import FieldError, Forbidden, InvalidInput
from core.i18n import mark


class OtherCheckpoint(Forbidden):
    code = "other_checkpoint"
    message = mark("This device is bound to another checkpoint.")


def _checkpoint(typed: str, bound: str, of: dict[str, CheckpointInfo], actor: Actor, at: str) -> CheckpointInfo:
    found = of.get(typed)
    if found is None:
        try:
            found = of.get(text.code(typed[:200]))
        except text.Fault:
            found = None
    if bound and (found is None or found.code != bound) and Role.organizer not in actor.roles:
        raise OtherCheckpoint
    if found is None:
        message = mark("There is no such checkpoint.")
        raise InvalidInput(errors=(FieldError(f"{at}checkpoint", "unknown", message),))
    return found


def _note(typed: str | None, at: str) -> str:
    if not typed:
        return ""
    try:
        return text.line(typed)
    except text.Fault as fault:
        raise InvalidInput(errors=(FieldError(f"{at}note", fault.code, fault.message),)) from None


async def asked_one(actor: Actor, bound: str, edition: EditionInfo, typed: ScanIn) -> Asked:
    """``bound``: the one checkpoint of a token, or empty.

    :raises OtherCheckpoint: 403. :raises InvalidInput: there is no such checkpoint.
    """
    now = clock.now()
    zone = edition.zone
    return Asked(
        edition=edition.id,
        zone=zone,
        nonce=typed.nonce,
        code=codes.normalized(typed.code),
        checkpoint=_checkpoint(typed.checkpoint, bound, await checkpoints(edition.id), actor, ""),
        direction=typed.direction.value,
        people=typed.count,
        moment=moment_of(event_time(typed.scanned_at, now), zone),
        arrived_at=now,
        note=_note(typed.note, ""),
        actor=actor.key,
        device=await device_scanning(actor),
        keys=await keys_for_scans(edition.id),
    )


async def asked_many(actor: Actor, bound: str, edition: EditionInfo, typed: BatchIn) -> list[Asked]:
    """The same for all of a batch, by one clock. :raises OtherCheckpoint: 403. :raises InvalidInput: 422."""
    now = clock.now()
    skew = skew_of(typed.device_time, now)
    every = await checkpoints(edition.id)
    device, keys, zone, key = await device_scanning(actor), await keys_for_scans(edition.id), edition.zone, actor.key
    milliseconds = max(-(2**62), min(2**62, skew // timedelta(milliseconds=1)))

    def one(scan: OfflineScanIn, at: str) -> Asked:
        return Asked(
            edition=edition.id,
            zone=zone,
            nonce=scan.nonce,
            code=codes.normalized(scan.code),
            checkpoint=_checkpoint(scan.checkpoint, bound, every, actor, at),
            direction=scan.direction.value,
            people=scan.count,
            moment=moment_of(_within(event_time(scan.scanned_at, now, skew), now), zone),
            arrived_at=now,
            note=_note(scan.note, at),
            actor=key,
            device=device,
            keys=keys,
            offline=scan.offline,
            device_verdict=scan.device_verdict.value if scan.device_verdict and scan.offline else "",
            device_reason=scan.device_reason.value if scan.device_reason and scan.offline else "",
            skew_ms=milliseconds,
        )

    return [one(scan, f"scans[{n}].") for n, scan in enumerate(typed.scans)]


def _within(at: datetime, now: datetime) -> datetime:
    """What a phone sends has happened."""
    return min(at, now)
