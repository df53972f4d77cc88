"""The words of deals, and the form they are typed into."""

import re
from collections.abc import Mapping, Sequence
from datetime import date

import msgspec

from core import money, text
from core.editions.queries import EditionInfo
from core.errors import DomainError
from core.i18n import Locale, mark, translate
from core.text import Fault
from deals.rules import figures as rules
from deals.rules.figures import AllocationIn, DealIn, Figures, Known, PartyIn, People
from deals.rules.sheets import REST, number_in, party_of
from deals.tables import DealKind, DealStatus, DealStep, Side
from gateway.forms import Form
from projects.queries.meetings import MeetingInfo

KINDS: dict[str, str] = {
    DealKind.contract: mark("Contract"),
    DealKind.framework: mark("Framework agreement"),
    DealKind.strategic: mark("Strategic cooperation"),
    DealKind.intent: mark("Letter of intent"),
}
STATES: dict[str, str] = {
    DealStatus.draft: mark("Draft"),
    DealStatus.confirmed: mark("Confirmed"),
    DealStatus.void: mark("Void"),
}
STEPS: dict[str, str] = {
    DealStep.draft: mark("Written down"),
    DealStep.amend: mark("Amended"),
    DealStep.confirm: mark("Confirmed"),
    DealStep.void: mark("Made void"),
}
SIDES: dict[str, str] = {Side.exhibitor: mark("With an exhibitor"), Side.outside: mark("Outside parties only")}
PARTY_ROWS = 4
MOST_PARTY_ROWS = rules.MAX_PARTIES

_NAMES = {
    "kind": mark("Kind"),
    "parties": mark("Parties"),
    "amount": mark("Amount"),
    "currency": mark("Currency"),
    "rate": mark("Rate"),
    "fen": mark("In yuan"),
    "split": mark("Split by field"),
    "region": mark("District"),
    "signed_on": mark("Signed on"),
    "place": mark("Place of signing"),
    "project": mark("Number of the project"),
    "meeting": mark("Number of the meeting"),
    "term": mark("Term"),
    "stage": mark("Order on stage"),
    "undisclosed": mark("Undisclosed"),
}


def words(locale: Locale, texts: Mapping[str, str]) -> dict[str, str]:
    return {str(code): translate(locale, said) for code, said in texts.items()}


def numbers(form: Form, prefix: str) -> list[int]:
    """The rows of a form that has ``prefix-0``, ``prefix-1``, …"""
    found = {int(name.removeprefix(f"{prefix}-")) for name in form if re.fullmatch(rf"{prefix}-[0-9]{{1,2}}", name)}
    return sorted(n for n in found if n < MOST_PARTY_ROWS)


def asked_numbers(form: Form) -> list[str]:
    """What may be an exhibitor's number among the parties."""
    found = (number_in(form.text(f"party-{n}", 400)) for n in numbers(form, "party"))
    return [one for one in found if one]


class Typed(msgspec.Struct):
    """A form read as far as it can be: what is wrong stands by the form's own names, as source texts."""

    deal: DealIn
    errors: dict[str, str]
    #: Where the allocations and parties stood in the form.
    split_names: list[str]
    party_names: list[str]

    def shown(self, refused: DomainError | None, locale: Locale) -> dict[str, str]:
        """Everything that is wrong, by the form's own names."""
        found = {name: translate(locale, said) for name, said in self.errors.items()}
        for fault in refused.errors if refused else ():
            found.setdefault(self._name(fault.field), translate(locale, fault.message))
        if refused and not refused.errors:
            found[""] = translate(locale, refused.message)
        return found

    def _name(self, field: str) -> str:
        group, _, rest = field.partition(".")
        at = rest.partition(".")[0]
        if group == "parties":
            return self.party_names[int(at)] if at.isdecimal() and int(at) < len(self.party_names) else "party-0"
        if group == "allocations":
            if at.isdecimal() and int(at) < len(self.split_names):
                return self.split_names[int(at)]
            return "amount"
        return {"signatories": "signatories", "witnesses": "witnesses"}.get(group, field)


