"""Reading spreadsheets of exhibitors in: checked as a whole, then stored as a whole or not at all.

A file that was taken once changes nothing when it comes again: who is registered, by credit code or else by name and
contact, is passed over.
"""

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import IO, Any

import msgspec

from core import clock
from core.accounts.roles import Actor, Role, effective
from core.audit import services as audit
from core.db import engine, transaction
from core.editions.queries import EditionInfo, stored_edition
from core.errors import DomainError, NotFound
from core.files import queries as stored_files
from core.files import services as files
from core.files.rules import SentFile, Unfit, clean_name
from core.files.sheets import read_sheets
from core.files.sheetshop import Book
from core.i18n import Locale, mark
from core.jobs import JobContext, JobFailed, enqueue_job, every, job
from exhibitors.rules import applications, sheets
from exhibitors.rules.applications import Application
from exhibitors.rules.imports import Judge, Known, Report, contacts_of
from exhibitors.services.registration import checked
from exhibitors.tables import (
    ConsentBy,
    Exhibitor,
    ExhibitorCategory,
    ExhibitorConsent,
    ExhibitorField,
    ExhibitorImport,
    ImportState,
    Status,
)

PURPOSE = "exhibitors.import"
_CHUNK = 100
#: Rows of one statement.
_AT_ONCE = 200
#: Seconds for which one file may keep other writers waiting.
_HOLD = 60.0
_KEPT_FOR = timedelta(days=7)
#: Sheets without the headings of ours.
NO_HEADINGS = mark("No row of headings was found. It needs at least the name of the organisation and one other column.")
NO_ROWS = mark("There are headings, but no rows below them.")

Progress = Callable[[int, int], Awaitable[None]]


class NotReady(DomainError):
    code = "wrong_status"
    message = mark("This file is no longer in the state that it was shown in.")


class _Raced(Exception):
    """Somebody registered one of these between the check and now."""


async def _no_progress(_done: int, _total: int) -> None:
    return None


async def _known(edition: EditionInfo) -> tuple[Known, set[str]]:
    """And the numbers that are given out."""
    rows = await Exhibitor.select(
        Exhibitor.number,
        Exhibitor.credit_code,
        Exhibitor.name,
        Exhibitor.contact_mobile,
        Exhibitor.contact_email,
    ).where(Exhibitor.edition == edition.id)
    codes = frozenset(row["credit_code"] for row in rows if row["credit_code"])
    pairs = frozenset(
        pair for row in rows for pair in contacts_of(row["name"], row["contact_mobile"], row["contact_email"])
    )
    return Known(codes, pairs), {row["number"] for row in rows}


async def check(
    book: Book, edition: EditionInfo, locale: Locale, progress: Progress = _no_progress
) -> tuple[Report, list[Application]]:
    """What is in a file, and the new ones of it; nothing is written."""
    tables, passed_over = sheets.tables(book)
    known, _ = await _known(edition)
    judge = Judge(tables, known, lambda typed: checked(typed, edition, locale))
    report = judge.report
    report.passed_over = passed_over
    if not tables:
        report.fault = NO_HEADINGS
        return report, []
    words = sheets.Vocabulary(edition.categories, edition.fields)
    lines = (line for table in tables for line in sheets.lines(table, words, edition.privacy_version))
    total = sum(len(table.rows) for table in tables)

    def some() -> int:
        """A piece at a time in a thread, so that others are served meanwhile."""
        taken = [line for _, line in zip(range(_CHUNK), lines, strict=False)]
        judge.judge(taken)
        return len(taken)

    while await asyncio.to_thread(some):
        await progress(min(report.rows, total), total)
    if not report.rows:
        report.fault = NO_ROWS
    return report, judge.fresh


def sound(report: Report) -> bool:
    return not report.fault and not report.faulty


async def store(actor: Actor, edition: EditionInfo, wanted: list[Application], *, name: str, sha256: str) -> int:
    """All of them or none; without mails. Joins the caller's transaction.

    :raises _Raced: one of them was registered meanwhile.
    """
    now = clock.now()
    async with transaction():
        known, numbers = await _known(edition)
        if any(known.has(one) for one in wanted):
            raise _Raced
        given = list(_numbers(numbers, len(wanted)))
        ids: dict[str, int] = {}
        for start in range(0, len(wanted), _AT_ONCE):
            pairs = list(zip(given, wanted, strict=True))[start : start + _AT_ONCE]
            rows = [_row(edition, number, one, now) for number, one in pairs]
            made = (
                await Exhibitor.insert(*rows).on_conflict(action="DO NOTHING").returning(Exhibitor.id, Exhibitor.number)
            )
            if len(made) < len(rows):
                raise _Raced
            ids |= {row["number"]: row["id"] for row in made}
        for start in range(0, len(wanted), _AT_ONCE):
            some = [(ids[number], one) for number, one in zip(given, wanted, strict=True)][start : start + _AT_ONCE]
            await _insert_parts(actor, some, now)
        for number, one in zip(given, wanted, strict=True):
            await audit.record(
                actor,
                "exhibitor.submitted",
                f"exhibitor:{edition.slug}/{number}",
                after={
                    "name": one.name,
                    "country": one.country,
                    "credit_code": one.credit_code,
                    "status": Status.submitted.value,
                    "privacy_version": one.privacy_version,
                    "consent": ConsentBy.sheet.value,
                },
                personal={
                    "contact_name": one.contact_name,
                    "contact_mobile": one.contact_mobile,
                    "contact_email": one.contact_email,
                },
            )
        await audit.record(
            actor,
            "exhibitors.imported",
            f"edition:{edition.slug}",
            after={"file": name, "sha256": sha256, "stored": len(wanted)},
        )
    return len(wanted)


