"""The timetable as a calendar (RFC 5545), for the calendars on people's phones."""

from collections.abc import Sequence
from datetime import UTC, datetime

from icalendar import Calendar, Event, vText

from projects.queries.agenda import SlotInfo


def calendar(
    name: str, host: str, venue: str, timezone: str, slots: Sequence[SlotInfo], locale: str, base: str
) -> bytes:
    """Times are UTC, so that no calendar needs to know the expo's timezone; each event keeps its UID while it moves and
    counts its changes in SEQUENCE. ``host`` ends the UIDs, ``base`` begins the links."""
    made = Calendar()
    made.add("prodid", "-//Yinbo//Agenda//EN")
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", name)
    made.add("x-wr-timezone", timezone)
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
