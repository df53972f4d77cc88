"""Reads of the crew's phones."""

from datetime import datetime

import msgspec

from checkin.tables import Checkpoint, DeviceInvite, ScanDevice
from core import clock
from core.accounts.roles import Actor
from core.editions.queries import EditionInfo
from core.fresh import FreshBy


class DeviceLine(msgspec.Struct, frozen=True, kw_only=True):
    """``checkpoint``: the code of the only one that it may scan for; empty for any."""

    id: int
    name: str
    checkpoint: str
    user_agent: str
    enrolled_at: datetime
    last_seen_at: datetime | None
    #: Scans that it had not sent when it was last heard of.
    queue: int
    battery: int | None
    app_version: str
    #: Its clock minus ours.
    clock_skew_ms: int
    revoked_at: datetime | None
    wiped_at: datetime | None


class InviteLine(msgspec.Struct, frozen=True):
    id: int
    name: str
    checkpoint: str
    expires_at: datetime


async def _codes(edition: EditionInfo) -> dict[int, str]:
    rows = await Checkpoint.select(Checkpoint.id, Checkpoint.code).where(Checkpoint.edition == edition.id)
    return {row["id"]: row["code"] for row in rows}


_by_token: FreshBy[str, dict[int, int]] = FreshBy()


def forget_devices() -> None:
    """For :func:`core.db.after_commit` of what enrols or ends one."""
    _by_token.forget()


async def device_scanning(actor: Actor) -> int | None:
    """The enrolled device whose token this is."""
    if actor.kind != "token" or actor.id is None:
        return None

    async def read() -> dict[int, int]:
        rows = await ScanDevice.select(ScanDevice.id, ScanDevice.token).where(ScanDevice.revoked_at.is_null())
        return {row["token"]: row["id"] for row in rows}

    return (await _by_token.get("all", read)).get(actor.id)


async def devices(edition: EditionInfo) -> list[DeviceLine]:
    """Those in force first, by name. Two queries."""
    codes = await _codes(edition)
    rows = await ScanDevice.select().where(ScanDevice.edition == edition.id).order_by(ScanDevice.name, ScanDevice.id)
    rows.sort(key=lambda row: row["revoked_at"] is not None)
    own = [name for name in DeviceLine.__struct_fields__ if name != "checkpoint"]
    return [
        DeviceLine(**{name: row[name] for name in own}, checkpoint=codes.get(row["checkpoint"], "")) for row in rows
    ]


async def open_invites(edition: EditionInfo) -> list[InviteLine]:
    codes = await _codes(edition)
    rows = (
        await DeviceInvite.select()
        .where(
            DeviceInvite.edition == edition.id,
            DeviceInvite.used_at.is_null(),
            DeviceInvite.expires_at > clock.now(),
        )
        .order_by(DeviceInvite.id, ascending=False)
    )
    return [InviteLine(row["id"], row["name"], codes.get(row["checkpoint"], ""), row["expires_at"]) for row in rows]


async def device_of(token: int) -> int | None:
    """The phone that speaks with this token."""
    row = await ScanDevice.select(ScanDevice.id).where(ScanDevice.token == token).first()
    return row["id"] if row else None
