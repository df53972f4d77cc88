"""``yinbo doctor``: is this installation in order, and what mends it."""

from cli.doctor.command import doctor

__all__ = ["doctor"]
