"""Walks the chain and names what does not fit. It holds one page of entries at a time and runs beside the writers.

What it can't see: a change to an entry that was not sealed yet, which is why the number of those is told.
"""

import json
import sqlite3
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from typing import Any, Literal

import asyncpg
import msgspec
from piccolo.querystring import QueryString

from core.audit import rules
from core.audit.heads import known_heads
from core.audit.rules import Head
from core.audit.sealing import head, seal_all
from core.audit.tables import AuditEntry
from core.chain import GENESIS
from core.db import engine

PAGE = 1000
#: Of a run of seals that don't fit the key, so many are named one by one, the rest as a range.
NAMED = 20
#: What a database says of a text that is none.
UNREADABLE = (ValueError, sqlite3.OperationalError, asyncpg.DataError)

Code = Literal[
    "changed",
    "missing",
    "seal_missing",
    "link_broken",
    "unreadable",
    "rehashed",
    "personal_changed",
    "erased_without_record",
    "not_queued",
    "unsealed_missing",
    "head_moved",
    "tail_cut",
    "other_head",
    "other_key",
]


class Finding(msgspec.Struct, frozen=True, omit_defaults=True):
    code: Code
    message: str
    position: int | None = None
    #: The last one, of a range.
    until: int | None = None
    entry: int | None = None
    #: RFC 3339.
    at: str | None = None
    action: str | None = None


class Report(msgspec.Struct):
    """What stands at the end."""

    head: str
    checked: int = 0
    erased: int = 0
    unsealed: int = 0
    findings: int = 0


class Seal(msgspec.Struct):
    """A seal with its entry, every value as text so that nothing in the row can break the reading of it."""

    position: int
    entry: int
    previous: str | None
    hash: str | None
    row: dict[str, str | None] | None


_BESIDE = ("name", "name_salt", "name_erased_by", "personal", "personal_salt", "personal_erased_by")


async def _page(after: int, until: int, limit: int) -> list[Seal]:
    columns = ", ".join(f'CAST(e."{name}" AS TEXT) AS "e_{name}"' for name in ("id", *rules.CHAINED, *_BESIDE))
    rows = await engine().run_querystring(
        QueryString(
            "SELECT s.position, s.entry, CAST(s.previous AS TEXT) AS previous, CAST(s.hash AS TEXT) AS hash,"  # noqa: S608
            f" {columns} FROM audit_seal s LEFT JOIN audit_entry e ON e.id = s.entry"
            f" WHERE s.position > {{}} AND s.position <= {{}} ORDER BY s.position LIMIT {limit}",
            after,
            until,
        )
    )
    return [
        Seal(
            position=row["position"],
            entry=row["entry"],
            previous=row["previous"],
            hash=row["hash"],
            row=None if row["e_id"] is None else {key[2:]: value for key, value in row.items() if key[:2] == "e_"},
        )
        for row in rows
    ]


async def _seals(until: int) -> AsyncIterator[Seal | int]:
    """In the order of positions; of one that can't even be read, the position alone."""
    after = 0
    while after < until:
        try:
            page: list[Seal | int] = [*await _page(after, until, PAGE)]
        except UNREADABLE:
            page = []
            for position in range(after + 1, min(after + PAGE, until) + 1):
                try:
                    page += await _page(position - 1, position, 1)
                except UNREADABLE:
                    page.append(position)
            if not page:
                after += PAGE
                continue
        if not page:
            return
        for seal in page:
            yield seal
        last = page[-1]
        after = last if isinstance(last, int) else last.position


def _when(at: str | None) -> str | None:
    with suppress(ValueError, OverflowError, TypeError):
        return rules.moment(int(at or "")).isoformat()
    return at


