"""In the desk: a file waits in the database while jobs check it and, asked to, store it."""

import hashlib
import tempfile
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

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
from core.i18n import Locale, mark
from core.jobs import JobContext, JobFailed, enqueue_job, every, job
from exhibitors.rules.imports import Place, Report
from exhibitors.services.imports.checking import check, sound
from exhibitors.services.imports.storing import HOLD, Raced, store
from exhibitors.tables import (
    ExhibitorImport,
    ImportState,
)

PURPOSE = "exhibitors.import"
_KEPT_FOR = timedelta(days=7)


class NotReady(DomainError):
    code = "wrong_status"
    message = mark("This file is no longer in the state that it was shown in.")


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


async def let_pass(actor: Actor, edition: EditionInfo, number: int, places: Collection[str]) -> None:
    """Somebody has compared these rows' credit codes with the licences: the file is looked at once more, and their
    wrong check digits are no faults.

    :raises NotReady: 409. :raises NotFound: 404.
    """
    row = await _import(number)
    if row["edition"] != edition.id:
        raise NotFound
    report = msgspec.json.decode(row["report"] or "{}", type=Report)
    chosen = [slip for slip in report.slips if slip.place in places]
    if not chosen:
        raise NotReady
    passing = sorted({*_passing(row), *(Place(slip.sheet, slip.row) for slip in chosen)}, key=msgspec.structs.astuple)
    async with transaction():
        won = (
            await ExhibitorImport.update(
                {
                    ExhibitorImport.state: ImportState.checking.value,
                    ExhibitorImport.passing: msgspec.json.encode(passing).decode(),
                }
            )
            .where(
                ExhibitorImport.id == number,
                ExhibitorImport.state == ImportState.faulty.value,
                ExhibitorImport.file.is_not_null(),
                ExhibitorImport.passing == row["passing"],
            )
            .returning(ExhibitorImport.id)
        )
        if not won:
            raise NotReady
        task = await enqueue_job("exhibitors.check", {"import": number, "edition": edition.slug}, actor=actor)
        await ExhibitorImport.update({ExhibitorImport.job: task}).where(ExhibitorImport.id == number)
        rows = [{"row": slip.row, "credit_code": slip.code} for slip in chosen]
        await audit.record(actor, "exhibitors.check_digits_passed", f"import:{number}", after={"rows": rows})


def _passing(row: dict[str, Any]) -> frozenset[Place]:
    return frozenset(msgspec.json.decode(row["passing"] or "[]", type=list[Place]))


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
        report, _ = await check(book, edition, row["locale"], context.progress, _passing(row))
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
        report, fresh = await check(book, edition, row["locale"], context.progress, _passing(row))
        if not sound(report):
            async with transaction():
                await _settle(row["id"], ImportState.faulty, report, ImportState.importing)
            return 0
        try:
            async with engine().transaction(seconds=HOLD):
                # First: whoever else runs this job finds that it is done.
                if not await _settle(row["id"], ImportState.done, report, ImportState.importing, len(fresh)):
                    return 0
                if fresh:
                    await store(actor, edition, fresh, name=row["name"], sha256=row["sha256"])
                await ExhibitorImport.update({ExhibitorImport.file: None}).where(ExhibitorImport.id == row["id"])
                await files.forget([row["file"]])
            return len(fresh)
        except Raced:
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
