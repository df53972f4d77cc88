"""Booths as they are typed and as they are checked."""

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import partial
from typing import TypeVar

import msgspec

from core import text
from core.errors import FieldError, InvalidInput
from core.i18n import mark
from exhibitors.tables import BoothKind

T = TypeVar("T")
MOST_AT_ONCE = 2000
MAX_AREA = 2_000_000
#: A hall of a kilometre is none.
MAX_SIDE = 10_000
STANDARD_AREA = 900
REQUIRED = mark("Please fill this in.")
LONG = mark("This is too long.")
KIND = mark("Please choose standard booths or raw space.")
CODE = mark("A code has letters and digits, and no commas, slashes or question marks.")
AREA = mark("Please give an area in square metres, such as 9 or 7.5.")
METRES = mark("Please give metres, such as 3 or 2.5.")


class BoothState(StrEnum):
    free = "free"
    held = "held"
    confirmed = "confirmed"
    blocked = "blocked"


class NewBooth(msgspec.Struct, forbid_unknown_fields=True):
    """``area_m2`` of a standard booth is 9 unless it says otherwise."""

    code: str
    hall: str
    kind: str = "standard"
    area_m2: float | str | None = None
    zone: str | None = None


class BoothDraft(msgspec.Struct, frozen=True):
    """``area`` is dm²."""

    code: str
    hall: str
    kind: BoothKind
    area: int
    zone: str = ""


def code(typed: str) -> str:
    """Without white space, in capitals; dashes of any kind are one.

    :raises Fault: when nothing is left or too much.
    """
    found = re.sub(r"[‐-―−－]", "-", text.code(typed[:200]))
    if not found:
        raise text.Fault("required", REQUIRED)
    if len(found) > 20:
        raise text.Fault("too_long", LONG)
    if re.search(r"[/\\,，、;；?#%]", found) or not re.search(r"\w", found):
        raise text.Fault("invalid", CODE)
    return found


def hall(typed: str) -> str:
    """A hall's code, which stands in addresses too.

    :raises Fault: nothing, too much, or a slash.
    """
    found = short(typed, 20, required=True)
    if re.search(r"[/\\?#%]", found) or not re.search(r"\w", found):
        raise text.Fault("invalid", CODE)
    return found


def codes(typed: str) -> list[str]:
    """Several in one line, between commas or spaces; each once, in their order."""
    parts = [part for part in re.split(r"[\s,，、;；]+", typed[:2000]) if part]
    return list(dict.fromkeys(code(part) for part in parts))


def _scaled(typed: float | str, scale: int, fault: tuple[str, str], most: int) -> int:
    try:
        bare = re.sub(r"(?i)(m2|㎡|平方米|平米|m|米)$", "", text.code(str(typed))[:40])
        number = Decimal(bare or "x") * scale
    except InvalidOperation:
        raise text.Fault(*fault) from None
    if not number.is_finite() or number != number.to_integral_value() or not 0 < number <= most:
        raise text.Fault(*fault)
    return int(number)


def area(typed: float | str) -> int:
    """Square metres as dm².

    :raises Fault: none, nothing, or finer than a hundredth.
    """
    return _scaled(typed, 100, ("area", AREA), MAX_AREA)


def metres(typed: float | str) -> int:
    """Metres as dm, more than nothing.

    :raises Fault: none, nothing, or finer than ten centimetres.
    """
    return _scaled(typed, 10, ("metres", METRES), MAX_SIDE)


def metres_or_zero(typed: float | str) -> int:
    bare = text.code(str(typed))[:40]
    return 0 if re.fullmatch(r"0+(\.0+)?(M|米)?", bare) else metres(typed)


_KINDS = {
    "standard": BoothKind.standard,
    "标展": BoothKind.standard,
    "标准展位": BoothKind.standard,
    "标准": BoothKind.standard,
    "标摊": BoothKind.standard,
    "raw": BoothKind.raw,
    "rawspace": BoothKind.raw,
    "光地": BoothKind.raw,
    "空地": BoothKind.raw,
    "特装": BoothKind.raw,
}


def kind(typed: str) -> BoothKind:
    """As the API or a spreadsheet says it, in either language.

    :raises Fault: for anything else.
    """
    found = _KINDS.get(text.code(typed[:100]).lower())
    if found is None:
        raise text.Fault("unknown", KIND)
    return found


def short(typed: str, longest: int, *, required: bool = False) -> str:
    """One line of no more than ``longest`` characters.

    :raises Fault: too long, or missing.
    """
    found = text.line(typed[: longest * 8])
    if required and not found:
        raise text.Fault("required", REQUIRED)
    if len(found) > longest:
        raise text.Fault("too_long", LONG)
    return found


def _area_of(one: NewBooth, kind_of: BoothKind) -> int:
    if one.area_m2 is not None:
        return area(one.area_m2)
    if kind_of is BoothKind.raw:
        raise text.Fault("required", REQUIRED)
    return STANDARD_AREA


def checked(typed: list[NewBooth]) -> list[BoothDraft]:
    """As they are stored; raises all that is wrong at once, each at its ``booths[n].member``."""
    errors: list[FieldError] = []
    found: list[BoothDraft] = []
    if not typed:
        errors.append(FieldError("booths", "required", REQUIRED))
    if len(typed) > MOST_AT_ONCE:
        errors.append(FieldError("booths", "too_many", mark("At most 2,000 booths at once.")))
        typed = []
    seen: dict[str, int] = {}
    for n, one in enumerate(typed):
        at = f"booths[{n}]"
        before = len(errors)

        def read(name: str, how: Callable[[], T], other: T, at: str = at) -> T:
            try:
                return how()
            except text.Fault as fault:
                errors.append(FieldError(f"{at}.{name}", fault.code, fault.message))
                return other

        kind_of = read("kind", partial(kind, one.kind), BoothKind.standard)
        draft = BoothDraft(
            code=read("code", partial(code, one.code), ""),
            hall=read("hall", partial(hall, one.hall), ""),
            kind=kind_of,
            area=read("area_m2", partial(_area_of, one, kind_of), 0),
            zone=read("zone", partial(short, one.zone or "", 40), ""),
        )
        if draft.code and seen.setdefault(draft.code, n) != n:
            errors.append(FieldError(f"{at}.code", "twice", mark("This code stands twice here.")))
        if len(errors) == before:
            found.append(draft)
        if len(errors) >= 50:
            break
    if errors:
        raise InvalidInput(errors=tuple(errors))
    return found


def square_metres(area: int) -> float:
    """Of dm²; whole where it is."""
    return area // 100 if area % 100 == 0 else area / 100
