"""The desk around the gates: checkpoints, devices, what is going on, conflicts, and the desk in the hall."""

from typing import Any

from admin.gate import incidents, live

ROUTES: list[Any] = [*live.ROUTES, *incidents.ROUTES]
