"""What makes a pass sound, and how many there may be."""

import re
import secrets

import msgspec

from core import text
from core.errors import InvalidInput
from core.i18n import mark
from exhibitors.rules.desk import STANDARD_AREA
from exhibitors.rules.faults import Faults
from exhibitors.tables import PassKind

#: Where an edition says nothing.
WORKERS, VEHICLES = 4, 2
MOST_WORKERS, MOST_VEHICLES = 50, 50
#: Nobody needs more, however large the stand.
MOST_PASSES = 400

_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
#: GA 36-2018: no I and O; seven signs, of new-energy vehicles eight; the last one may name what it is for.
_PLATE = re.compile(
    rf"[{_PROVINCES}][A-HJ-NP-Z]([A-HJ-NP-Z0-9]{{4}}[A-HJ-NP-Z0-9挂学警港澳]|[A-HJ-NP-Z][A-HJ-NP-Z0-9][0-9]{{4}}"
    "|[0-9]{5}[A-HJ-NP-Z])"
)
#: Of elsewhere, Hong Kong say.
_FOREIGN = re.compile(r"[A-Z0-9]{2,10}")
PLATE = ("plate", mark("Please enter the number plate as it stands on the vehicle, such as 浙B12345."))


def plate(typed: str) -> str:
    """Without spaces and dots, in capitals. :raises text.Fault:"""
    bare = re.sub(r"[\s·•.\-－—]", "", text.code(typed))
    if _PLATE.fullmatch(bare) or _FOREIGN.fullmatch(bare):
        return bare
    raise text.Fault(*PLATE)


def shown_plate(bare: str) -> str:
    """``浙B·12345``, as it is read."""
    return f"{bare[:2]}·{bare[2:]}" if bare[:1] in _PROVINCES else bare


class Terms(msgspec.Struct, frozen=True):
    workers: int = WORKERS
    vehicles: int = VEHICLES


def quota(kind: PassKind, terms: Terms, area_m2: int) -> int:
    if kind is PassKind.vehicle:
        return min(terms.vehicles, MOST_PASSES)
    return min(MOST_PASSES, max(1, -(-area_m2 // STANDARD_AREA)) * terms.workers)


def new_serial() -> str:
    """Six digits, in no order."""
    return str(100_000 + secrets.randbelow(900_000))


class ContractorDraft(msgspec.Struct, frozen=True):
    name: str
    person: str
    mobile: str


def checked_contractor(name: str, person: str, mobile: str) -> ContractorDraft:
    """:raises InvalidInput: each fault at its member."""
    faults = Faults()
    found = ContractorDraft(
        faults.read("contractor", name, text.line, required=True),
        faults.read("person", person, text.line, required=True, longest=100),
        faults.read("person_mobile", mobile, text.phone, required=True, longest=40),
    )
    if faults.errors:
        raise InvalidInput(errors=tuple(faults.errors))
    return found


class PassDraft(msgspec.Struct, frozen=True):
    kind: PassKind
    name: str
    mobile: str
    trade: str
    plate: str
    slot: int | None


def checked_pass(kind: PassKind, name: str, mobile: str, trade: str, plate_: str, slot: int | None) -> PassDraft:
    """The members bear the kind before their name, for both forms stand on one page. :raises InvalidInput:"""
    faults = Faults()
    who = faults.read(f"{kind.value}_name", name, text.line, required=True, longest=100)
    phone = faults.read(f"{kind.value}_mobile", mobile, text.phone, longest=40)
    vehicle = kind is PassKind.vehicle
    what = "" if vehicle else faults.read("trade", trade, text.line, longest=60)
    number = faults.read("plate", plate_, plate, required=True, longest=12) if vehicle else ""
    if faults.errors:
        raise InvalidInput(errors=tuple(faults.errors))
    return PassDraft(kind, who, phone, what, number, slot if vehicle else None)
