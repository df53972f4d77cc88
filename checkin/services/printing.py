"""Badges are printed: one at once, many by a job; what was put on paper is written down."""

import asyncio
import hashlib
import io
import os
import sys
import tempfile
import threading
import zipfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec

from checkin.printing import press
from checkin.printing.drawing import Face, Sheet, draw
from checkin.printing.layouts import Layout
from checkin.queries.badges import BadgeInfo, Filter, badges_after, count_badges
from checkin.tables import BadgePrint, BadgeStatus, PrintRun
from core import clock
from core.accounts.roles import Actor
from core.audit import services as audit
from core.db import transaction
from core.editions.queries import EditionInfo, edition_named
from core.errors import DomainError
from core.files import services as files
from core.i18n import Locale, mark
from core.jobs import JobContext, JobFailed, every, job
from core.jobs.services import enqueue_job

KIND = "badges.print"
#: Of stored files; nobody reads them but by the page of print runs.
PURPOSE = "badge prints"
#: Badges of one frame to the press.
PORTION = 200
#: Frames that wait at the press.
AHEAD = 2
#: Of one insert into the log.
LOGGED = 1000
#: Documents full of names and codes don't lie about.
KEPT_FOR = timedelta(days=3)
#: reportlab's font knows its documents by itself, one at a time.
_drawing = threading.Lock()


class NothingToPrint(DomainError):
    code = "nothing_to_print"
    message = mark("No badge in force fits this choice.")


class NoCodeYet(DomainError):
    code = "no_code"
    message = mark("This badge is about to get a new code. Please try again in a minute.")


def sheet_of(edition: EditionInfo, layout: Layout, locale: Locale) -> Sheet:
    return Sheet(
        edition.name_zh,
        edition.name_en,
        edition.venue_zh,
        edition.venue_en,
        edition.first_day,
        edition.last_day,
        layout,
        locale,
    )


def face_of(badge: BadgeInfo) -> Face:
    return Face(
        badge.serial, badge.code, badge.kind, badge.holder, badge.organisation, badge.title, badge.days, badge.size
    )


def _drawn(sheet: Sheet, faces: list[Face]) -> bytes:
    out = io.BytesIO()
    with _drawing:
        draw(out, sheet, faces)
    return out.getvalue()


async def pdf(edition: EditionInfo, badges: Sequence[BadgeInfo], layout: Layout, locale: Locale) -> bytes:
    """A few badges, drawn beside the event loop. :raises NoCodeYet: one of them has no signed code."""
    if any(one.uid is None for one in badges):
        raise NoCodeYet
    return await asyncio.to_thread(_drawn, sheet_of(edition, layout, locale), [face_of(one) for one in badges])


async def log(
    actor: Actor, edition: EditionInfo, badges: Sequence[tuple[int, int | None]], layout: Layout, run: int | None = None
) -> None:
    """``badges``: id and uid."""
    now = clock.now()
    async with transaction():
        for at in range(0, len(badges), LOGGED):
            await BadgePrint.insert(
                *(
                    BadgePrint(
                        edition=edition.id, badge=number, uid=uid, run=run, layout=layout.value, actor=actor.key, at=now
                    )
                    for number, uid in badges[at : at + LOGGED]
                )
            )


async def begin(actor: Actor, edition: EditionInfo, only: Filter, layout: Layout, locale: Locale) -> int:
    """Answers the run's id. :raises NothingToPrint: 409."""
    if only.status is None:
        only = msgspec.structs.replace(only, status=BadgeStatus.active)
    total = await count_badges(edition, only)
    if not total:
        raise NothingToPrint
    async with transaction():
        row = PrintRun(
            edition=edition.id,
            layout=layout.value,
            locale=locale,
            wanted=msgspec.json.encode(only).decode(),
            total=total,
            made_by=actor.key,
            made_at=clock.now(),
        )
        made = await PrintRun.insert(row).returning(PrintRun.id)
        run: int = made[0]["id"]
        number = await enqueue_job(KIND, {"run": run, "edition": edition.slug}, actor=actor)
        await PrintRun.update({PrintRun.job: number}).where(PrintRun.id == run)
        await audit.record(actor, "badges.print_begun", f"print:{run}", after={"layout": layout.value, "badges": total})
    return run


