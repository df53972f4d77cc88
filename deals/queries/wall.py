"""What the wall shows: figures that count and are not undisclosed, and of a ceremony what was revealed."""

import asyncio
import sqlite3
from typing import Any
from weakref import WeakKeyDictionary

import msgspec

from core.db import ReadJob, run_read
from core.editions.queries import EditionInfo
from deals.queries.deals import run
from deals.queries.totals import Read, totals
from deals.rules.ceremony import Ceremony
from deals.rules.figures import Party
from deals.rules.totals import Totals
from deals.tables import CeremonyMode, DealKind, DealStatus

#: Signings that the wall lists.
LATEST = 6

_CEREMONY = "SELECT mode, queue, shown, version FROM deal_ceremony WHERE edition = {}"


def _sqlite(connection: sqlite3.Connection, edition: int) -> Any:
    return connection.execute(_CEREMONY.format("?"), (edition,)).fetchone()


async def _postgres(connection: Any, edition: int) -> Any:
    return await connection.fetchrow(_CEREMONY.format("$1"), edition)


_ceremony = ReadJob(_sqlite, _postgres, point=True)


async def ceremony(edition: EditionInfo) -> Ceremony:
    """As it stands; a closed one with an empty queue where there never was one."""
    row = await run_read(_ceremony, edition.id)
    if row is None:
        return Ceremony()
    queue = msgspec.json.decode(row["queue"], type=tuple[str, ...])
    return Ceremony(CeremonyMode(row["mode"]), queue, row["shown"], row["version"])


class Shown(msgspec.Struct, frozen=True):
    """A deal whose figures count and may be told. ``unnamed``: how many parties are not to be named."""

    number: str
    kind: DealKind
    signed_on: str
    fen: int | None
    parties: tuple[str, ...]
    unnamed: int


_SHOWN = (
    "SELECT d.number, c.kind, c.signed_on, c.fen, c.parties FROM deal d"
    " JOIN deal_revision c ON c.deal = d.id AND c.n = d.counted"
    " WHERE d.edition = {} AND d.counted IS NOT NULL AND c.undisclosed = {}"
)


def _shown(row: dict[str, Any]) -> Shown:
    parties = msgspec.json.decode(row["parties"], type=tuple[Party, ...])
    named = tuple(party.name for party in parties if party.public)
    kind = DealKind(row["kind"])
    return Shown(row["number"], kind, row["signed_on"], row["fen"], named, len(parties) - len(named))


async def showable(edition: EditionInfo, numbers: tuple[str, ...]) -> dict[str, Shown]:
    """Those of the deals that may be shown, by number. One query."""
    if not numbers:
        return {}
    marks = ", ".join(["{}"] * len(numbers))
    rows = await run(f"{_SHOWN} AND d.number IN ({marks})", edition.id, False, *numbers)
    return {row["number"]: _shown(row) for row in rows}


class Wall(msgspec.Struct, frozen=True):
    """``fen`` and ``deals`` leave out what a ceremony still holds back; ``read`` is the ledger's own truth."""

    ceremony: Ceremony
    read: Read
    fen: int
    deals: int
    #: What stands on the stage; None before the first and where it may no longer be shown.
    stage: Shown | None
    latest: tuple[Shown, ...]

    @property
    def totals(self) -> Totals:
        return self.read.totals


async def wall(edition: EditionInfo, read: Read, now: Ceremony) -> Wall:
    found = await showable(edition, now.queue) if now.is_open else {}
    held = [found[number] for number in now.held_back if number in found]
    rows = await run(f"{_SHOWN} ORDER BY d.serial DESC LIMIT {{}}", edition.id, False, LATEST)
    return Wall(
        ceremony=now,
        read=read,
        fen=read.totals.fen - sum(one.fen or 0 for one in held),
        deals=read.totals.deals - len(held),
        stage=found.get(now.on_stage) if now.on_stage else None,
        latest=tuple(map(_shown, rows)),
    )


#: By event loop and edition: the ceremony as it stood when the totals were read, which each of its steps renews.
_kept: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[int, tuple[Read, Ceremony]]] = WeakKeyDictionary()


async def state(edition: EditionInfo) -> tuple[Read, Ceremony]:
    """One look whether anything has changed, however many ask."""
    read = await totals(edition)
    kept = _kept.setdefault(asyncio.get_running_loop(), {})
    found = kept.get(edition.id)
    if found is None or found[0] is not read:
        if len(kept) > 20:
            kept.clear()
        # Read after the totals: newer than they are, it is read anew with the next ones.
        found = kept[edition.id] = (read, await ceremony(edition))
    return found


class Candidate(msgspec.Struct, frozen=True):
    """A deal that may be queued. ``shown`` is None for one that cannot be revealed yet; nothing of it is told here."""

    number: str
    stage: int | None
    shown: Shown | None


async def candidates(edition: EditionInfo) -> list[Candidate]:
    """By their order on stage, then by number; void ones are gone."""
    rows = await run(
        'SELECT d.number, w.stage FROM deal d JOIN deal_revision w ON w.deal = d.id AND w.n = d."content"'
        " WHERE d.edition = {} AND d.status <> {} ORDER BY d.serial DESC LIMIT 200",
        edition.id,
        DealStatus.void.value,
    )
    found = await showable(edition, tuple(row["number"] for row in rows))
    every = [Candidate(row["number"], row["stage"], found.get(row["number"])) for row in rows]
    return sorted(every, key=lambda one: (one.stage is None, one.stage or 0, one.number))
