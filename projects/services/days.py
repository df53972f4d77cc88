"""Mails about one's day of meetings: after a plan, on the eve, and shortly before each."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from functools import partial

import msgspec

from core import clock
from core.db import transaction
from core.editions.queries import EditionInfo, NoEdition, require_current
from core.editions.rules import moment_of
from core.i18n import Locale
from core.i18n.formats import clock as at_the_clock
from core.i18n.formats import full_day, moment
from core.jobs import every
from core.mail.queries import keys_written
from core.mail.services import Message, compose, enqueue
from projects.queries import meetings as queries
from projects.queries.meetings import MeetingInfo
from projects.rules.meetings import keys_of
from projects.services.readers import Reader, readers

#: On the eve, by the expo's clock: minutes of the day.
EVENING = 17 * 60
SOON = timedelta(minutes=30)
AT_ONCE = 40


class Line(msgspec.Struct, frozen=True):
    """A meeting as one of the two reads it."""

    when: str
    table: str
    other: str
    title: str


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


async def _send(wanted: Mapping[str, tuple[Reader, Callable[[], Message]]]) -> None:
    """By a key each: what was written before is not written again. Outside of the door, for rendering is none of its
    work."""
    known = await keys_written(wanted)
    mails = [(key, reader, write()) for key, (reader, write) in wanted.items() if key not in known]
    for start in range(0, len(mails), AT_ONCE):
        async with transaction():
            for key, reader, mail in mails[start : start + AT_ONCE]:
                await enqueue(reader.to, mail, to_name=reader.name, key=key)


def _a_day(edition: EditionInfo, key: str, reader: Reader, met: Sequence[MeetingInfo], day: date | None) -> Message:
    """``day``: the one that all of them are on."""
    lines = [line(edition, one, key, reader.locale, day=day is None) for one in met]
    said = full_day(reader.locale, day) if day else ""
    return compose("meeting_day", reader.locale, name=reader.name, day=said, lines=lines, page=reader.page)


async def after_a_plan(edition: EditionInfo, changed: Sequence[MeetingInfo], plan: int) -> None:
    """Everybody of whom something changed gets the whole of what lies ahead."""
    concerned = {key for one in changed for key in keys_of(one)}
    if not concerned:
        return
    now = clock.now()
    every_one = [one for one in await queries.placed(edition) if one.starts_at and one.starts_at > now]
    known, days = await readers(edition, changed), _by_person(every_one)
    await _send(
        {
            f"meetings:plan:{plan}:{key}": (known[key], partial(_a_day, edition, key, known[key], days[key], None))
            for key in sorted(concerned & known.keys() & days.keys())
        }
    )


async def eve(edition: EditionInfo, day: date) -> None:
    """Each person's meetings of that day; once."""
    since = moment_of(day, 0, edition.timezone)
    met = await queries.placed(edition, since, moment_of(day, 1440, edition.timezone))
    known = await readers(edition, met)
    await _send(
        {
            f"meetings:eve:{edition.id}:{day}:{key}": (known[key], partial(_a_day, edition, key, known[key], some, day))
            for key, some in _by_person(met).items()
            if key in known
        }
    )


async def soon(edition: EditionInfo) -> None:
    """What begins within half an hour; once for each time that it was given."""
    now = clock.now()
    met = await queries.placed(edition, now, now + SOON)
    known = await readers(edition, met)
    await _send(
        {
            f"meetings:soon:{one.id}:{one.starts_at.timestamp():.0f}:{key}": (
                known[key],
                partial(_one_soon, edition, key, known[key], one),
            )
            for one in met
            for key in keys_of(one)
            if key in known and one.starts_at is not None
        }
    )


def _one_soon(edition: EditionInfo, key: str, reader: Reader, met: MeetingInfo) -> Message:
    said = line(edition, met, key, reader.locale, day=False)
    return compose("meeting_soon", reader.locale, name=reader.name, one=said, page=reader.page)


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
