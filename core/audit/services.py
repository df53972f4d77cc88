"""Writing to the trail."""

from typing import Any

from piccolo.querystring import QueryString

from core import clock
from core.accounts.roles import Actor
from core.audit import rules, sealing
from core.audit.tables import AuditEntry
from core.context import current_request_id
from core.db import after_commit, engine, transaction

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
        about = await (
            AuditEntry.select(AuditEntry.id)
            .where(AuditEntry.object == subject, AuditEntry.personal.is_not_null())
            .order_by(AuditEntry.id)
        )
        by = await (
            AuditEntry.select(AuditEntry.id)
            .where(AuditEntry.actor == subject, AuditEntry.name.is_not_null())
            .order_by(AuditEntry.id)
        )
        entries = sorted({row["id"] for row in (*about, *by)})
        if not entries:
            return 0
        erasure = await record(actor, rules.ERASED, subject, after={"entries": _ranges(entries)}, note=note)
        for start in range(0, len(entries), 500):
            some = AuditEntry.id.is_in(entries[start : start + 500])
            await AuditEntry.update(
                {AuditEntry.personal: None, AuditEntry.personal_salt: None, AuditEntry.personal_erased_by: erasure}
            ).where(some, AuditEntry.object == subject, AuditEntry.personal.is_not_null())
            await AuditEntry.update(
                {AuditEntry.name: None, AuditEntry.name_salt: None, AuditEntry.name_erased_by: erasure}
            ).where(some, AuditEntry.actor == subject, AuditEntry.name.is_not_null())
    return len(entries)
