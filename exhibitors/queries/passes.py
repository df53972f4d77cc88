"""Reads of contractors and passes."""

from datetime import date, datetime
from typing import Any

import msgspec
from piccolo.query.functions.aggregate import Count

from core.editions.queries import EditionInfo
from core.files import queries as stored
from core.files.queries import FileInfo
from exhibitors.rules.passes import Terms, shown_plate
from exhibitors.tables import (
    BoothHolding,
    Contractor,
    ExhibitorFile,
    FileKind,
    MoveWindow,
    PassKind,
    PassState,
    PassTerms,
    WorkPass,
)


class Builder(msgspec.Struct, frozen=True):
    name: str
    person: str
    mobile: str


class Window(msgspec.Struct, frozen=True):
    starts_at: datetime
    ends_at: datetime


class PassLine(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    kind: PassKind
    state: PassState
    serial: str
    name: str
    mobile: str
    trade: str
    plate: str
    window: Window | None
    answer: str
    asked_at: datetime
    decided_name: str
    decided_at: datetime | None
    number: str
    firm: str
    booths: tuple[str, ...]

    @property
    def shown_plate(self) -> str:
        return shown_plate(self.plate)


class Applied(msgspec.Struct, frozen=True):
    """All that one exhibitor has waiting."""

    number: str
    firm: str
    booths: tuple[str, ...]
    contractor: Builder | None
    papers: tuple[FileInfo, ...]
    passes: tuple[PassLine, ...]


async def terms_of(edition: EditionInfo) -> tuple[Terms, date | None]:
    row = await PassTerms.select().where(PassTerms.edition == edition.id).first()
    return (Terms(), None) if row is None else (Terms(row["workers"], row["vehicles"]), row["until"])


async def contractor_of(exhibitor: int) -> Builder | None:
    row = await Contractor.select().where(Contractor.exhibitor == exhibitor).first()
    return None if row is None else Builder(row["name"], row["person"], row["mobile"])


async def _made(where: Any) -> list[PassLine]:
    """Three queries, however many passes."""
    rows = (
        await WorkPass.select(
            *WorkPass.all_columns(),
            WorkPass.exhibitor.number.as_alias("number"),
            WorkPass.exhibitor.name.as_alias("firm"),
        )
        .where(where)
        .order_by(WorkPass.exhibitor.name)
        .order_by(WorkPass.kind, ascending=False)
        .order_by(WorkPass.id)
    )
    if not rows:
        return []
    held = await BoothHolding.select(BoothHolding.exhibitor, BoothHolding.booth.code.as_alias("code")).where(
        BoothHolding.exhibitor.is_in(list({row["exhibitor"] for row in rows}))
    )
    wanted = list({row["slot"] for row in rows if row["slot"] is not None})
    windows = {
        row["id"]: Window(row["starts_at"], row["ends_at"])
        for row in (await MoveWindow.select().where(MoveWindow.id.is_in(wanted)) if wanted else [])
    }
    return [
        PassLine(
            id=row["id"],
            kind=PassKind(row["kind"]),
            state=PassState(row["state"]),
            serial=row["serial"],
            name=row["name"],
            mobile=row["mobile"],
            trade=row["trade"],
            plate=row["plate"],
            window=windows.get(row["slot"]),
            answer=row["answer"],
            asked_at=row["asked_at"],
            decided_name=row["decided_name"],
            decided_at=row["decided_at"],
            number=row["number"],
            firm=row["firm"],
            booths=tuple(sorted(one["code"] for one in held if one["exhibitor"] == row["exhibitor"])),
        )
        for row in rows
    ]


async def passes_of(exhibitor: int) -> list[PassLine]:
    """Those that were not withdrawn, vehicles after people."""
    return await _made((WorkPass.exhibitor == exhibitor) & (WorkPass.state != PassState.withdrawn.value))


async def approved(edition: EditionInfo, number: str | None = None) -> list[PassLine]:
    """For the gate, and to be printed."""
    where: Any = (WorkPass.exhibitor.edition == edition.id) & (WorkPass.state == PassState.approved.value)
    return await _made(where if number is None else where & (WorkPass.exhibitor.number == number))


async def count_waiting(edition: EditionInfo) -> int:
    found = (
        await WorkPass.select(Count())
        .where(WorkPass.exhibitor.edition == edition.id, WorkPass.state == PassState.submitted.value)
        .first()
    )
    return int(found["count"]) if found else 0


async def waiting(edition: EditionInfo) -> list[Applied]:
    """By exhibitor; six queries, however many."""
    passes = await _made((WorkPass.exhibitor.edition == edition.id) & (WorkPass.state == PassState.submitted.value))
    if not passes:
        return []
    numbers = list({one.number for one in passes})
    builders = {
        row["number"]: Builder(row["name"], row["person"], row["mobile"])
        for row in await Contractor.select(
            Contractor.exhibitor.number.as_alias("number"), Contractor.name, Contractor.person, Contractor.mobile
        ).where(Contractor.exhibitor.edition == edition.id, Contractor.exhibitor.number.is_in(numbers))
    }
    sent = (
        await ExhibitorFile.select(ExhibitorFile.file, ExhibitorFile.exhibitor.number.as_alias("number"))
        .where(
            ExhibitorFile.exhibitor.edition == edition.id,
            ExhibitorFile.exhibitor.number.is_in(numbers),
            ExhibitorFile.kind == FileKind.contractor.value,
            ExhibitorFile.removed_at.is_null(),
        )
        .order_by(ExhibitorFile.id)
    )
    infos = await stored.files([row["file"] for row in sent])
    grouped: dict[str, list[PassLine]] = {}
    for one in passes:
        grouped.setdefault(one.number, []).append(one)
    return [
        Applied(
            number,
            these[0].firm,
            these[0].booths,
            builders.get(number),
            tuple(infos[row["file"]] for row in sent if row["number"] == number),
            tuple(these),
        )
        for number, these in grouped.items()
    ]