@asynccontextmanager
async def _press(folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """It sees nothing of our environment, so no secret of the settings."""
    own = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "LANG") if name in os.environ}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        press.__name__,
        str(folder),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=own,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _printed(
    context: JobContext, edition: EditionInfo, sheet: Sheet, only: Filter, total: int, folder: Path
) -> list[tuple[int, int | None]]:
    seen: list[tuple[int, int | None]] = []
    after, waiting = 0, 0
    async with _press(folder) as process:
        assert process.stdin is not None
        assert process.stdout is not None

        async def answered() -> None:
            line = await process.stdout.readline()  # type: ignore[union-attr]  # asserted above
            if not line:
                raise RuntimeError("the press stopped")
            await context.progress(min(int(line), total), total)

        process.stdin.write(press.frame(sheet))
        while portion := await badges_after(edition, only, after, PORTION):
            after = portion[-1].id
            ready = [one for one in portion if one.uid is not None]
            seen += [(one.id, one.uid) for one in ready]
            process.stdin.write(press.frame([face_of(one) for one in ready]))
            await process.stdin.drain()
            # One more is read while the press has work.
            if waiting == AHEAD:
                await answered()
            else:
                waiting += 1
        process.stdin.close()
        for _ in range(waiting):
            await answered()
        if await process.wait():
            raise RuntimeError("the press failed")
    return seen


def _bundle(folder: Path) -> tuple[str, bytes]:
    """One document as it is, several in an archive."""
    parts = sorted(folder.glob("*.pdf"))
    if len(parts) == 1:
        return "badges.pdf", parts[0].read_bytes()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for part in parts:
            archive.write(part, f"badges-{part.name}")
    return "badges.zip", out.getvalue()


@job(KIND)
async def _run(context: JobContext, payload: dict[str, Any]) -> object:
    edition = await edition_named(payload["edition"])
    row = await PrintRun.select().where(PrintRun.id == payload["run"]).first()
    if row is None or row["done_at"] is not None:
        return None
    only = msgspec.json.decode(row["wanted"], type=Filter)
    layout = Layout(row["layout"])
    with tempfile.TemporaryDirectory(prefix="yinbo-print-") as folder:
        seen = await _printed(
            context, edition, sheet_of(edition, layout, row["locale"]), only, row["total"], Path(folder)
        )
        if not seen:
            raise JobFailed(NothingToPrint.message)
        name, data = await asyncio.to_thread(_bundle, Path(folder))
    digest = await asyncio.to_thread(lambda: hashlib.sha256(data).hexdigest())
    maker = Actor("system", None, row["made_by"])
    async with transaction():
        file = await files.keep_sheet(maker, name, data, digest, PURPOSE)
        await PrintRun.update({PrintRun.file: file, PrintRun.done_at: clock.now(), PrintRun.total: len(seen)}).where(
            PrintRun.id == row["id"]
        )
        now = clock.now()
        for at in range(0, len(seen), LOGGED):
            await BadgePrint.insert(
                *(
                    BadgePrint(
                        edition=edition.id,
                        badge=number,
                        uid=uid,
                        run=row["id"],
                        layout=layout.value,
                        actor=row["made_by"],
                        at=now,
                    )
                    for number, uid in seen[at : at + LOGGED]
                )
            )
    return {"badges": len(seen)}


async def throw_away(runs: Sequence[dict[str, Any]]) -> None:
    """The documents, not the record that they were printed."""
    for row in runs:
        async with transaction():
            await PrintRun.update({PrintRun.file: None}).where(PrintRun.id == row["id"])
            await files.forget([row["file"]])


@every(seconds=3600, name="forget printed badges")
async def forget_old() -> None:
    old = clock.now() - KEPT_FOR
    await throw_away(
        await PrintRun.select(PrintRun.id, PrintRun.file).where(PrintRun.file.is_not_null(), PrintRun.done_at < old)
    )
