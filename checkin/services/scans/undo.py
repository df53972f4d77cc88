"""A scan taken back: it stays written down, and what the others make of the badge counts."""

from datetime import timedelta
from typing import Any

import msgspec
from piccolo.querystring import QueryString

from checkin.rules.gate import replay
from checkin.services import tally
from checkin.services.scans import record
from checkin.tables import Area, AreaBar, Badge, BadgeChange, Checkpoint, Presence, Scan, ScanUndo
from core import clock, text
from core.accounts.roles import Actor, Role
from core.audit import services as audit
from core.db import after_commit, engine, transaction
from core.editions.queries import EditionInfo
from core.errors import DomainError, FieldError, Forbidden, InvalidInput, NotFound
from core.i18n import mark

#: How long whoever scanned may take it back.
WITHIN = timedelta(minutes=15)
_ADMITTED = record.ADMISSIONS.format("s.area = {} AND s.root = {}")


class NotYours(Forbidden):
    code = "other_device"
    message = mark("Only the device that scanned, or an organizer, can take this back.")


class TooLate(DomainError):
    code = "too_late"
    message = mark("This was more than 15 minutes ago: an organizer can still take it back.")


class NotAdmitted(DomainError):
    code = "not_admitted"
    message = mark("This scan was refused: there is nothing to take back.")


class Undone(msgspec.Struct, frozen=True):
    """``inside``: how many of the badge are, without it."""

    nonce: str
    inside: int


async def _scan(actor: Actor, edition: EditionInfo, nonce: str) -> dict[str, Any]:
    row: dict[str, Any] | None = await Scan.select().where(Scan.edition == edition.id, Scan.nonce == nonce).first()
    if row is None:
        raise NotFound
    if Role.organizer not in actor.roles:
        if row["actor"] != actor.key:
            raise NotYours
        if clock.now() - row["arrived_at"] > WITHIN:
            raise TooLate
    if row["verdict"] != record.ADMITTED:
        raise NotAdmitted
    return row


async def _take(actor: Actor, edition: EditionInfo, row: dict[str, Any], size: int, reason: str) -> tuple[int, bool]:
    """Answers how many are inside without it, and whether it had counted until now."""
    locked = (
        await Presence.update({Presence.version: Presence.version + 1})
        .where(Presence.area == row["area"], Presence.root == row["root"])
        .returning(Presence.id)
    )
    zone = edition.zone
    day = row["scanned_at"].astimezone(zone).date()
    found = await engine().run_querystring(QueryString(_ADMITTED, row["area"], row["root"]))
    every = [(one["id"], record.admission(one, zone)) for one in found]
    rest = [admission for key, admission in every if key != row["id"]]
    before = replay((one for _, one in every if one.day == day), size).inside
    after = replay((one for one in rest if one.day == day), size).inside
    made = (
        await ScanUndo.insert(
            ScanUndo(
                edition=edition.id,
                scan=row["id"],
                at=clock.now(),
                actor=actor.key,
                reason=reason,
                delta=after - before,
            )
        )
        .on_conflict(target=ScanUndo.scan, action="DO NOTHING")
        .returning(ScanUndo.id)
    )
    if made and locked:
        columns = [Presence._meta.get_column_by_name(name) for name in record.STATE]
        state: dict[Any, Any] = dict(zip(columns, record.state_values(replay(rest, size)), strict=True))
        await Presence.update(state).where(Presence.id == locked[0]["id"])
        await AreaBar.update({AreaBar.inside: AreaBar.inside + (after - before)}).where(
            AreaBar.area == row["area"], AreaBar.day == day
        )
    return after, bool(made)


async def undo(actor: Actor, edition: EditionInfo, nonce: str, reason: str = "") -> Undone:
    """Taken back twice it is taken back once. An entry takes its exits from other areas back with it.

    :raises NotFound: 404. :raises NotYours: 403. :raises TooLate: :raises NotAdmitted: 409.
    """
    try:
        said = text.line(reason)[:200]
    except text.Fault as fault:
        raise InvalidInput(errors=(FieldError("reason", fault.code, fault.message),)) from None
    async with transaction():
        row = await _scan(actor, edition, nonce)
        badge = await Badge.select(Badge.size, Badge.serial).where(Badge.id == row["badge"]).first()
        assert badge is not None
        areas = await Area.select(Area.id).where(Area.edition == edition.id)
        nonces = [record.leaving_nonce(nonce, area["id"]) for area in areas]
        exits = await Scan.select().where(Scan.edition == edition.id, Scan.nonce.is_in(nonces))
        inside, counted = 0, False
        # Presences are locked in the order of their areas, as scans do.
        for one in sorted([row, *exits], key=lambda scan: scan["area"]):
            left, made = await _take(actor, edition, one, badge["size"], said)
            if one["id"] == row["id"]:
                inside, counted = left, made
        if counted:
            await BadgeChange.insert(BadgeChange(edition=edition.id, badge=row["badge"], at=clock.now()))
            checkpoint = await Checkpoint.select(Checkpoint.code).where(Checkpoint.id == row["checkpoint"]).first()
            await audit.record(
                actor,
                "scan.undone",
                f"badge:{badge['serial']}",
                after={"checkpoint": checkpoint["code"] if checkpoint else "", "direction": row["direction"]},
                personal={"reason": said} if said else None,
            )
            after_commit(lambda: tally.nudge(row["checkpoint"]))
    return Undone(nonce, inside)
