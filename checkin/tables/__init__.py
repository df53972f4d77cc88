"""The tables of this domain, a file for each part of it."""

from checkin.tables.badges import Badge, BadgeChange, BadgeKey, BadgeKind, BadgeStatus
from checkin.tables.checkpoints import Area, Checkpoint, Reentry
from checkin.tables.devices import DeviceInvite, ScanDevice
from checkin.tables.incidents import Incident, IncidentKind, IncidentNote
from checkin.tables.leads import Lead, LeadConsent, LeadEvent, LeadTransfer
from checkin.tables.prints import BadgePrint, PrintRun
from checkin.tables.scans import (
    AreaBar,
    AreaCount,
    Direction,
    Presence,
    Reason,
    Ruling,
    Scan,
    ScanFold,
    ScanRuling,
    ScanTally,
    ScanUndo,
    Verdict,
)
from checkin.tables.visits import Visit

__all__ = [
    "Area",
    "AreaBar",
    "AreaCount",
    "Badge",
    "BadgeChange",
    "BadgeKey",
    "BadgeKind",
    "BadgePrint",
    "BadgeStatus",
    "Checkpoint",
    "DeviceInvite",
    "Direction",
    "Incident",
    "IncidentKind",
    "IncidentNote",
    "Lead",
    "LeadConsent",
    "LeadEvent",
    "LeadTransfer",
    "Presence",
    "PrintRun",
    "Reason",
    "Reentry",
    "Ruling",
    "Scan",
    "ScanDevice",
    "ScanFold",
    "ScanRuling",
    "ScanTally",
    "ScanUndo",
    "Verdict",
    "Visit",
]
