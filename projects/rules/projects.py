"""What makes a project sound: pure functions over what was typed."""

import secrets
from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import TypeVar

import msgspec

from core import money, text
from core.errors import FieldError, InvalidInput
from core.i18n import mark
from exhibitors.rules.faults import Faults
from projects.tables import Cooperation, Phase, ProjectState

Member = TypeVar("Member", bound=StrEnum)

#: Codes of one kind that a project may name.
MOST_CODES = 20
CHOOSE = mark("Please choose from the list.")


class OwnerIn(msgspec.Struct, forbid_unknown_fields=True):
    """An exhibitor of the edition, by its number."""

    exhibitor: str = ""


class ContactIn(msgspec.Struct, forbid_unknown_fields=True):
    name: str = ""
    mobile: str | None = None
    email: str | None = None


class ProjectIn(msgspec.Struct, forbid_unknown_fields=True):
    """A project as it was typed. ``owner`` is a name or ``{"exhibitor": number}``; ``stage`` is how far it is."""

    title: str = ""
    owner: OwnerIn | str = ""
    summary: str = ""
    stage: str = ""
    fields: list[str] = []
    cooperation: list[str] = []
    title_en: str | None = None
    summary_en: str | None = None
    region: str | None = None
    investment: str | None = None
    funding_sought: str | None = None
    needs: list[str] = []
    offers: list[str] = []
    contact: ContactIn | None = None


