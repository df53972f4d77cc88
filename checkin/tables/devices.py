"""Phones and scanners of the crew (检票设备)."""

from piccolo.columns import BigInt, ForeignKey, Integer, Serial, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from checkin.tables.checkpoints import Checkpoint
from core.accounts.tables import ApiToken
from core.editions.tables import Edition


class ScanDevice(Table, tablename="scan_device"):
    """Speaks with a token of its own. Personal: ``user_agent``."""

    id: Serial
    edition = ForeignKey(Edition, on_delete=OnDelete.restrict, null=False)
    name = Varchar(length=100)
    token = ForeignKey(ApiToken, on_delete=OnDelete.restrict, null=False, unique=True)
    #: None: it may choose.
    checkpoint = ForeignKey(Checkpoint, on_delete=OnDelete.restrict, null=True, default=None)
    user_agent = Varchar(length=200, default="")
    enrolled_at = Timestamptz()
    last_seen_at = Timestamptz(default=None, null=True)
    #: Scans that it has not sent yet.
    queue = Integer(default=0)
    #: Percent, where it is known.
    battery = Integer(default=None, null=True)
    app_version = Varchar(length=40, default="")
    #: Its clock minus ours.
    clock_skew_ms = BigInt(default=0)
    revoked_at = Timestamptz(default=None, null=True)
    wiped_at = Timestamptz(default=None, null=True)


class DeviceInvite(Table, tablename="device_invite"):
    """A code that enrols one device, once."""

    id: Serial
    edition = ForeignKey(Edition, on_delete=OnDelete.restrict, null=False)
    #: What the device will be called.
    name = Varchar(length=100)
    checkpoint = ForeignKey(Checkpoint, on_delete=OnDelete.restrict, null=True, default=None)
    code_hash = Varchar(length=64, unique=True)
    #: ``Actor.key``.
    created_by = Varchar(length=60)
    created_at = Timestamptz()
    expires_at = Timestamptz()
    used_at = Timestamptz(default=None, null=True)
    device = ForeignKey(ScanDevice, on_delete=OnDelete.restrict, null=True, default=None)
