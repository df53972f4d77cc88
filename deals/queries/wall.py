"""What the wall shows: figures that count and are not undisclosed, and of a ceremony what was revealed."""

from collections.abc import Sequence
from typing import Any

import msgspec
from piccolo.querystring import QueryString

from core.db import Reading, in_one_snapshot, run_read
from core.editions.queries import EditionInfo
from deals.queries.deals import run
from deals.queries.signings import Signing, signing_of
from deals.queries.totals import SUMS, of_sums
from deals.rules.ceremony import Ceremony
from deals.rules.totals import Totals
from deals.tables import CeremonyMode, DealStatus

#: Signings that the wall lists.
LATEST = 6

_CEREMONY = "SELECT mode, queue, shown, version FROM deal_ceremony WHERE edition = {}"


def _ceremony_of(rows: list[Any]) -> Ceremony:
    if not rows:
        return Ceremony()
    [row] = rows
    queue = msgspec.json.decode(row["queue"], type=tuple[str, ...])
    return Ceremony(CeremonyMode(row["mode"]), queue, row["shown"], row["version"])


async def ceremony(edition: EditionInfo) -> Ceremony:
    """As it stands; a closed one with an empty queue where there never was one."""
    return _ceremony_of(await run(_CEREMONY, edition.id))


_SHOWN = (
    "SELECT d.number, c.kind, c.signed_on, c.fen, c.parties FROM deal d"
    " JOIN deal_revision c ON c.deal = d.id AND c.n = d.counted"
    " WHERE d.edition = {} AND d.counted IS NOT NULL AND c.undisclosed = {}"
)
_LATEST = f"{_SHOWN} ORDER BY d.serial DESC LIMIT {LATEST}"


def _among(numbers: Sequence[str]) -> str:
    return f"{_SHOWN} AND d.number IN ({', '.join(['{}'] * len(numbers))})"


async def showable(edition: EditionInfo, numbers: tuple[str, ...]) -> dict[str, Signing]:
    """Those of the deals that may be shown, by number. One query."""
    if not numbers:
        return {}
    rows = await run(_among(numbers), edition.id, False, *numbers)
    return {row["number"]: signing_of(row) for row in rows}


class Wall(msgspec.Struct, frozen=True):
    """``fen`` and ``deals`` leave out what a ceremony still holds back; ``totals`` are the ledger's own truth."""

    ceremony: Ceremony
    totals: Totals
    fen: int
    deals: int
    #: What stands on the stage; None before the first and where it may no longer be shown.
    stage: Signing | None
    latest: tuple[Signing, ...]


def _reading(edition: EditionInfo) -> Reading[Wall]:
    now = _ceremony_of((yield QueryString(_CEREMONY, edition.id)))
    found: dict[str, Signing] = {}
    if now.is_open and now.queue:
        rows = yield QueryString(_among(now.queue), edition.id, False, *now.queue)
        found = {row["number"]: signing_of(row) for row in rows}
    totals = of_sums(edition, (yield QueryString(SUMS, edition.id)))
    latest = yield QueryString(_LATEST, edition.id, False)
    held = [found[number] for number in now.held_back if number in found]
    return Wall(
        ceremony=now,
        totals=totals,
        fen=totals.fen - sum(one.fen or 0 for one in held),
        deals=totals.deals - len(held),
        stage=found.get(now.on_stage) if now.on_stage else None,
        latest=tuple(map(signing_of, latest)),
    )


_wall = in_one_snapshot(_reading)


async def wall(edition: EditionInfo) -> Wall:
    """All of it of one moment: a signing in between would be counted and not held back."""
    return await run_read(_wall, edition)


class Candidate(msgspec.Struct, frozen=True):
    """A deal that may be queued. ``shown`` is None for one that cannot be revealed yet; nothing of it is told here."""

    number: str
    stage: int | None
    shown: Signing | None


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
