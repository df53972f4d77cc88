"""Writing to the trail."""

from typing import Any

from piccolo.querystring import QueryString

from core import clock
from core.accounts.roles import Actor
from core.audit import rules, sealing
from core.audit.tables import AuditEntry
from core.context import current_request_id
from core.db import after_commit, engine, transaction
from core.search import contains

_COLUMNS = rules.NewEntry.__struct_fields__


def insert_sql() -> str:
    """The INSERT with ``{}`` for each column of :class:`rules.NewEntry`; answers the id."""
    names = ", ".join(f'"{name}"' for name in _COLUMNS)
    return f"INSERT INTO audit_entry ({names}) VALUES ({', '.join(['{}'] * len(_COLUMNS))}) RETURNING id"  # noqa: S608


def compose(
    actor: Actor,
    action: str,
    object: str,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    personal: dict[str, Any] | None = None,
    note: str = "",
) -> rules.NewEntry:
    """The entry of now and of this request, to be written by :func:`record` or by a prepared write job."""
    return rules.compose(
        actor,
        action,
        object,
        at=rules.microseconds(clock.now()),
        request_id=current_request_id(),
        before=before,
        after=after,
        personal=personal,
        note=note,
    )


async def write(entry: rules.NewEntry) -> int:
    values = (getattr(entry, name) for name in _COLUMNS)
    rows = await engine().run_querystring(QueryString(insert_sql(), *values))
    return int(rows[0]["id"])


async def record(
    actor: Actor,
    action: str,
    object: str,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    personal: dict[str, Any] | None = None,
    note: str = "",
) -> int:
    """One entry, inside the transaction of what it describes; answers its id.

    ``action`` is ``thing.done``, ``object`` is ``thing:key``. ``before`` and ``after`` stay for good and hold no
    personal data; ``personal`` can be erased. ``note`` stays too. It is sealed a moment after the commit.
    """
    after_commit(sealing.nudge)
    return await write(compose(actor, action, object, before=before, after=after, personal=personal, note=note))


def _ranges(entries: list[int]) -> list[list[int]]:
    """Sorted ids as ``[[first, last], ...]``."""
    out: list[list[int]] = []
    for entry in entries:
        if out and out[-1][1] == entry - 1:
            out[-1][1] = entry
        else:
            out.append([entry, entry])
    return out


async def erase_personal(actor: Actor, subject: str, *, note: str = "") -> int:
    """Removes for good what the trail holds beside the chain about ``subject``; answers in how many entries.

    Of entries about it (``object``) the personal data, of entries by it (``actor``) the name. The chain stays
    valid: it covers a keyed digest with a salt that goes too. The erasure is itself recorded.
    """
    async with transaction():
        about, by = await beside([subject], [subject])
        return await erase_beside(actor, subject, about, by, note=note)


async def beside(objects: list[str], actors: list[str], words: list[str] | None = None) -> tuple[list[int], list[int]]:
    """Entries that hold personal data about ``objects`` or with one of ``words`` in it, and those that hold the name
    of one of ``actors``."""
    about: set[int] = set()
    by: set[int] = set()
    wheres: list[Any] = [AuditEntry.object.is_in(objects[at : at + 500]) for at in range(0, len(objects), 500)]
    wheres += [contains(AuditEntry.personal, word) for word in words or []]
    for where in wheres:
        rows = await AuditEntry.select(AuditEntry.id).where(where, AuditEntry.personal.is_not_null())
        about |= {row["id"] for row in rows}
    for at in range(0, len(actors), 500):
        rows = await AuditEntry.select(AuditEntry.id).where(
            AuditEntry.actor.is_in(actors[at : at + 500]), AuditEntry.name.is_not_null()
        )
        by |= {row["id"] for row in rows}
    return sorted(about), sorted(by)


async def erase_beside(actor: Actor, subject: str, about: list[int], by: list[int], *, note: str = "") -> int:
    """Of the entries ``about`` the personal data and of those ``by`` somebody the name, under one erasure that
    names ``subject``; answers of how many."""
    entries = sorted({*about, *by})
    if not entries:
        return 0
    async with transaction():
        erasure = await record(actor, rules.ERASED, subject, after={"entries": _ranges(entries)}, note=note)
        for start in range(0, len(about), 500):
            await AuditEntry.update(
                {AuditEntry.personal: None, AuditEntry.personal_salt: None, AuditEntry.personal_erased_by: erasure}
            ).where(AuditEntry.id.is_in(about[start : start + 500]), AuditEntry.personal.is_not_null())
        for start in range(0, len(by), 500):
            await AuditEntry.update(
                {AuditEntry.name: None, AuditEntry.name_salt: None, AuditEntry.name_erased_by: erasure}
            ).where(AuditEntry.id.is_in(by[start : start + 500]), AuditEntry.name.is_not_null())
    return len(entries)
