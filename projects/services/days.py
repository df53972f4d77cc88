"""Mails about one's day of meetings: after a plan, on the eve, and shortly before each."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import msgspec

from checkin import holders
from checkin.tables import Badge, BadgeStatus
from core import clock
from core.accounts.services import people
from core.config import settings
from core.db import transaction
from core.editions.queries import EditionInfo, NoEdition, require_current
from core.editions.rules import moment_of
from core.i18n import DEFAULT, Locale
from core.i18n.formats import clock as at_the_clock
from core.i18n.formats import full_day, moment
from core.jobs import every
from core.mail.services import Message, compose, enqueue
from exhibitors.tables import Exhibitor
from projects.queries import meetings as queries
from projects.queries.meetings import MeetingInfo
from projects.rules.meetings import keys_of
from projects.tables import Project

#: On the eve, by the expo's clock: minutes of the day.
EVENING = 17 * 60
SOON = timedelta(minutes=30)
AT_ONCE = 40


class Reader(msgspec.Struct, frozen=True):
    """Who is written to. ``page`` is where the day stands."""

    name: str
    to: str
    locale: Locale
    page: str


class Line(msgspec.Struct, frozen=True):
    """A meeting as one of the two reads it."""

    when: str
    table: str
    other: str
    title: str


async def readers(edition: EditionInfo, met: Sequence[MeetingInfo]) -> dict[str, Reader]:
    """By their keys (:func:`projects.rules.meetings.keys_of`). Three queries, however many."""
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
    rows = await Badge.select(Badge.id, Badge.root, *holder).where(
        Badge.id.is_in([*badges, -1]) | Badge.root.is_in([*badges, -1]), Badge.status == BadgeStatus.active.value
    )
    for row in rows:
        page = holders.address(edition.id, row["serial"], row["uid"])
        locale = people.locale_of(row["locale"])
        found[f"b:{row['root'] or row['id']}"] = Reader(row["holder"], row["email"], locale, page)
    for row in await Project.select(Project.id, Project.number, Project.contact_name, Project.contact_email).where(
        Project.id.is_in([*owners, -1])
    ):
        page = f"{base}/projects/{row['number']}"
        found[f"p:{row['id']}"] = Reader(row["contact_name"], row["contact_email"], DEFAULT, page)
    return {key: reader for key, reader in found.items() if reader.to}


def line(edition: EditionInfo, met: MeetingInfo, key: str, locale: Locale, *, day: bool) -> Line:
    assert met.starts_at is not None
    when = moment(locale, met.starts_at, edition.timezone) if day else at_the_clock(met.starts_at, edition.timezone)
    other = met.partner if keys_of(met)[0] == key else met.owner
    return Line(when, met.place, other, met.name(locale))


def _by_person(met: Sequence[MeetingInfo]) -> dict[str, list[MeetingInfo]]:
    found: dict[str, list[MeetingInfo]] = defaultdict(list)
    for one in met:
        for key in keys_of(one):
            found[key].append(one)
    return found


async def _send(mails: Sequence[tuple[str, Reader, Message]]) -> None:
    """``mails`` with a key each: said again it is nothing. Written before, for rendering is none of the door's work."""
    for start in range(0, len(mails), AT_ONCE):
        async with transaction():
            for key, reader, mail in mails[start : start + AT_ONCE]:
                await enqueue(reader.to, mail, to_name=reader.name, key=key)


async def after_a_plan(edition: EditionInfo, changed: Sequence[MeetingInfo], plan: int) -> None:
    """Everybody of whom something changed gets the whole of what lies ahead."""
    concerned = {key for one in changed for key in keys_of(one)}
    if not concerned:
        return
    now = clock.now()
    every_one = [one for one in await queries.placed(edition) if one.starts_at and one.starts_at > now]
    known, days = await readers(edition, changed), _by_person(every_one)
    mails = []
    for key in sorted(concerned & known.keys() & days.keys()):
        reader = known[key]
        lines = [line(edition, one, key, reader.locale, day=True) for one in days[key]]
        mail = compose("meeting_day", reader.locale, name=reader.name, day="", lines=lines, page=reader.page)
        mails.append((f"meetings:plan:{plan}:{key}", reader, mail))
    await _send(mails)


async def eve(edition: EditionInfo, day: date) -> None:
    """Each person's meetings of that day; once."""
    since = moment_of(day, 0, edition.timezone)
    met = await queries.placed(edition, since, moment_of(day, 1440, edition.timezone))
    known = await readers(edition, met)
    mails = []
    for key, some in _by_person(met).items():
        if key in known:
            reader = known[key]
            lines = [line(edition, one, key, reader.locale, day=False) for one in some]
            said = full_day(reader.locale, day)
            mail = compose("meeting_day", reader.locale, name=reader.name, day=said, lines=lines, page=reader.page)
            mails.append((f"meetings:eve:{edition.id}:{day}:{key}", reader, mail))
    await _send(mails)


async def soon(edition: EditionInfo) -> None:
    """What begins within half an hour; once for each time that it was given."""
    now = clock.now()
    met = await queries.placed(edition, now, now + SOON)
    known = await readers(edition, met)
    mails = []
    for one in met:
        for key in keys_of(one):
            if key in known and one.starts_at is not None:
                reader = known[key]
                said: Any = line(edition, one, key, reader.locale, day=False)
                mail = compose("meeting_soon", reader.locale, name=reader.name, one=said, page=reader.page)
                mails.append((f"meetings:soon:{one.id}:{one.starts_at.timestamp():.0f}:{key}", reader, mail))
    await _send(mails)


@every(seconds=120, name="remind of meetings")
async def remind() -> None:
    try:
        edition = await require_current()
    except NoEdition:
        return
    now = clock.now().astimezone(edition.zone)
    tomorrow = now.date() + timedelta(days=1)
    if now.hour * 60 + now.minute >= EVENING and edition.first_day <= tomorrow <= edition.last_day:
        await eve(edition, tomorrow)
    if edition.first_day <= now.date() <= edition.last_day:
        await soon(edition)