def _people(typed: str) -> list[str]:
    """One a line, or separated as people do."""
    return [name for name in re.split(r"[\n,，、;；]", typed) if name.strip()]


def read(form: Form, edition: EditionInfo, known: Mapping[str, Known]) -> Typed:
    errors: dict[str, str] = {}

    def fen(name: str, typed: str) -> int | None:
        try:
            return money.parse(typed)
        except Fault as fault:
            errors[name] = fault.message
            return None

    amount = fen("amount", form.text("amount", 300)) if form.text("amount", 300).strip() else None
    parties: list[str | PartyIn] = []
    party_names = []
    for n in numbers(form, "party"):
        typed = form.text(f"party-{n}", 1000)
        if typed.strip():
            one = party_of(typed, known)
            parties.append(msgspec.structs.replace(one, public=not form.text(f"hidden-{n}", 5)))
            party_names.append(f"party-{n}")
    allocations, split_names = _split(form, edition, amount, errors, fen)
    stage: int | None = None
    if form.text("stage", 20).strip():
        try:
            stage = text.integer(form.text("stage", 20))
        except Fault as fault:
            errors["stage"] = fault.message
    kind = form.text("kind", 20)
    deal = DealIn(
        parties=parties,
        kind=DealKind(kind) if kind in DealKind.__members__ else DealKind.contract,
        signed_on=form.text("signed_on", 40),
        amount=None if amount is None else money.plain(amount),
        allocations=allocations,
        currency=form.text("currency", 20) or None,
        rate=form.text("rate", 40).strip() or None,
        region=form.text("region", 400),
        place=form.text("place", 1000),
        project=form.text("project", 100).strip() or None,
        meeting=form.text("meeting", 100).strip() or None,
        term=form.text("term", 1000),
        stage=stage,
        signatories=_people(form.text("signatories", 5000)),
        witnesses=_people(form.text("witnesses", 5000)),
        remarks=form.text("remarks", 10_000),
        undisclosed=bool(form.text("undisclosed", 5)),
    )
    return Typed(deal, errors, split_names, party_names)


def _split(
    form: Form, edition: EditionInfo, amount: int | None, errors: dict[str, str], fen: object
) -> tuple[list[AllocationIn], list[str]]:
    """A cell holds an amount, a percentage or a word for the rest; percentages become amounts by the largest
    fraction. With one cell that is only ticked by a word, all of it."""
    assert callable(fen)
    cells = {
        choice.code: form.text(f"split-{choice.code}", 300).strip()
        for choice in edition.fields
        if form.text(f"split-{choice.code}", 300).strip()
    }
    names = [f"split-{code}" for code in cells]
    if amount is None:
        return [AllocationIn(code, None if typed in REST else typed) for code, typed in cells.items()], names
    percent = {code: typed for code, typed in cells.items() if typed.endswith(("%", "％"))}
    if percent and len(percent) == len(cells):
        return [AllocationIn(code, None, typed) for code, typed in cells.items()], names
    parts: dict[str, int] = {}
    for code, typed in cells.items():
        if typed in REST:
            continue
        if code in percent:
            errors[f"split-{code}"] = mark("Please give amounts, or percentages in all of them.")
            continue
        found = fen(f"split-{code}", typed)
        if found is not None:
            parts[code] = found
    rest = [code for code, typed in cells.items() if typed in REST]
    if len(rest) > 1:
        errors[f"split-{rest[1]}"] = mark("Only one field can take the rest.")
    elif rest and not errors:
        left = amount - sum(parts.values())
        if left <= 0:
            errors[f"split-{rest[0]}"] = mark("Nothing is left for this field.")
        parts[rest[0]] = left
    return [AllocationIn(code, money.plain(parts[code])) for code in cells if code in parts], names


