"""The form of what stands on a stage: a day, a clock time and a length rather than moments with offsets."""

import re
from datetime import timedelta
from typing import Any

from core.editions.queries import EditionInfo
from core.errors import FieldError, InvalidInput
from core.i18n import mark
from gateway.days import typed_moment
from gateway.forms import Form
from projects.queries.agenda import SlotInfo
from projects.rules.timetable import SpeakerIn

KINDS: dict[str, str] = {
    "pitch": mark("Pitch"),
    "talk": mark("Talk"),
    "ceremony": mark("Ceremony"),
    "signing": mark("Signing"),
    "pause": mark("Break"),
}


def _speakers(typed: str) -> list[SpeakerIn]:
    """A line each: the name, and after a comma or a wide gap whom the person speaks for."""
    found = []
    for line in typed.splitlines():
        name, _, organisation = re.sub(r"[,，;；|]|\t| {2,}|　", "\0", line.strip(), count=1).partition("\0")
        if name.strip():
            found.append(SpeakerIn(name.strip(), organisation.strip() or None))
    return found


def times_of(form: Form, edition: EditionInfo) -> dict[str, Any]:
    """Stage, times and speakers, for :class:`~projects.rules.timetable.SlotIn`.

    :raises InvalidInput: at ``stage``, ``day``, ``begins`` or ``minutes``.
    """
    faults: list[FieldError] = []
    begins = typed_moment(form, "day", "begins", edition, faults)
    minutes = form.number("minutes")
    if minutes is None or not 1 <= minutes <= 720:
        faults.append(FieldError("minutes", "out_of_range", mark("Please enter 1 to 720 minutes.")))
    if not form.text("stage", 200).strip():
        faults.append(FieldError("stage", "required", mark("Please fill this in.")))
    if faults or begins is None or minutes is None:
        raise InvalidInput(errors=tuple(faults))
    return {
        "stage": form.text("stage", 200),
        "starts_at": begins.isoformat(),
        "ends_at": (begins + timedelta(minutes=minutes)).isoformat(),
        "speakers": _speakers(form.text("speakers", 10_000)),
    }


def filled(slot: SlotInfo, edition: EditionInfo) -> Form:
    begins = slot.starts_at.astimezone(edition.zone)
    return Form(
        {
            "kind": slot.kind.value,
            "project": slot.project,
            "title": "" if slot.project else slot.title,
            "title_en": "" if slot.project else slot.title_en,
            "stage": slot.stage.name,
            "day": begins.date().isoformat(),
            "begins": f"{begins:%H:%M}",
            "minutes": str((slot.ends_at - slot.starts_at) // timedelta(minutes=1)),
            "speakers": "\n".join(
                f"{who.name}，{who.organisation}" if who.organisation else who.name for who in slot.speakers
            ),
        }
    )