def _numbers(taken: set[str], many: int) -> Iterator[str]:
    taken = set(taken)
    for _ in range(many):
        number = applications.new_number()
        while number in taken:
            number = applications.new_number()
        taken.add(number)
        yield number


def _row(edition: EditionInfo, number: str, one: Application, now: Any) -> Exhibitor:
    return Exhibitor(
        edition=edition.id,
        number=number,
        status=Status.submitted.value,
        name=one.name,
        name_en=one.name_en,
        country=one.country,
        credit_code=one.credit_code,
        check_digit_overridden=False,
        registration_number=one.registration_number,
        kind=one.kind.value,
        intro=one.intro,
        website=one.website,
        contact_name=one.contact_name,
        contact_mobile=one.contact_mobile,
        contact_email=one.contact_email,
        booth_kind=one.booth.kind.value,
        booth_count=one.booth.count,
        booth_area_m2=one.booth.area_m2,
        lintel_zh=one.lintel_zh,
        lintel_en=one.lintel_en,
        power=one.power,
        water=one.water,
        exhibits=one.exhibits,
        locale=one.locale,
        search=f"{number} {one.search}",
        submitted_at=now,
        changed_at=now,
    )


async def _insert_parts(actor: Actor, some: list[tuple[int, Application]], now: Any) -> None:
    await ExhibitorCategory.insert(
        *(
            ExhibitorCategory(exhibitor=exhibitor, code=code, position=n)
            for exhibitor, one in some
            for n, code in enumerate(one.categories)
        )
    )
    fields = [
        ExhibitorField(exhibitor=exhibitor, code=code, position=n)
        for exhibitor, one in some
        for n, code in enumerate(one.fields)
    ]
    if fields:
        await ExhibitorField.insert(*fields)
    await ExhibitorConsent.insert(
        *(
            ExhibitorConsent(
                exhibitor=exhibitor,
                privacy_version=one.privacy_version,
                locale=one.locale,
                given_at=now,
                by=ConsentBy.sheet.value,
                recorded_by=actor.key,
            )
            for exhibitor, one in some
        )
    )


async def take(
    actor: Actor,
    edition: EditionInfo,
    sent: SentFile,
    locale: Locale,
    *,
    dry: bool = False,
    progress: Progress = _no_progress,
) -> tuple[Report, int]:
    """From the file to the rows in one go, for the command line. Stores nothing if anything is wrong.

    :raises Unfit: it is no spreadsheet that is taken.
    """
    book = await read_sheets(sent)
    digest = await asyncio.to_thread(_digest, sent.content)
    while True:
        report, fresh = await check(book, edition, locale, progress)
        if dry or not fresh or not sound(report):
            return report, 0
        try:
            async with engine().transaction(seconds=_HOLD):
                name = clean_name(sent.name, "xlsx")
                return report, await store(actor, edition, fresh, name=name, sha256=digest)
        except _Raced:
            continue


def _digest(content: IO[bytes] | None) -> str:
    assert content is not None
    content.seek(0)
    return hashlib.file_digest(content, "sha256").hexdigest()  # type: ignore[arg-type]


# ── in the desk: a file waits in the database while jobs check it and, asked to, store it ──


async def begin(actor: Actor, edition: EditionInfo, sent: SentFile, locale: Locale) -> int:
    """Keeps the file and has it checked; answers the import's id.

    :raises Unfit: it is no spreadsheet that is taken.
    """
    await read_sheets(sent)
    assert sent.content is not None
    sent.content.seek(0)
    data = sent.content.read()
    digest = hashlib.sha256(data).hexdigest()
    name = clean_name(sent.name, "csv" if sent.name.lower().endswith((".csv", ".txt")) else "xlsx")
    async with transaction():
        file = await files.keep_sheet(actor, name, data, digest, PURPOSE)
        made = await ExhibitorImport.insert(
            ExhibitorImport(
                edition=edition.id,
                name=name,
                sha256=digest,
                file=file,
                state=ImportState.checking.value,
                locale=locale,
                made_by=actor.key,
                made_at=clock.now(),
            )
        ).returning(ExhibitorImport.id)
        number: int = made[0]["id"]
        task = await enqueue_job("exhibitors.check", {"import": number, "edition": edition.slug}, actor=actor)
        await ExhibitorImport.update({ExhibitorImport.job: task}).where(ExhibitorImport.id == number)
        await audit.record(actor, "exhibitors.import_sent", f"import:{number}", after={"file": name, "sha256": digest})
    return number


