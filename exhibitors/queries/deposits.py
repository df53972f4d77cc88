"""Reads of deposits."""

from datetime import date, datetime
from typing import Any

import msgspec

from core.editions.queries import EditionInfo
from core.i18n import Locale
from exhibitors.rules.deposits import Sums, Terms
from exhibitors.tables import BoothHolding, BoothKind, DepositAct, DepositEntry, DepositTerms, Exhibitor, Per


class Line(msgspec.Struct, frozen=True):
    id: int
    act: DepositAct
    fen: int
    day: date
    reference: str
    note: str
    by: str
    at: datetime
    reverses: int | None
    #: Whether it was taken back later.
    reversed: bool


class Deposit(msgspec.Struct, frozen=True):
    """Of one exhibitor."""

    terms: Terms
    sums: Sums
    lines: tuple[Line, ...]

    @property
    def concerns(self) -> bool:
        return bool(self.sums.asked or self.lines)


class Account(msgspec.Struct, frozen=True):
    """In the list."""

    number: str
    name: str
    name_en: str
    booths: tuple[str, ...]
    sums: Sums

    def called(self, locale: Locale) -> str:
        return self.name_en if locale == "en" and self.name_en else self.name


async def terms_of(edition: EditionInfo) -> Terms:
    row = await DepositTerms.select().where(DepositTerms.edition == edition.id).first()
    return Terms() if row is None else Terms(Per(row["per"]), row["fen"], row["until"])


def _raw(where: Any) -> Any:
    """Raw booths that somebody holds."""
    booth = BoothHolding.booth
    return (
        BoothHolding.select(BoothHolding.exhibitor, booth.code.as_alias("code"), booth.area.as_alias("area"))
        .where(where, booth.kind == BoothKind.raw.value)
        .order_by(booth.code)
    )


async def sums_of(edition: EditionInfo, exhibitor: int) -> Sums:
    terms = await terms_of(edition)
    held = await _raw(BoothHolding.exhibitor == exhibitor)
    sums = Sums(terms.asked(row["area"] for row in held))
    rows = await DepositEntry.select(DepositEntry.act, DepositEntry.fen).where(DepositEntry.exhibitor == exhibitor)
    for row in rows:
        sums = sums.plus(DepositAct(row["act"]), row["fen"])
    return sums


async def deposit(edition: EditionInfo, exhibitor: int) -> Deposit:
    rows = await DepositEntry.select().where(DepositEntry.exhibitor == exhibitor).order_by(DepositEntry.id)
    gone = {row["reverses"] for row in rows}
    lines = tuple(
        Line(
            row["id"],
            DepositAct(row["act"]),
            row["fen"],
            row["day"],
            row["reference"],
            row["note"],
            row["recorded_name"],
            row["recorded_at"],
            row["reverses"],
            row["id"] in gone,
        )
        for row in rows
    )
    return Deposit(await terms_of(edition), await sums_of(edition, exhibitor), lines)


async def accounts(edition: EditionInfo) -> list[Account]:
    """Everybody who holds raw space or has an entry; what is open first, then what is held. Four queries."""
    terms = await terms_of(edition)
    areas: dict[int, list[tuple[str, int]]] = {}
    for row in await _raw(BoothHolding.exhibitor.edition == edition.id):
        areas.setdefault(row["exhibitor"], []).append((row["code"], row["area"]))
    sums = {who: Sums(terms.asked(area for _, area in held)) for who, held in areas.items()}
    entries = await DepositEntry.select(DepositEntry.exhibitor, DepositEntry.act, DepositEntry.fen).where(
        DepositEntry.exhibitor.edition == edition.id
    )
    for row in entries:
        sums[row["exhibitor"]] = sums.get(row["exhibitor"], Sums()).plus(DepositAct(row["act"]), row["fen"])
    rows = await Exhibitor.select(Exhibitor.id, Exhibitor.number, Exhibitor.name, Exhibitor.name_en).where(
        Exhibitor.edition == edition.id, Exhibitor.id.is_in([*sums, 0])
    )
    found = [
        Account(
            row["number"],
            row["name"],
            row["name_en"],
            tuple(code for code, _ in areas.get(row["id"], [])),
            sums[row["id"]],
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (-one.sums.open, -one.sums.held, one.number))
