"""What a deal's chain covers, in which bytes, and what a revision adds to the totals. ``docs/deals.md`` says the same
for auditors."""

import hashlib
import secrets
from collections.abc import Iterable, Sequence

import msgspec

from core import chain
from core.audit.rules import microseconds, moment, plain
from deals.rules.figures import Figures, Party, People, Split
from deals.tables import DealKind, DealStep

__all__ = ["Cell", "Posting", "Row", "Sealed", "microseconds", "moment", "postings", "seal", "state_of"]

#: The first line of what is hashed; a changed encoding takes a new one.
REVISION = "yinbo-deal-revision-1"
PEOPLE = "yinbo-deal-people-1"

_sorted = msgspec.json.Encoder(order="sorted")


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A revision but for its place in the database, in the order in which it is hashed."""

    at: int
    actor: str
    step: str
    content: int
    reason: str
    kind: str
    currency: str
    amount: int | None
    rate: str | None
    fen: int | None
    region: str
    signed_on: str
    place: str
    term: str
    stage: int | None
    undisclosed: bool
    project: str | None
    meeting: str | None
    parties: str
    split: str
    people_digest: str


HASHED = Row.__struct_fields__


class Sealed(msgspec.Struct, frozen=True):
    """A revision ready to be written."""

    n: int
    row: Row
    people: str | None
    people_salt: str | None
    previous: str
    hash: str


def people_digest(salt: str, people: str) -> str:
    return chain.digest(chain.key("deal people"), PEOPLE, (salt, people))


def seal(edition: int, number: str, n: int, previous: str, row: Row) -> str:
    """The hash of a revision in its place; ``previous`` is that of the deal's revision before."""
    values = (int(value) if isinstance(value, bool) else value for value in msgspec.structs.astuple(row))
    return chain.digest(chain.key("deal ledger"), REVISION, (edition, number, n, previous, *values))


def first(
    figures: Figures, people: People, *, at: int, actor: str, step: DealStep, n: int, reason: str
) -> tuple[Row, str, str]:
    """The row of a revision with figures of its own, and what stands beside it with its salt."""
    beside = _sorted.encode(people).decode()
    salt = secrets.token_hex(16)
    row = Row(
        at=at,
        actor=actor,
        step=step.value,
        content=n,
        reason=plain(reason),
        kind=figures.kind.value,
        currency=figures.currency,
        amount=figures.amount,
        rate=figures.rate,
        fen=figures.fen,
        region=figures.region,
        signed_on=figures.signed_on,
        place=figures.place,
        term=figures.term,
        stage=figures.stage,
        undisclosed=figures.undisclosed,
        project=figures.project,
        meeting=figures.meeting,
        parties=_sorted.encode(figures.parties).decode(),
        split=_sorted.encode(figures.split).decode(),
        people_digest=people_digest(salt, beside),
    )
    return row, beside, salt


def figures_of(row: Row) -> Figures:
    return Figures(
        kind=DealKind(row.kind),
        currency=row.currency,
        amount=row.amount,
        rate=row.rate,
        fen=row.fen,
        region=row.region,
        signed_on=row.signed_on,
        place=row.place,
        term=row.term,
        stage=row.stage,
        undisclosed=row.undisclosed,
        project=row.project,
        meeting=row.meeting,
        parties=msgspec.json.decode(row.parties, type=tuple[Party, ...]),
        split=msgspec.json.decode(row.split, type=tuple[Split, ...]),
    )


def people_of(text: str | None) -> People:
    """Nobody, when it was erased."""
    return People() if text is None else msgspec.json.decode(text, type=People)


class Cell(msgspec.Struct, frozen=True, order=True):
    """Where an amount stands in the totals. ``field`` is empty for the deal as a whole."""

    field: str
    kind: str
    day: str
    region: str
    side: str
    undisclosed: bool


class Posting(msgspec.Struct, frozen=True, order=True):
    cell: Cell
    deals: int
    bare: int
    fen: int


def postings(figures: Figures, sign: int = 1) -> list[Posting]:
    """The deal as a whole and each of its fields."""

    def at(field: str, fen: int | None) -> Posting:
        cell = Cell(
            field,
            figures.kind.value,
            figures.signed_on,
            figures.region,
            figures.side.value,
            figures.undisclosed,
        )
        return Posting(cell, sign, sign * (fen is None), sign * (fen or 0))

    return [at("", figures.fen), *(at(part.field, part.fen) for part in figures.split)]


def added(several: Iterable[Posting]) -> list[Posting]:
    """One for each cell, in the order in which everybody locks them; those that come to nothing are left out."""
    found: dict[Cell, list[int]] = {}
    for one in several:
        sums = found.setdefault(one.cell, [0, 0, 0])
        for n, value in enumerate((one.deals, one.bare, one.fen)):
            sums[n] += value
    return [Posting(cell, *found[cell]) for cell in sorted(found) if any(found[cell])]


def state_of(lines: Sequence[tuple[str, int, str]]) -> str:
    """What proves from which state of the ledger a sheet was made: SHA-256 over ``number revision hash`` of every deal
    that counts, a line each, in the order of the numbers."""
    said = "".join(f"{number} {revision} {hash}\n" for number, revision, hash in sorted(lines))
    return hashlib.sha256(said.encode()).hexdigest()
