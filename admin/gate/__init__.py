"""The desk around the gates: checkpoints, devices, what is going on, conflicts, and the desk in the hall."""

from typing import Any

from admin.gate import came, checkpoints, conflicts, devices, incidents, live, scans

ROUTES: list[Any] = [
    *checkpoints.ROUTES,
    *live.ROUTES,
    *devices.ROUTES,
    *scans.ROUTES,
    *came.ROUTES,
    *conflicts.ROUTES,
    *incidents.ROUTES,
]
