"""The side navigation of the organizers' desk: one line an area, seen by those who may open it."""

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


STAFF = frozenset({Role.organizer, Role.reviewer, Role.signing, Role.viewer, Role.gate})

#: In the order in which they stand.
ENTRIES: list[Entry] = [
    Entry("/admin", mark("Overview"), STAFF),
    Entry("/admin/people", mark("People"), frozenset({Role.organizer})),
    Entry("/admin/tokens", mark("Tokens of programs"), frozenset({Role.organizer})),
    Entry("/admin/audit", mark("Audit trail"), frozenset({Role.organizer})),
    Entry("/admin/privacy", mark("Personal data"), frozenset({Role.admin})),
    Entry("/admin/security", mark("Security"), frozenset({Role.admin})),
    Entry("/admin/exhibitors", mark("Applications"), frozenset({Role.reviewer})),
    Entry("/admin/changes", mark("Changes to decide on"), frozenset({Role.reviewer})),
    Entry("/admin/messages", mark("Messages"), frozenset({Role.organizer})),
    Entry("/admin/booths", mark("Booths"), frozenset({Role.organizer})),
    Entry("/admin/drawings", mark("Drawings"), frozenset({Role.reviewer})),
    Entry("/admin/move", mark("Move-in and move-out"), frozenset({Role.organizer})),
    Entry("/admin/badges", mark("Badges"), frozenset({Role.organizer})),
    Entry("/admin/editions", mark("Editions"), frozenset({Role.organizer})),
    Entry("/admin/mail", mark("Mail"), frozenset({Role.organizer})),
    Entry("/admin/jobs", mark("Jobs"), frozenset({Role.organizer})),
]


def nav_for(actor: Actor, path: str) -> list[Shown]:
    return _shown(actor.roles, path)


@lru_cache(maxsize=1024)
def _shown(roles: frozenset[Role], path: str) -> list[Shown]:
    return [
        Shown(e.href, e.label, path == e.href or (e.href != "/admin" and path.startswith(e.href + "/")))
        for e in ENTRIES
        if roles & e.roles
    ]


provide("admin_nav", nav_for)