def fresh(edition: EditionInfo) -> dict[str, str]:
    """An empty form."""
    today = edition.today()
    day: date = today if any(one.day == today for one in edition.days) else edition.first_day
    return {"signed_on": day.isoformat(), "kind": DealKind.contract.value, "currency": rules.CNY}


def from_meeting(met: MeetingInfo) -> dict[str, str]:
    """What a form for a deal begins with that came of a meeting."""

    def party(name: str, exhibitor: str) -> str:
        return f"{name}（{exhibitor}）" if exhibitor else name

    return {
        "meeting": met.number,
        "project": met.project,
        "party-0": party(met.owner, met.owner_number),
        "party-1": party(met.partner_organisation or met.partner, met.exhibitor),
    }


def filled(figures: Figures, people: People) -> dict[str, str]:
    """A stored deal as its form was."""
    typed = {
        "kind": figures.kind.value,
        "signed_on": figures.signed_on,
        "amount": "" if figures.amount is None else money.grouped(figures.amount),
        "currency": figures.currency,
        "rate": figures.rate or "",
        "region": figures.region,
        "place": figures.place,
        "project": figures.project or "",
        "meeting": figures.meeting or "",
        "term": figures.term,
        "stage": "" if figures.stage is None else str(figures.stage),
        "signatories": "\n".join(people.signatories),
        "witnesses": "\n".join(people.witnesses),
        "remarks": people.remarks,
        "undisclosed": "1" if figures.undisclosed else "",
    }
    for n, party in enumerate(figures.parties):
        typed[f"party-{n}"] = f"{party.name}（{party.exhibitor}）" if party.exhibitor else party.name
        typed[f"hidden-{n}"] = "" if party.public else "1"
    for part in figures.split:
        typed[f"split-{part.field}"] = "余" if part.amount is None else money.grouped(part.amount)
    return typed


class ReadBack(msgspec.Struct, frozen=True):
    """An amount as it is read back: as a number, in 亿 or 万, in capitals."""

    number: str
    units: str
    capitals: str


def read_back(locale: Locale, fen: int) -> ReadBack:
    return ReadBack(money.grouped(fen), money.in_units(locale, fen), money.capitals(fen))


class Difference(msgspec.Struct, frozen=True):
    label: str
    before: str
    after: str


def said(locale: Locale, figures: Figures, name: str, fields: Mapping[str, str]) -> str:
    """A figure as people read it; empty where there is none."""
    value = getattr(figures, name)
    match name:
        case "kind":
            return translate(locale, KINDS[figures.kind])
        case "parties":
            hidden = translate(locale, mark("not named in public"))
            return "\n".join(one.name if one.public else f"{one.name} ({hidden})" for one in figures.parties)
        case "amount":
            return "" if value is None else f"{money.grouped(value)} {figures.currency}"
        case "currency":
            return "" if value == rules.CNY else str(value)
        case "fen":
            return "" if value is None or figures.currency == rules.CNY else money.grouped(value)
        case "split":
            return "\n".join(
                fields.get(one.field, one.field) + ("" if one.amount is None else f" {money.grouped(one.amount)}")
                for one in figures.split
            )
        case "undisclosed":
            return translate(locale, mark("yes")) if value else ""
        case _:
            return "" if value is None else str(value)


def shown(locale: Locale, figures: Figures, fields: Mapping[str, str]) -> list[tuple[str, str]]:
    """Every figure that there is, with its name."""
    found = [(translate(locale, label), said(locale, figures, name, fields)) for name, label in _NAMES.items()]
    return [(label, value) for label, value in found if value]


def differences(locale: Locale, before: Figures, after: Figures, fields: Mapping[str, str]) -> Sequence[Difference]:
    return [
        Difference(translate(locale, label), one, other)
        for name, label in _NAMES.items()
        if (one := said(locale, before, name, fields)) != (other := said(locale, after, name, fields))
    ]
