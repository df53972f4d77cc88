"""The spreadsheet of projects. It holds contacts, so it is written down in the trail. Amounts are text, to the fen."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta

from core import money
from core.accounts.roles import Actor
from core.audit import services as audit
from core.db import transaction
from core.editions.queries import EditionInfo
from core.files.sheets import DAY_AND_TIME, TEXT, Column, on_the_wall, xlsx
from core.i18n import Locale, mark, translate
from projects.queries.meetings import MeetingInfo
from projects.queries.projects import ProjectInfo

TITLE = mark("Projects")
#: Rows of one spreadsheet.
MOST = 5_000
_COLUMNS = (
    (mark("Number"), 10, TEXT),
    (mark("State"), 14, "General"),
    (mark("Title of the project"), 36, "General"),
    (mark("Title in English"), 36, "General"),
    (mark("Owner"), 28, "General"),
    (mark("Exhibitor"), 10, TEXT),
    (mark("Fields"), 24, "General"),
    (mark("Stage of the project"), 14, "General"),
    (mark("Region"), 14, "General"),
    (mark("Investment in all"), 20, TEXT),
    (mark("Funding sought"), 20, TEXT),
    (mark("Cooperation wanted"), 24, "General"),
    (mark("Contact person"), 16, "General"),
    (mark("Mobile phone"), 18, TEXT),
    (mark("E-mail"), 28, "General"),
)


def _cells(one: ProjectInfo, words: Mapping[str, str]) -> list[object]:
    """``words``: codes of fields, states, phases and cooperation as the reader says them."""
    return [
        one.number,
        words[one.state],
        one.title,
        one.title_en or None,
        one.owner,
        one.exhibitor or None,
        ", ".join(words.get(code, code) for code in one.fields) or None,
        words[one.phase],
        one.region or None,
        None if one.investment is None else money.plain(one.investment),
        None if one.funding_sought is None else money.plain(one.funding_sought),
        ", ".join(words[code] for code in one.cooperation) or None,
        one.contact.name or None,
        one.contact.mobile or None,
        one.contact.email or None,
    ]


_MEETING_COLUMNS = (
    (mark("Number"), 12, TEXT),
    (mark("State"), 14, "General"),
    (mark("Project"), 12, TEXT),
    (mark("Title of the project"), 36, "General"),
    (mark("Owner"), 28, "General"),
    (mark("Partner"), 28, "General"),
    (mark("Exhibitor"), 10, TEXT),
    (mark("Number of the badge"), 14, TEXT),
    (mark("Table or room"), 16, TEXT),
    (mark("Begins at"), 18, DAY_AND_TIME),
    (mark("Minutes"), 10, "0"),
    (mark("Owner seen at"), 18, DAY_AND_TIME),
    (mark("Partner seen at"), 18, DAY_AND_TIME),
    (mark("As the owner saw it"), 18, "General"),
    (mark("As the partner saw it"), 18, "General"),
)


async def meetings(
    actor: Actor, edition: EditionInfo, found: Sequence[MeetingInfo], words: Mapping[str, str], locale: Locale
) -> bytes:
    """``words``: states and outcomes as the reader says them. What people wrote to each other is left out."""
    async with transaction():
        await audit.record(actor, "meetings.exported", f"edition:{edition.slug}", after={"rows": len(found)})

    columns = [Column(translate(locale, heading), width, shape) for heading, width, shape in _MEETING_COLUMNS]
    rows = [
        [
            one.number,
            words[one.state],
            one.project,
            one.name(locale),
            one.owner,
            ", ".join(filter(None, (one.partner, one.partner_organisation))),
            one.exhibitor or None,
            one.badge or None,
            one.place or None,
            on_the_wall(one.starts_at, edition.timezone),
            (one.ends_at - one.starts_at) // timedelta(minutes=1) if one.starts_at and one.ends_at else None,
            on_the_wall(one.owner_here_at, edition.timezone),
            on_the_wall(one.partner_here_at, edition.timezone),
            words.get(one.outcome_owner),
            words.get(one.outcome_partner),
        ]
        for one in found
    ]
    return await asyncio.to_thread(xlsx, translate(locale, mark("Meetings")), columns, rows)


async def projects(
    actor: Actor, edition: EditionInfo, found: Sequence[ProjectInfo], words: Mapping[str, str], locale: Locale
) -> bytes:
    async with transaction():
        await audit.record(actor, "projects.exported", f"edition:{edition.slug}", after={"rows": len(found)})
    columns = [Column(translate(locale, heading), width, shape) for heading, width, shape in _COLUMNS]
    rows = [_cells(one, words) for one in found]
    return await asyncio.to_thread(xlsx, translate(locale, TITLE), columns, rows)
