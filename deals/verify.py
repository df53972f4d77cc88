"""Walks every deal's revisions and names what does not fit: the chain, the trail, the postings and the sums.

It holds a page at a time and runs beside the writers. The trail itself is walked by :mod:`core.audit.verify`.
"""

import json
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any, Literal

import msgspec

from core.audit.verify import UNREADABLE
from core.chain import GENESIS
from deals.queries.deals import run
from deals.rules import ledger
from deals.rules.ledger import HASHED, Cell, Posting, Row
from deals.tables import DealStatus, DealStep

PAGE = 500

Code = Literal[
    "deal_changed",
    "deal_missing",
    "deal_unrecorded",
    "deal_unreadable",
    "deal_standing",
    "deal_same_person",
    "people_changed",
    "posting_changed",
    "sums_differ",
]


class DealFinding(msgspec.Struct, frozen=True, omit_defaults=True):
    code: Code
    message: str
    edition: str = ""
    deal: str = ""
    revision: int | None = None


class DealReport(msgspec.Struct):
    deals: int = 0
    revisions: int = 0
    erased: int = 0
    findings: int = 0


class _Deal:
    """A deal while its revisions are walked."""

    def __init__(self, row: dict[str, Any]) -> None:
        self.row = row
        self.n = 0
        self.hash = GENESIS
        self.at = -1
        self.contents: dict[int, tuple[Row, str]] = {}
        self.content = 0
        self.author = ""
        self.counted: int | None = None
        self.status = DealStatus.draft.value

    def says(self, code: Code, message: str, n: int | None = None) -> DealFinding:
        return DealFinding(code, message, edition=self.row["slug"], deal=self.row["number"], revision=n)


class DealWalk:
    def __init__(self) -> None:
        self.report = DealReport()

    async def findings(self) -> AsyncIterator[DealFinding]:
        for walk in (self._deals, self._trail, self._sums):
            async for finding in walk():
                self.report.findings += 1
                yield finding

    async def _deals(self) -> AsyncIterator[DealFinding]:
        after = 0
        numbers: dict[int, int] = {}
        while True:
            page = await run(
                'SELECT d.id, d.edition, e.slug, d.serial, d.number, d.status, d.revision, d."content" AS content,'
                " d.author, d.counted FROM deal d JOIN edition e ON e.id = d.edition WHERE d.id > {}"
                " ORDER BY d.id LIMIT {}",
                after,
                PAGE,
            )
            if not page:
                return
            first, after = page[0]["id"], page[-1]["id"]
            revisions = await _revisions(first, after)
            postings = await _postings(first, after)
            for row in page:
                deal = _Deal(row)
                for gap in range(
                    numbers.get(row["edition"], 0) + 1, min(row["serial"], numbers.get(row["edition"], 0) + 20)
                ):
                    yield DealFinding("deal_missing", "the deal was deleted", edition=row["slug"], deal=f"D-{gap:04d}")
                numbers[row["edition"]] = row["serial"]
                self.report.deals += 1
                for one in revisions.get(row["id"], []):
                    for finding in self._revision(deal, one, postings.get(one["id"], [])):
                        yield finding
                for finding in self._standing(deal):
                    yield finding

    def _revision(self, deal: _Deal, one: dict[str, Any], posted: list[Posting]) -> list[DealFinding]:
        self.report.revisions += 1
        found: list[DealFinding] = []
        n = one["n"]
        if n != deal.n + 1:
            found.append(deal.says("deal_missing", f"revisions {deal.n + 1} to {n - 1} were deleted", n))
        row = _row(one)
        if row is None:
            deal.n, deal.hash = n, one["hash"] or ""
            return [*found, deal.says("deal_unreadable", "the revision can't be read", n)]
        if one["hash"] != ledger.seal(deal.row["edition"], deal.row["number"], n, one["previous"] or "", row):
            found.append(deal.says("deal_changed", "the revision was changed", n))
        elif n == deal.n + 1 and (one["previous"] != deal.hash or row.at <= deal.at):
            found.append(deal.says("deal_changed", "the revision does not follow the one before", n))
        if not _recorded(one):
            found.append(deal.says("deal_unrecorded", "the trail knows nothing of this revision", n))
        found += self._people(deal, one, row)
        try:
            found += self._took(deal, n, row, posted)
        except (ValueError, TypeError, msgspec.MsgspecError, KeyError):
            found.append(deal.says("deal_unreadable", "the figures can't be read", n))
        deal.n, deal.hash, deal.at = n, one["hash"], row.at
        return found

    def _took(self, deal: _Deal, n: int, row: Row, posted: list[Posting]) -> list[DealFinding]:
        """What the step does to where the deal stands and to the totals."""
        found: list[DealFinding] = []
        expected: list[Posting] = []
        before = deal.contents[deal.counted][0] if deal.counted in deal.contents else None
        match DealStep(row.step):
            case DealStep.draft | DealStep.amend:
                deal.contents[n] = (row, row.actor)
                deal.content, deal.author = n, row.actor
            case DealStep.confirm:
                if deal.contents.get(row.content, (None, ""))[1] == row.actor:
                    found.append(deal.says("deal_same_person", "it was confirmed by the person who wrote it", n))
                expected = ledger.postings(ledger.figures_of(row))
                deal.counted, deal.status = row.content, DealStatus.confirmed.value
                if before is not None:
                    expected += ledger.postings(ledger.figures_of(before), -1)
            case DealStep.void:
                if before is not None:
                    expected = ledger.postings(ledger.figures_of(before), -1)
                deal.counted, deal.status = None, DealStatus.void.value
        if sorted(expected) != sorted(posted):
            found.append(deal.says("posting_changed", "what it adds to the totals is not what was posted", n))
        return found

    def _people(self, deal: _Deal, one: dict[str, Any], row: Row) -> list[DealFinding]:
        if row.content != one["n"] or DealStep.confirm.value == row.step:
            return []
        if one["people"] is None:
            self.report.erased += 1
        elif ledger.people_digest(one["people_salt"] or "", one["people"]) != row.people_digest:
            return [deal.says("people_changed", "the people or remarks beside it were changed", one["n"])]
        return []

    def _standing(self, deal: _Deal) -> list[DealFinding]:
        row = deal.row
        if not deal.n:
            return [deal.says("deal_missing", "its revisions were deleted")]
        stands = (row["status"], row["revision"], row["content"], row["author"], row["counted"])
        if stands != (deal.status, deal.n, deal.content, deal.author, deal.counted):
            return [deal.says("deal_standing", "where it stands does not follow from its revisions")]
        return []

    async def _trail(self) -> AsyncIterator[DealFinding]:
        """Revisions that the trail knows of and the ledger does not. What a demo expo had may have gone with it."""
        rows = await run("SELECT MAX(id) AS id FROM audit_entry WHERE action = 'demo.reset'")
        gone = int(rows[0]["id"] or 0)
        demos = {row["slug"] for row in await run("SELECT slug FROM edition WHERE is_demo")}
        after = 0
        while True:
            rows = await run(
                'SELECT a.id, a."object" AS object, a."after" AS said FROM audit_entry a'
                " LEFT JOIN deal_revision r ON r.entry = a.id"
                " WHERE a.action IN ('deal.drafted', 'deal.amended', 'deal.confirmed', 'deal.voided')"
                " AND r.id IS NULL AND a.id > {} ORDER BY a.id LIMIT {}",
                after,
                PAGE,
            )
            for row in rows:
                after = row["id"]
                slug, _, number = row["object"].removeprefix("deal:").rpartition("/")
                if row["id"] < gone and slug in {*demos, "demo"}:
                    continue
                n = _said(row["said"]).get("revision")
                yield DealFinding("deal_missing", "the revision was deleted", edition=slug, deal=number, revision=n)
            if len(rows) < PAGE:
                return

    async def _sums(self) -> AsyncIterator[DealFinding]:
        columns = "edition, field, kind, day, region, side, undisclosed"
        sums = Counter[tuple[Any, ...]]()
        for sign, sql in (
            (1, f"SELECT {columns}, deals, bare, fen FROM deal_sum"),  # noqa: S608
            (
                -1,
                f"SELECT {columns}, SUM(deals) AS deals, SUM(bare) AS bare, SUM(fen) AS fen"  # noqa: S608
                f" FROM deal_posting GROUP BY {columns}",
            ),
        ):
            for row in await run(sql):
                key = tuple(row[name] for name in columns.split(", "))
                for name in ("deals", "bare", "fen"):
                    sums[(*key[:-1], bool(key[-1]), name)] += sign * int(row[name])
        wrong = {key[0] for key, value in sums.items() if value}
        for row in await run("SELECT id, slug FROM edition ORDER BY id"):
            if row["id"] in wrong:
                yield DealFinding("sums_differ", "the totals are not what the postings add up to", edition=row["slug"])


