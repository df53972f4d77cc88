"""Wakes the senders of this process when a mail was enqueued."""

from core.waking import Bells

_bells = Bells()
nudge = _bells.nudge
bell = _bells.bell
