"""Writing to the trail."""

from datetime import UTC, datetime, timedelta
from typing import Any

from piccolo.querystring import QueryString

from core import clock
from core.accounts.roles import Actor
from core.audit import rules, sealing
from core.context import current_request_id
from core.db import after_commit, engine

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_COLUMNS = rules.NewEntry.__struct_fields__


def insert_sql() -> str:
    """The INSERT with ``{}`` for each column of :class:`rules.NewEntry`; answers the id."""
    names = ", ".join(f'"{name}"' for name in _COLUMNS)
    return f"INSERT INTO audit_entry ({names}) VALUES ({', '.join(['{}'] * len(_COLUMNS))}) RETURNING id"  # noqa: S608


def microseconds() -> int:
    return (clock.now() - _EPOCH) // timedelta(microseconds=1)


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
        at=microseconds(),
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
