"""Wakes the workers of this process when a job was enqueued."""

from core.waking import Bells

_bells = Bells()
nudge = _bells.nudge
bell = _bells.bell
