"""The words of meetings, and the form for a table and a time."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from litestar import Response

from core.accounts.roles import Actor
from core.config import settings
from core.editions.queries import EditionInfo
from core.editions.rules import moment_of
from core.errors import FieldError, InvalidInput
from core.i18n import Locale, mark, translate
from gateway import timetable
from gateway.days import typed_day, typed_minute, typed_moment
from gateway.forms import Form
from projects import feed
from projects.queries.meetings import MeetingInfo
from projects.rules.meetings import PlaceIn
from projects.services import planning
from projects.tables import MeetingState, Outcome

STATES: dict[str, str] = {
    MeetingState.requested: mark("Waits for an answer"),
    MeetingState.accepted: mark("Agreed"),
    MeetingState.declined: mark("Declined"),
    MeetingState.cancelled: mark("Called off"),
    MeetingState.held: mark("Took place"),
    MeetingState.missed: mark("Not held"),
}
#: :data:`projects.rules.meetings.PRIORITIES`.
PRIORITIES: dict[str, str] = {"1": mark("Usual"), "2": mark("Important"), "3": mark("Urgent")}
OUTCOMES: dict[str, str] = {
    Outcome.not_suitable: mark("Does not suit"),
    Outcome.informative: mark("Good to know each other"),
    Outcome.cooperation: mark("Cooperation possible"),
    Outcome.deal: mark("Wants to sign"),
}


def words(locale: Locale) -> dict[str, str]:
    """States and outcomes as the reader says them."""
    return {code: translate(locale, said) for code, said in (STATES | OUTCOMES).items()}


def place_of(form: Form, edition: EditionInfo) -> PlaceIn:
    """:raises InvalidInput: at ``table``, ``day``, ``begins`` or ``minutes``."""
    try:
        times = timetable.times_of(Form({**form, "stage": form.text("table", 200)}), edition)
    except InvalidInput as refused:
        faults = tuple(
            FieldError("table", one.code, one.message) if one.field == "stage" else one for one in refused.errors
        )
        raise InvalidInput(errors=faults) from refused
    return PlaceIn(times["stage"], times["starts_at"], times["ends_at"])


def span_of(form: Form, edition: EditionInfo) -> tuple[str, str]:
    """From when to when somebody is away, of one day. :raises InvalidInput: at ``day``, ``begins`` or ``ends``."""
    faults: list[FieldError] = []
    day = typed_day(form, "day", edition, faults)
    begins, ends = typed_minute(form, "begins", faults), typed_minute(form, "ends", faults)
    if begins is not None and ends is not None and ends <= begins and not faults:
        faults.append(FieldError("ends", "order", mark("The end comes after the beginning.")))
    if faults or day is None or begins is None or ends is None:
        raise InvalidInput(errors=tuple(faults))
    return moment_of(day, begins, edition.timezone).isoformat(), moment_of(day, ends, edition.timezone).isoformat()


def at_meeting(shown: dict[str, str], meeting: str) -> dict[str, str]:
    """Errors at the fields of one meeting of a page with many."""
    found = {}
    for name, said in shown.items():
        if name == "wished_at":
            name = "wish_begins"
        found[f"{name}-{meeting}" if name and not name.endswith(f"-{meeting}") else name] = said
    return found


def wish_of(form: Form, edition: EditionInfo, meeting: str) -> str:
    """A time that one would rather have. :raises InvalidInput: at ``wish_day-…`` or ``wish_begins-…``."""
    faults: list[FieldError] = []
    wished = typed_moment(form, f"wish_day-{meeting}", f"wish_begins-{meeting}", edition, faults)
    if wished is None:
        raise InvalidInput(errors=tuple(faults))
    return wished.isoformat()


async def keep_away(actor: Actor, edition: EditionInfo, who: int, form: Form) -> None:
    """Adds a span, or takes the one away that ``remove`` names. :raises InvalidInput:"""
    gone = form.number("remove")
    if gone is not None:
        await planning.come_back(actor, edition, who, gone)
    else:
        await planning.go_away(actor, edition, who, *span_of(form, edition))


def calendar_of(met: Sequence[MeetingInfo], key: str, edition: EditionInfo, locale: Locale) -> Response[bytes]:
    """A file that calendars take: the day of whoever has the ``key``."""
    host = urlsplit(settings().public_url).hostname or "localhost"
    name = translate(locale, mark("Meetings")) + " · " + edition.name(locale)
    packed = feed.meetings(name, host, edition.venue(locale), edition.timezone, met, key, locale)
    headers = {"content-disposition": 'attachment; filename="meetings.ics"', "cache-control": "private, no-store"}
    return Response(packed, media_type="text/calendar; charset=utf-8", headers=headers)


def filled(one: MeetingInfo, edition: EditionInfo) -> Form:
    if one.wished_at is not None:
        wished = one.wished_at.astimezone(edition.zone)
        times = {"day": wished.date().isoformat(), "begins": f"{wished:%H:%M}"}
        return Form({"minutes": "20", "table": one.place, **times})
    if one.starts_at is None or one.ends_at is None:
        return Form({"minutes": "20", "day": edition.today().isoformat()})
    begins = one.starts_at.astimezone(edition.zone)
    minutes = int((one.ends_at - one.starts_at).total_seconds()) // 60
    return Form(
        {
            "table": one.place,
            "day": begins.date().isoformat(),
            "begins": f"{begins:%H:%M}",
            "minutes": str(minutes),
        }
    )
