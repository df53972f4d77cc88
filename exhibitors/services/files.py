"""Attaching and removing files. Who may is the caller's question: a desk of its own, or the organizers'."""

from datetime import timedelta

from core import clock, text
from core.accounts.roles import Actor
from core.audit import services as audit
from core.db import transaction
from core.editions.queries import EditionInfo
from core.errors import DomainError, NotFound
from core.files import held
from core.files import services as stored
from core.files.held import Ready
from core.i18n import mark
from core.jobs import every
from exhibitors.queries.files import PURPOSE
from exhibitors.rules.files import MOST
from exhibitors.tables import Exhibitor, ExhibitorFile, FileKind


class TooManyFiles(DomainError):
    code = "too_many_files"
    message = mark("There are as many files of this kind as there may be. Remove one first.")


async def attach(
    actor: Actor, edition: EditionInfo, number: str, kind: FileKind, checked: Ready, *, note: str = ""
) -> int:
    """Keeps a file that :func:`core.files.services.examine` has looked at, now or at the form's last try; answers the
    id of its line. Of a kind of which there is one, the earlier is removed. Joins the caller's transaction.

    :raises NotFound: 404.
    :raises TooManyFiles: 409.
    :raises HeldGone: 409.
    """
    note = text.line(note)[:200]
    async with transaction():
        # The row is written to, so that two at once come one after the other and neither exceeds the limit.
        found = (
            await Exhibitor.update({Exhibitor.changed_at: clock.now()})
            .where(Exhibitor.edition == edition.id, Exhibitor.number == number)
            .returning(Exhibitor.id)
        )
        if not found:
            raise NotFound
        exhibitor: int = found[0]["id"]
        there = (
            await ExhibitorFile.select(ExhibitorFile.id, ExhibitorFile.position)
            .where(
                ExhibitorFile.exhibitor == exhibitor,
                ExhibitorFile.kind == kind.value,
                ExhibitorFile.removed_at.is_null(),
            )
            .order_by(ExhibitorFile.position)
        )
        if MOST[kind] == 1:
            for row in there:
                await _remove(actor, edition, number, exhibitor, row["id"])
        elif len(there) >= MOST[kind]:
            raise TooManyFiles
        file = await held.keep(actor, checked, PURPOSE)
        made = await ExhibitorFile.insert(
            ExhibitorFile(
                exhibitor=exhibitor,
                file=file,
                kind=kind.value,
                position=there[-1]["position"] + 1 if there else 0,
                note=note,
                added_at=clock.now(),
                added_by=actor.key,
            )
        ).returning(ExhibitorFile.id)
        await audit.record(
            actor,
            "exhibitor.file_added",
            f"exhibitor:{edition.slug}/{number}",
            after={
                "kind": kind.value,
                "file": file,
                "media_type": checked.media_type,
                "size": checked.size,
                "sha256": checked.sha256,
            },
            personal={"name": checked.name, "note": note},
        )
    line: int = made[0]["id"]
    return line


async def remove(actor: Actor, edition: EditionInfo, number: str, line: int) -> None:
    """It is no longer shown; reviewers can still read what was decided on.

    :raises NotFound: 404, also when it was removed already.
    """
    async with transaction():
        found = (
            await Exhibitor.select(Exhibitor.id)
            .where(Exhibitor.edition == edition.id, Exhibitor.number == number)
            .first()
        )
        if found is None:
            raise NotFound
        await _remove(actor, edition, number, found["id"], line)


#: A removed file is seen by reviewers so long; drawings stay with what was handed in.
REMOVED_LIFE = timedelta(days=30)


@every(seconds=3600, name="forget removed files")
async def sweep() -> int:
    gone = 0
    while True:
        async with transaction():
            old = (
                await ExhibitorFile.select(ExhibitorFile.id)
                .where(
                    ExhibitorFile.removed_at < clock.now() - REMOVED_LIFE,
                    ExhibitorFile.kind != FileKind.drawing.value,
                )
                .order_by(ExhibitorFile.id)
                .limit(20)
            )
            if not old:
                return gone
            lines = [row["id"] for row in old]
            rows = await ExhibitorFile.delete().where(ExhibitorFile.id.is_in(lines)).returning(ExhibitorFile.file)
            await stored.forget([row["file"] for row in rows])
            gone += len(rows)


async def _remove(actor: Actor, edition: EditionInfo, number: str, exhibitor: int, line: int) -> None:
    gone = (
        await ExhibitorFile.update({ExhibitorFile.removed_at: clock.now()})
        .where(ExhibitorFile.id == line, ExhibitorFile.exhibitor == exhibitor, ExhibitorFile.removed_at.is_null())
        .returning(ExhibitorFile.kind, ExhibitorFile.file)
    )
    if not gone:
        raise NotFound
    await audit.record(
        actor,
        "exhibitor.file_removed",
        f"exhibitor:{edition.slug}/{number}",
        before={"kind": gone[0]["kind"], "file": gone[0]["file"]},
    )
