"""Who is written to about meetings: a firm's contact, a visitor, the contact of an owner who exhibits nothing."""

from collections.abc import Sequence
from typing import Any

import msgspec

from checkin import holders
from checkin.tables import Badge, BadgeStatus
from core.accounts.services import people
from core.config import settings
from core.editions.queries import EditionInfo
from core.i18n import DEFAULT, Locale
from exhibitors.tables import Exhibitor
from projects.queries.meetings import MeetingInfo
from projects.rules.meetings import keys_of
from projects.tables import Project


class Reader(msgspec.Struct, frozen=True):
    """Who is written to. ``page`` is where the day stands."""

    name: str
    to: str
    locale: Locale
    page: str


async def readers(edition: EditionInfo, met: Sequence[MeetingInfo], *, in_force: bool = True) -> dict[str, Reader]:
    """By their keys (:func:`projects.rules.meetings.keys_of`). Three queries, however many.

    ``in_force``: visitors whose badge is; else all, by the badge that was made last.
    """
    base = settings().public_url
    keys = {key for one in met for key in keys_of(one)}
    firms, badges, owners = ([int(key[2:]) for key in keys if key[0] == kind] for kind in "fbp")
    found: dict[str, Reader] = {}
    columns = (Exhibitor.contact_name, Exhibitor.contact_email, Exhibitor.locale)
    for row in await Exhibitor.select(Exhibitor.id, Exhibitor.number, *columns).where(Exhibitor.id.is_in([*firms, -1])):
        page = f"{base}/portal/{row['number']}/meetings"
        locale = people.locale_of(row["locale"])
        found[f"f:{row['id']}"] = Reader(row["contact_name"], row["contact_email"], locale, page)
    holder = (Badge.holder, Badge.email, Badge.locale, Badge.serial, Badge.uid)
    theirs: Any = Badge.id.is_in([*badges, -1]) | Badge.root.is_in([*badges, -1])
    if in_force:
        theirs &= Badge.status == BadgeStatus.active.value
    for row in await Badge.select(Badge.id, Badge.root, *holder).where(theirs).order_by(Badge.id):
        page = holders.address(edition.id, row["serial"], row["uid"])
        locale = people.locale_of(row["locale"])
        found[f"b:{row['root'] or row['id']}"] = Reader(row["holder"], row["email"], locale, page)
    for row in await Project.select(Project.id, Project.number, Project.contact_name, Project.contact_email).where(
        Project.id.is_in([*owners, -1])
    ):
        page = f"{base}/projects/{row['number']}"
        found[f"p:{row['id']}"] = Reader(row["contact_name"], row["contact_email"], DEFAULT, page)
    return {key: reader for key, reader in found.items() if reader.to}
