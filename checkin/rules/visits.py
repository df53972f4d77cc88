"""What a visitor's registration needs."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Literal

import msgspec

from checkin.rules import badges as rules
from checkin.rules.badges import BadgeDraft, BadgeIn
from checkin.tables import BadgeKind
from core import text
from core.errors import FieldError, InvalidInput
from core.i18n import mark

HELPERS = ("", "family", "staff")
_CLOCK = re.compile(r"([01]?\d|2[0-3])[:：]?([0-5]\d)")


class VisitIn(msgspec.Struct, kw_only=True):
    """As typed. ``days`` empty: every day that is left."""

    holder: str = ""
    mobile: str = ""
    email: str = ""
    organisation: str = ""
    days: list[str] = []
    group: bool = False
    size: str = ""
    #: A name a line.
    members: str = ""
    vehicle: str = ""
    arrives: str = ""
    helper: str = ""
    helper_name: str = ""
    consent: bool = False
    notice: str = ""
    leads: bool = False


class VisitDraft(msgspec.Struct, frozen=True):
    badge: BadgeDraft
    helper: Literal["", "family", "staff"]
    helper_name: str
    vehicle: str
    arrives: int | None
    notice: str
    leads: bool


def _minutes(typed: str, errors: list[FieldError]) -> int | None:
    bare = text.code(typed) if typed.strip() else ""
    if not bare:
        return None
    found = _CLOCK.fullmatch(bare)
    if found is None:
        message = mark("Please write the time as hours and minutes, such as 09:30.")
        errors.append(FieldError("arrives", "time", message))
        return None
    return int(found[1]) * 60 + int(found[2])


def _size(typed: VisitIn, errors: list[FieldError]) -> int:
    if not typed.group:
        return 1
    try:
        size = int(text.code(typed.size)[:6])
    except ValueError:
        size = 0
    if not 2 <= size <= rules.MAX_SIZE:
        message = mark("Please say how many come, 2 to 500, with the one who leads them.")
        errors.append(FieldError("size", "range", message))
        return 1
    return size


def _days(typed: VisitIn, offered: Sequence[date], errors: list[FieldError]) -> list[str]:
    """All that are left is every day: whoever comes back need not change the badge."""
    wanted = {one for one in typed.days if one}
    if wanted - {day.isoformat() for day in offered}:
        errors.append(FieldError("days", "not_offered", mark("Please choose days of the expo that are still to come.")))
    return [] if len(wanted) == len(offered) else sorted(wanted)


def checked(typed: VisitIn, offered: Sequence[date], notice: str, locale: str, *, attended: bool = False) -> VisitDraft:
    """``attended``: somebody of the crew types it, for one who stands there and may give neither number nor address.

    :raises InvalidInput: each fault at its field.
    """
    errors: list[FieldError] = []
    size = _size(typed, errors)
    helper: Literal["", "family", "staff"] = (
        "family" if typed.helper == "family" else "staff" if typed.helper == "staff" else ""
    )
    helper_name = rules.line("helper_name", typed.helper_name, 100, bool(helper), errors) if helper else ""
    vehicle = rules.line("vehicle", typed.vehicle, 100, False, errors) if typed.group else ""
    badge = rules.checked(
        BadgeIn(
            kind=(BadgeKind.group if typed.group else BadgeKind.visitor).value,
            holder=typed.holder,
            organisation=typed.organisation,
            days=_days(typed, offered, errors),
            mobile=typed.mobile,
            email=typed.email,
            size=size if typed.group else None,
            members=typed.members.splitlines()[: rules.MAX_SIZE + 1] if typed.group else None,
            locale=locale,
        ),
        errors,
    )
    if not attended and not typed.mobile.strip() and not typed.email.strip():
        message = mark("Please give a mobile number or an e-mail address; the helper's own will do.")
        errors.append(FieldError("mobile", "required", message))
    arrives = _minutes(typed.arrives, errors) if typed.group else None
    if not typed.consent:
        errors.append(FieldError("consent", "required", mark("Please read the privacy notice and tick the box.")))
    elif typed.notice != notice:
        message = mark("The privacy notice has changed meanwhile. Please read it and tick the box again.")
        errors.append(FieldError("consent", "outdated", message))
    if errors or badge is None:
        raise InvalidInput(errors=tuple(errors))
    return VisitDraft(badge, helper, helper_name, vehicle, arrives, notice, typed.leads)
