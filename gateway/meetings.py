"""The words of meetings, and the form for a table and a time."""

from core.editions.queries import EditionInfo
from core.errors import FieldError, InvalidInput
from core.i18n import mark
from gateway import timetable
from gateway.forms import Form
from projects.queries.meetings import MeetingInfo
from projects.rules.meetings import PlaceIn
from projects.tables import MeetingState, Outcome

STATES: dict[str, str] = {
    MeetingState.requested: mark("Waits for an answer"),
    MeetingState.accepted: mark("Agreed"),
    MeetingState.declined: mark("Declined"),
    MeetingState.cancelled: mark("Called off"),
    MeetingState.held: mark("Took place"),
    MeetingState.missed: mark("Not held"),
}
OUTCOMES: dict[str, str] = {
    Outcome.not_suitable: mark("Does not suit"),
    Outcome.informative: mark("Good to know each other"),
    Outcome.cooperation: mark("Cooperation possible"),
    Outcome.deal: mark("Wants to sign"),
}


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


def filled(one: MeetingInfo, edition: EditionInfo) -> Form:
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
