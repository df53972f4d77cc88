"""The timetable as a calendar (RFC 5545), for the calendars on people's phones."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from icalendar import Alarm, Calendar, Event, vText

from projects.queries.agenda import SlotInfo
from projects.queries.meetings import MeetingInfo
from projects.rules.meetings import keys_of


def _begun(name: str, timezone: str, agenda: str) -> Calendar:
    made = Calendar()
    made.add("prodid", f"-//Yinbo//{agenda}//EN")
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", name)
    made.add("x-wr-timezone", timezone)
    return made


def meetings(
    name: str, host: str, venue: str, timezone: str, met: Sequence[MeetingInfo], key: str, locale: str
) -> bytes:
    """Of the one who has the ``key`` (:func:`projects.rules.meetings.keys_of`), with a reminder 15 minutes before. As
    :func:`calendar` otherwise; the SEQUENCE is the second of the last change, since 2020."""
    made = _begun(name, timezone, "Meetings")
    for one in met:
        if one.starts_at is None or one.ends_at is None:
            continue
        event = Event()
        event.add("uid", f"meeting-{one.number}@{host}")
        event.add("dtstamp", _utc(one.changed_at))
        event.add("last-modified", _utc(one.changed_at))
        event.add("sequence", int(one.changed_at.timestamp()) - 1_577_836_800)
        event.add("dtstart", _utc(one.starts_at))
        event.add("dtend", _utc(one.ends_at))
        event.add("summary", one.partner if keys_of(one)[0] == key else one.owner)
        event.add("location", ", ".join(filter(None, (one.place, venue))))
        event.add("description", vText(one.name(locale)))
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", one.place)
        alarm.add("trigger", timedelta(minutes=-15))
        event.add_component(alarm)
        made.add_component(event)
    packed: bytes = made.to_ical()
    return packed


def calendar(
    name: str, host: str, venue: str, timezone: str, slots: Sequence[SlotInfo], locale: str, base: str
) -> bytes:
    """Times are UTC, so that no calendar needs to know the expo's timezone; each event keeps its UID while it moves and
    counts its changes in SEQUENCE. ``host`` ends the UIDs, ``base`` begins the links."""
    made = _begun(name, timezone, "Agenda")
    for slot in slots:
        event = Event()
        event.add("uid", f"slot-{slot.id}@{host}")
        event.add("dtstamp", _utc(slot.changed_at))
        event.add("last-modified", _utc(slot.changed_at))
        event.add("sequence", slot.sequence)
        event.add("dtstart", _utc(slot.starts_at))
        event.add("dtend", _utc(slot.ends_at))
        event.add("summary", slot.said(locale))
        event.add("location", ", ".join(filter(None, (slot.stage.said(locale), venue))))
        speakers = [", ".join(filter(None, (who.name, who.organisation))) for who in slot.speakers]
        event.add("description", vText("\n".join(filter(None, (slot.owner, *speakers)))))
        if slot.project:
            event.add("url", f"{base}/projects/{slot.project}")
        made.add_component(event)
    packed: bytes = made.to_ical()
    return packed


def _utc(when: datetime) -> datetime:
    return when.astimezone(UTC).replace(microsecond=0)