async def _revisions(first: int, last: int) -> dict[int, list[dict[str, Any]]]:
    names = ("id", "deal", "n", *HASHED, "people", "people_salt", "previous", "hash")
    columns = ", ".join(f'r."{name}"' for name in names)
    sql = (
        f'SELECT {columns}, a."after" AS recorded, a.actor AS recorded_actor FROM deal_revision r'  # noqa: S608
        " LEFT JOIN audit_entry a ON a.id = r.entry WHERE r.deal >= {} AND r.deal <= {} ORDER BY r.deal, r.n"
    )
    try:
        rows = await run(sql, first, last)
    except UNREADABLE:
        return await _one_by_one(sql, first, last)
    found: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["deal"], []).append(row)
    return found


async def _one_by_one(sql: str, first: int, last: int) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for deal in range(first, last + 1):
        try:
            rows = await run(sql, deal, deal)
        except UNREADABLE:
            rows = await run("SELECT id, deal, n FROM deal_revision WHERE deal = {} ORDER BY n", deal)
            rows = [{**row, "hash": None, "previous": None, "kind": None, "recorded": None} for row in rows]
        if rows:
            found[deal] = rows
    return found


async def _postings(first: int, last: int) -> dict[int, list[Posting]]:
    rows = await run(
        "SELECT p.revision, p.field, p.kind, p.day, p.region, p.side, p.undisclosed, p.deals, p.bare, p.fen, p.at,"
        " r.at AS moment FROM deal_posting p JOIN deal_revision r ON r.id = p.revision"
        " WHERE r.deal >= {} AND r.deal <= {}",
        first,
        last,
    )
    found: dict[int, list[Posting]] = {}
    for row in rows:
        cell = Cell(row["field"], row["kind"], row["day"], row["region"], row["side"], bool(row["undisclosed"]))
        # One posted for another moment is none of this revision's.
        same = row["at"] == row["moment"]
        found.setdefault(row["revision"], []).append(
            Posting(cell, row["deals"] if same else 0, row["bare"], row["fen"])
        )
    return found


def _row(one: dict[str, Any]) -> Row | None:
    try:
        values = {name: one[name] for name in HASHED}
        return msgspec.convert({**values, "undisclosed": bool(values["undisclosed"])}, Row)
    except (msgspec.ValidationError, KeyError):
        return None


def _said(text: str | None) -> dict[str, Any]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _recorded(one: dict[str, Any]) -> bool:
    said = _said(one["recorded"])
    return bool(
        said.get("hash") == one["hash"] and said.get("revision") == one["n"] and one["recorded_actor"] == one["actor"]
    )
