"""The exhibitor's own desk (参展商中心): status and to-dos, profile, products, colleagues, badges, messages.

Each address carries the exhibitor's number; whoever is no member of that desk gets 404, as for a number that is none.
"""

from typing import Any

from portal.desk import files, meetings, messages, overview, people, products, profile, projects
from portal.desk.frame import Asked, Desk, opened

__all__ = ["ROUTES", "Asked", "Desk", "opened"]

ROUTES: list[Any] = [
    *overview.ROUTES,
    *profile.ROUTES,
    *products.ROUTES,
    *projects.ROUTES,
    *meetings.ROUTES,
    *files.ROUTES,
    *people.ROUTES,
    *messages.ROUTES,
]