async def run(actor: Actor, edition: EditionInfo, number: int) -> None:
    """Has a file that was checked and is sound stored.

    :raises NotReady: 409.
    """
    async with transaction():
        won = (
            await ExhibitorImport.update({ExhibitorImport.state: ImportState.importing.value})
            .where(
                ExhibitorImport.id == number,
                ExhibitorImport.edition == edition.id,
                ExhibitorImport.state == ImportState.ready.value,
            )
            .returning(ExhibitorImport.id)
        )
        if not won:
            raise NotReady
        payload = {"import": number, "edition": edition.slug, "by": actor.id}
        task = await enqueue_job("exhibitors.import", payload, actor=actor)
        await ExhibitorImport.update({ExhibitorImport.job: task}).where(ExhibitorImport.id == number)


@asynccontextmanager
async def _file(row: dict[str, Any]) -> AsyncIterator[SentFile]:
    with tempfile.TemporaryFile() as content:
        size = 0
        async for piece in stored_files.contents(row["file"] or 0):
            content.write(piece)
            size += len(piece)
        yield SentFile(row["name"], content, size)


async def _import(number: int) -> dict[str, Any]:
    row = await ExhibitorImport.select().where(ExhibitorImport.id == number).first()
    if row is None:
        raise NotFound
    return row


async def _settle(number: int, state: ImportState, report: Report, before: ImportState, stored: int = 0) -> bool:
    return bool(
        await ExhibitorImport.update(
            {
                ExhibitorImport.state: state.value,
                ExhibitorImport.report: msgspec.json.encode(report).decode(),
                ExhibitorImport.stored: stored,
            }
        )
        .where(ExhibitorImport.id == number, ExhibitorImport.state == before.value)
        .returning(ExhibitorImport.id)
    )


@job("exhibitors.check")
async def check_job(context: JobContext, payload: dict[str, Any]) -> int:
    """Answers how many rows there are."""
    row = await _import(payload["import"])
    if row["state"] != ImportState.checking.value:
        return 0
    edition = await stored_edition(payload["edition"])
    try:
        async with _file(row) as sent:
            book = await read_sheets(sent)
        report, _ = await check(book, edition, row["locale"], context.progress)
    except Unfit as unfit:
        report = Report(fault=unfit.message)
    async with transaction():
        await _settle(
            row["id"], ImportState.ready if sound(report) else ImportState.faulty, report, ImportState.checking
        )
    return report.rows


@job("exhibitors.import")
async def import_job(context: JobContext, payload: dict[str, Any]) -> int:
    """Checked once more, for others have registered meanwhile; answers how many were stored."""
    row = await _import(payload["import"])
    if row["state"] != ImportState.importing.value:
        return int(row["stored"])
    edition = await stored_edition(payload["edition"])
    actor = Actor("account", payload["by"], "", effective([Role.organizer]))
    try:
        async with _file(row) as sent:
            book = await read_sheets(sent)
    except Unfit as unfit:
        async with transaction():
            await _settle(row["id"], ImportState.failed, Report(fault=unfit.message), ImportState.importing)
        raise JobFailed(unfit.message) from unfit
    while True:
        report, fresh = await check(book, edition, row["locale"], context.progress)
        if not sound(report):
            async with transaction():
                await _settle(row["id"], ImportState.faulty, report, ImportState.importing)
            return 0
        try:
            async with engine().transaction(seconds=_HOLD):
                # First: whoever else runs this job finds that it is done.
                if not await _settle(row["id"], ImportState.done, report, ImportState.importing, len(fresh)):
                    return 0
                if fresh:
                    await store(actor, edition, fresh, name=row["name"], sha256=row["sha256"])
                await ExhibitorImport.update({ExhibitorImport.file: None}).where(ExhibitorImport.id == row["id"])
                await files.forget([row["file"]])
            return len(fresh)
        except _Raced:
            continue


@every(seconds=3600, name="forget imported files")
async def forget_files() -> None:
    old = await ExhibitorImport.select(ExhibitorImport.id, ExhibitorImport.file).where(
        ExhibitorImport.made_at < clock.now() - _KEPT_FOR, ExhibitorImport.file.is_not_null()
    )
    for row in old:
        async with transaction():
            await ExhibitorImport.update(
                {ExhibitorImport.file: None, ExhibitorImport.state: ImportState.failed.value}
            ).where(ExhibitorImport.id == row["id"], ExhibitorImport.state != ImportState.done.value)
            await files.forget([row["file"]])
