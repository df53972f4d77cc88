"""Badges in the desk: found, issued, changed, printed in bulk, and blank ones for walk-ins."""

from typing import Any

from admin.badges import blanks, desk, keys, names, one, prints, visits

ROUTES: list[Any] = [
    *desk.ROUTES,
    *one.ROUTES,
    *prints.ROUTES,
    *blanks.ROUTES,
    *names.ROUTES,
    *keys.ROUTES,
    *visits.ROUTES,
]
