"""Reads of the trail for people."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import msgspec

from core.audit import rules
from core.audit.tables import AuditEntry, AuditPending, AuditSeal, AuditSetting
from core.errors import NotFound
from core.search import begins, contains


class Filter(msgspec.Struct, frozen=True):
    """``who`` is part of an actor's key or of a name; ``action`` and ``object`` are beginnings."""

    who: str = ""
    action: str = ""
    object: str = ""
    since: datetime | None = None
    until: datetime | None = None


class Entry(msgspec.Struct, frozen=True):
    id: int
    at: datetime
    actor: str
    name: str | None
    action: str
    object: str
    note: str
    request_id: str


class WholeEntry(msgspec.Struct, frozen=True):
    entry: Entry
    before: dict[str, Any]
    after: dict[str, Any]
    #: None when there is none, or it was erased.
    personal: dict[str, Any] | None
    erased: bool
    #: None while the entry waits for its seal.
    position: int | None
    hash: str


_COLUMNS = (
    AuditEntry.id,
    AuditEntry.at,
    AuditEntry.actor,
    AuditEntry.name,
    AuditEntry.action,
    AuditEntry.object,
    AuditEntry.note,
    AuditEntry.request_id,
)


def _wheres(wanted: Filter) -> list[Any]:
    out: list[Any] = []
    if wanted.who:
        out.append(contains(AuditEntry.actor, wanted.who) | contains(AuditEntry.name, wanted.who))
    if wanted.action:
        out.append(begins(AuditEntry.action, wanted.action))
    if wanted.object:
        out.append(begins(AuditEntry.object, wanted.object))
    if wanted.since:
        out.append(AuditEntry.at >= rules.microseconds(wanted.since))
    if wanted.until:
        out.append(AuditEntry.at < rules.microseconds(wanted.until))
    return out


def _entry(row: dict[str, Any]) -> Entry:
    return Entry(**{**row, "at": rules.moment(row["at"])})


def _select(wanted: Filter) -> Any:
    query = AuditEntry.select(*_COLUMNS).order_by(AuditEntry.id, ascending=False)
    for where in _wheres(wanted):
        query = query.where(where)
    return query


async def entries(wanted: Filter, *, before: int | None, limit: int) -> list[Entry]:
    """Newest first. One query."""
    query = _select(wanted).limit(limit)
    if before is not None:
        query = query.where(AuditEntry.id < before)
    return [_entry(row) for row in await query]


async def every_entry(wanted: Filter, *, page: int = 500) -> AsyncIterator[Entry]:
    """All that fit, newest first, a page at a time."""
    before: int | None = None
    while found := await entries(wanted, before=before, limit=page):
        for entry in found:
            yield entry
        before = found[-1].id


async def entry(key: int) -> WholeEntry:
    """:raises NotFound:"""
    row = await AuditEntry.select().where(AuditEntry.id == key).first()
    if row is None:
        raise NotFound
    seal = await AuditSeal.select().where(AuditSeal.entry == key).first()
    return WholeEntry(
        entry=_entry({name: row[name] for name in Entry.__struct_fields__}),
        before=msgspec.json.decode(row["before"] or "{}"),
        after=msgspec.json.decode(row["after"] or "{}"),
        personal=msgspec.json.decode(row["personal"]) if row["personal"] else None,
        erased=bool(row["personal_erased_by"] or row["name_erased_by"]),
        position=seal["position"] if seal else None,
        hash=seal["hash"] if seal else "",
    )


async def waiting() -> int:
    """Entries without a seal."""
    return int(await AuditPending.count())


async def head_address() -> str:
    row = await AuditSetting.select(AuditSetting.head_to).first()
    return str(row["head_to"]) if row else ""