class Walk:
    """``async for finding in walk.findings()``, then ``walk.report``."""

    def __init__(self, heads: Iterable[tuple[str, Head]] = ()) -> None:
        self.report = Report(head="")
        self.total = 0
        self._given = list(heads)
        self._erasures: dict[int, list[tuple[int, int]]] = {}

    async def findings(self) -> AsyncIterator[Finding]:
        with suppress(Exception):  # a database that only reads is verified all the same
            await seal_all()
        expected = [*self._given, *await known_heads()]  # before the head: the chain grows meanwhile
        top = await head()
        self.total = top.position
        async for finding in self._chain(top, expected):
            self.report.findings += 1
            yield finding
        async for finding in self._unsealed():
            self.report.findings += 1
            yield finding

    async def _chain(self, top: Head, expected: list[tuple[str, Head]]) -> AsyncIterator[Finding]:
        by_position: dict[int, list[tuple[str, Head]]] = {}
        for source, one in expected:
            by_position.setdefault(one.position, []).append((source, one))
        if top.key_check not in ("", rules.key_check()):
            yield Finding("other_key", "SECRET_KEY is not the one that this chain was begun with")
        rows = await engine().run_querystring(QueryString("SELECT MAX(position) AS last FROM audit_seal"))
        again = await head()  # after the seals: they never run ahead of it
        last_seal = rows[0]["last"] or 0
        if last_seal > again.position:
            yield Finding("head_moved", f"there are seals up to {last_seal}, the head says {again.position}")
            top = Head(last_seal, "", top.key_check)
        position, previous, run = 0, GENESIS, 0
        async for seal in _seals(top.position):
            at = seal if isinstance(seal, int) else seal.position
            if at > position + 1:
                yield Finding("seal_missing", "seals are missing", position=position + 1, until=at - 1)
            if isinstance(seal, int):
                position, previous = seal, ""
                yield Finding("unreadable", "the row can't be read", position=seal)
                continue
            linked = at != position + 1 or previous in ("", seal.previous)
            position, previous = at, seal.hash or ""
            self.report.checked += 1
            fits = True
            for finding in await self._entry(seal, linked):
                if finding.code == "changed":
                    fits = False
                    run += 1
                    if run > NAMED:
                        continue
                yield finding
            if fits:
                if run > NAMED:
                    yield _range(at - run + NAMED, at - 1)
                run = 0
            for source, one in by_position.get(at, ()):
                if one.hash != seal.hash:
                    yield Finding(
                        "other_head", f"{source} says {one.hash}, the chain has {seal.hash}", at, entry=seal.entry
                    )
        if run > NAMED:
            yield _range(position - run + NAMED + 1, position)
        if run > 1 and position == run:
            yield Finding(
                "rehashed",
                "no seal fits the key: the chain was hashed with another one, or SECRET_KEY is another",
                position=1,
                until=position,
            )
        elif run > 1:
            yield Finding(
                "rehashed",
                "from here to the end no seal fits the key",
                position=position - run + 1,
                until=position,
            )
        if position < top.position:
            yield Finding(
                "tail_cut",
                f"the head says {top.position}, the seals end at {position}",
                position=position + 1,
                until=top.position,
            )
        elif top.hash and top.hash != previous:
            yield Finding("head_moved", f"the head says {top.hash}, the last seal is {previous}", position=position)
        for source, one in expected:
            if one.position > position:
                yield Finding(
                    "tail_cut",
                    f"{source} says {one}, the chain ends at {position}",
                    position=position + 1,
                    until=one.position,
                )
        self.report.head = f"{position}:{previous or GENESIS}"

    async def _entry(self, seal: Seal, linked: bool) -> list[Finding]:
        row = seal.row
        if row is None:
            return [Finding("missing", "the entry was deleted", position=seal.position, entry=seal.entry)]
        found: list[Finding] = []
        named = {"position": seal.position, "entry": seal.entry, "at": _when(row["at"]), "action": row["action"]}
        values = tuple(row[name] for name in rules.CHAINED)
        if seal.hash != rules.seal(seal.position, seal.previous or "", seal.entry, values):
            found.append(_finding("changed", "the entry or its seal was changed", named))
        if not linked:
            found.append(_finding("link_broken", "the seal does not follow the one before", named))
        for what, digest, compute in (
            ("name", row["name_digest"], rules.name_digest),
            ("personal", row["personal_digest"], rules.personal_digest),
        ):
            value, salt, by = row[what], row[f"{what}_salt"], row[f"{what}_erased_by"]
            if digest is None and value is None:
                continue
            if value is not None:
                if by is not None or compute(salt or "", value) != digest:
                    found.append(_finding("personal_changed", f"the {what} beside the entry was changed", named))
            elif by is not None and await self._was_erased(by, seal.entry):
                self.report.erased += 1
            else:
                found.append(_finding("erased_without_record", f"the {what} was removed and no erasure says so", named))
        return found

    async def _was_erased(self, by: str, entry: int) -> bool:
        """Whether the entry ``by`` is an erasure that covers this one. A few erasures are remembered."""
        if not by.isdigit():
            return False
        ranges = self._erasures.get(int(by))
        if ranges is None:
            ranges = []
            row = await AuditEntry.select(AuditEntry.action, AuditEntry.after).where(AuditEntry.id == int(by)).first()
            if row and row["action"] == rules.ERASED:
                with suppress(ValueError, TypeError, KeyError):
                    ranges = [(int(a), int(b)) for a, b in json.loads(row["after"])["entries"]]
            if len(self._erasures) > 64:
                self._erasures.clear()
            self._erasures[int(by)] = ranges
        return any(a <= entry <= b for a, b in ranges)

    async def _unsealed(self) -> AsyncIterator[Finding]:
        after = 0
        while True:
            rows = await engine().run_querystring(
                QueryString(
                    "SELECT e.id, CAST(e.at AS TEXT) AS at_text, e.action, p.entry AS waiting FROM audit_entry e"  # noqa: S608
                    " LEFT JOIN audit_seal s ON s.entry = e.id LEFT JOIN audit_pending p ON p.entry = e.id"
                    f" WHERE s.entry IS NULL AND e.id > {{}} ORDER BY e.id LIMIT {PAGE}",
                    after,
                )
            )
            for row in rows:
                after = row["id"]
                if row["waiting"] is None:
                    yield Finding(
                        "not_queued",
                        "the entry has no place in the chain: it was put in by hand, or its seal was removed",
                        entry=row["id"],
                        at=_when(row["at_text"]),
                        action=row["action"],
                    )
                else:
                    self.report.unsealed += 1
            if len(rows) < PAGE:
                break
        rows = await engine().run_querystring(
            QueryString(
                "SELECT p.entry FROM audit_pending p LEFT JOIN audit_entry e ON e.id = p.entry"
                " WHERE e.id IS NULL ORDER BY p.entry"
            )
        )
        for row in rows:
            yield Finding("unsealed_missing", "the entry was deleted before it was sealed", entry=row["entry"])


def _finding(code: Code, message: str, named: dict[str, Any]) -> Finding:
    return Finding(code, message, **named)


def _range(first: int, last: int) -> Finding:
    return Finding("changed", "the entries or their seals were changed", position=first, until=last)