class ProjectPatch(msgspec.Struct, forbid_unknown_fields=True):
    """What is left out stays as it is; null empties what may be empty. ``status`` and ``answer`` (words for the owner)
    are an organizer's; an owner may withdraw, and hand in again."""

    title: str | msgspec.UnsetType = msgspec.UNSET
    owner: OwnerIn | str | msgspec.UnsetType = msgspec.UNSET
    summary: str | msgspec.UnsetType = msgspec.UNSET
    stage: str | msgspec.UnsetType = msgspec.UNSET
    fields: list[str] | msgspec.UnsetType = msgspec.UNSET
    cooperation: list[str] | msgspec.UnsetType = msgspec.UNSET
    title_en: str | msgspec.UnsetType | None = msgspec.UNSET
    summary_en: str | msgspec.UnsetType | None = msgspec.UNSET
    region: str | msgspec.UnsetType | None = msgspec.UNSET
    investment: str | msgspec.UnsetType | None = msgspec.UNSET
    funding_sought: str | msgspec.UnsetType | None = msgspec.UNSET
    needs: list[str] | msgspec.UnsetType = msgspec.UNSET
    offers: list[str] | msgspec.UnsetType = msgspec.UNSET
    contact: ContactIn | msgspec.UnsetType | None = msgspec.UNSET
    status: ProjectState | msgspec.UnsetType = msgspec.UNSET
    answer: str | msgspec.UnsetType | None = msgspec.UNSET


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A project as it is stored. Amounts are fen; ``exhibitor`` is a number, ``owner`` a name: one of the two."""

    title: str
    title_en: str
    summary: str
    summary_en: str
    exhibitor: str
    owner: str
    region: str
    phase: Phase
    investment: int | None
    funding_sought: int | None
    fields: tuple[str, ...]
    cooperation: tuple[Cooperation, ...]
    needs: tuple[str, ...]
    offers: tuple[str, ...]
    contact_name: str
    contact_mobile: str
    contact_email: str


def new_number() -> str:
    return f"P{100_000 + secrets.randbelow(900_000)}"


def _codes(faults: Faults, name: str, typed: Sequence[str], offered: Collection[str], *, upper: bool) -> list[str]:
    if len(typed) > MOST_CODES:
        faults.add(name, "too_many", mark("Please choose fewer."))
        return []

    def how(given: str) -> str:
        return text.code(given) if upper else text.code(given).lower()

    found: list[str] = []
    for n, one in enumerate(typed):
        code = faults.read(f"{name}[{n}]", one, how, required=True, longest=40)
        if code and code not in offered:
            faults.add(f"{name}[{n}]", "unknown", CHOOSE)
        elif code and code not in found:
            found.append(code)
    return found


def _amount(faults: Faults, name: str, typed: str | None) -> int | None:
    if typed is None or not typed.strip():
        return None
    try:
        return money.from_plain(typed)
    except text.Fault as fault:
        faults.add(name, fault.code, fault.message)
        return None


def _member(faults: Faults, name: str, typed: str, known: type[Member]) -> Member | None:
    code = faults.read(name, typed, lambda given: text.code(given).lower(), required=True, longest=40)
    if code and code not in known.__members__:
        faults.add(name, "unknown", CHOOSE)
        return None
    return known(code) if code else None


def _owner(faults: Faults, typed: OwnerIn | str) -> tuple[str, str]:
    if isinstance(typed, OwnerIn):
        return faults.read("owner.exhibitor", typed.exhibitor, text.code, required=True, longest=20), ""
    return "", faults.read("owner", typed, text.line, required=True)


def checked(typed: ProjectIn, *, fields: Collection[str], categories: Collection[str]) -> Draft:
    """As it is stored. :raises InvalidInput: all that is wrong at once, each at its member."""
    faults = Faults()
    title = faults.read("title", typed.title, text.line, required=True)
    title_en = faults.read("title_en", typed.title_en, text.line)
    summary = faults.read("summary", typed.summary, text.paragraphs, required=True, longest=5000)
    summary_en = faults.read("summary_en", typed.summary_en, text.paragraphs, longest=5000)
    exhibitor, owner = _owner(faults, typed.owner)
    region = faults.read("region", typed.region, text.line, longest=60)
    phase = _member(faults, "stage", typed.stage, Phase)
    own_fields = _codes(faults, "fields", typed.fields, fields, upper=False)
    cooperation = _codes(faults, "cooperation", typed.cooperation, Cooperation.__members__, upper=False)
    needs = _codes(faults, "needs", typed.needs, categories, upper=True)
    offers = _codes(faults, "offers", typed.offers, categories, upper=True)
    investment = _amount(faults, "investment", typed.investment)
    funding = _amount(faults, "funding_sought", typed.funding_sought)
    if investment is not None and funding is not None and funding > investment:
        faults.add("funding_sought", "too_large", mark("What is sought cannot be more than the whole investment."))
    contact = typed.contact or ContactIn()
    name = faults.read("contact.name", contact.name, text.line, longest=100)
    mobile = faults.read("contact.mobile", contact.mobile, text.phone, longest=40)
    email = faults.read("contact.email", contact.email, text.email, longest=254)
    if faults.errors or phase is None:
        raise InvalidInput(errors=tuple(faults.errors))
    return Draft(
        title=title,
        title_en=title_en,
        summary=summary,
        summary_en=summary_en,
        exhibitor=exhibitor,
        owner=owner,
        region=region,
        phase=phase,
        investment=investment,
        funding_sought=funding,
        fields=tuple(own_fields),
        cooperation=tuple(Cooperation(code) for code in cooperation),
        needs=tuple(needs),
        offers=tuple(offers),
        contact_name=name,
        contact_mobile=mobile,
        contact_email=email,
    )


_S = ProjectState
#: What an organizer may make of a project, from where it stands.
STEPS: dict[ProjectState, frozenset[ProjectState]] = {
    _S.submitted: frozenset({_S.published, _S.changes_requested, _S.rejected, _S.withdrawn}),
    _S.changes_requested: frozenset({_S.submitted, _S.published, _S.rejected, _S.withdrawn}),
    _S.published: frozenset({_S.changes_requested, _S.withdrawn}),
    _S.rejected: frozenset({_S.submitted}),
    _S.withdrawn: frozenset({_S.submitted}),
}
#: What its owner may.
OWN_STEPS: dict[ProjectState, frozenset[ProjectState]] = {
    _S.submitted: frozenset({_S.withdrawn}),
    _S.changes_requested: frozenset({_S.submitted, _S.withdrawn}),
    _S.published: frozenset({_S.withdrawn}),
    _S.rejected: frozenset(),
    _S.withdrawn: frozenset({_S.submitted}),
}


def wrong_member(field: str, code: str, message: str) -> InvalidInput:
    return InvalidInput(errors=(FieldError(field, code, message),))
