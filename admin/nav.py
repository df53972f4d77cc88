"""The side navigation of the organizers' desk: areas by what one comes for, seen by those who may open them."""

from functools import lru_cache

import msgspec

from core.accounts.roles import Actor, Role
from core.i18n import mark
from gateway.pages import provide


class Entry(msgspec.Struct, frozen=True):
    href: str
    #: A source text.
    label: str
    #: Who sees it; the route itself decides who may open it.
    roles: frozenset[Role]


class Shown(msgspec.Struct, frozen=True):
    href: str
    label: str
    current: bool


class Group(msgspec.Struct, frozen=True):
    #: A source text; empty for what stands before all.
    label: str
    entries: tuple[Shown, ...]


STAFF = frozenset({Role.organizer, Role.reviewer, Role.signing, Role.viewer, Role.gate})
_ORGANIZER = frozenset({Role.organizer})
_REVIEWER = frozenset({Role.reviewer})
_ADMIN = frozenset({Role.admin})
_GATE = frozenset({Role.gate})
_SIGNING = frozenset({Role.signing})
_VIEWER = frozenset({Role.viewer})

#: In the order in which they stand.
GROUPS: list[tuple[str, list[Entry]]] = [
    ("", [Entry("/admin", mark("Overview"), STAFF)]),
    (
        mark("Exhibitors"),
        [
            Entry("/admin/exhibitors", mark("Applications"), _REVIEWER),
            Entry("/admin/changes", mark("Changes to decide on"), _REVIEWER),
            Entry("/admin/messages", mark("Messages"), _ORGANIZER),
            Entry("/admin/booths", mark("Booths"), _ORGANIZER),
            Entry("/admin/drawings", mark("Drawings"), _REVIEWER),
            Entry("/admin/move", mark("Move-in and move-out"), _ORGANIZER),
            Entry("/admin/passes", mark("Builders and vehicles"), _ORGANIZER),
            Entry("/admin/catalogue", mark("Catalogue"), _ORGANIZER),
        ],
    ),
    (
        mark("Gates"),
        [
            Entry("/admin/badges", mark("Badges"), _ORGANIZER),
            Entry("/admin/gate", mark("Checkpoints"), _ORGANIZER),
            Entry("/admin/gate/devices", mark("Phones and scanners"), _ORGANIZER),
            Entry("/admin/gate/live", mark("Live at the gates"), _GATE),
            Entry("/admin/gate/scans", mark("Scans"), _ORGANIZER),
            Entry("/admin/gate/came", mark("Who came"), _ORGANIZER),
            Entry("/admin/gate/conflicts", mark("Conflicts at the gates"), _ORGANIZER),
            Entry("/admin/gate/evacuation", mark("Head count for an evacuation"), _GATE),
            Entry("/admin/gate/incidents", mark("Service desk"), _GATE),
        ],
    ),
    (
        mark("Projects"),
        [
            Entry("/admin/projects", mark("All projects"), _ORGANIZER),
            Entry("/admin/timetable", mark("Timetable"), _ORGANIZER),
            Entry("/admin/meetings", mark("Meetings"), _ORGANIZER),
            Entry("/admin/meetings/arrivals", mark("Who is here for a meeting"), _GATE | _ORGANIZER),
            Entry("/admin/interest", mark("Take interest down"), _GATE | _ORGANIZER),
        ],
    ),
    (
        mark("Signings"),
        [
            Entry("/admin/deals", mark("Deals"), _SIGNING),
            Entry("/admin/totals", mark("Totals"), _VIEWER),
            Entry("/admin/ceremony", mark("Signing ceremony"), _ORGANIZER | _SIGNING),
        ],
    ),
    (
        mark("The expo"),
        [
            Entry("/admin/editions", mark("Editions"), _ORGANIZER),
            Entry("/admin/people", mark("People"), _ORGANIZER),
            Entry("/admin/mail", mark("Mail"), _ORGANIZER),
            Entry("/admin/privacy", mark("Personal data"), _ADMIN),
        ],
    ),
    (
        mark("The system"),
        [
            Entry("/admin/audit", mark("Audit trail"), _ORGANIZER),
            Entry("/admin/jobs", mark("Jobs"), _ORGANIZER),
            Entry("/admin/tokens", mark("Tokens of programs"), _ORGANIZER),
            Entry("/admin/security", mark("Security"), _ADMIN),
        ],
    ),
]


def nav_for(actor: Actor, path: str) -> tuple[Group, ...]:
    return _shown(actor.roles, path)


@lru_cache(maxsize=1024)
def _shown(roles: frozenset[Role], path: str) -> tuple[Group, ...]:
    """The longest address that the path begins with is where one is."""
    hrefs = [e.href for _, entries in GROUPS for e in entries if path == e.href or path.startswith(e.href + "/")]
    here = max(hrefs, key=len, default="")
    if here == "/admin" and path != here:
        here = ""
    groups = (
        Group(label, tuple(Shown(e.href, e.label, e.href == here) for e in entries if roles & e.roles))
        for label, entries in GROUPS
    )
    return tuple(group for group in groups if group.entries)


provide("admin_nav", nav_for)
