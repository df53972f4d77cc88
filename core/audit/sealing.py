"""Seals entries in batches behind their writers, who never wait for the last hash.

**Order and completeness.** Entries are sealed in the order of (xid, id), and only those of transactions older
than every one still running; so nothing can appear later among what is sealed already, however late it commits.
On SQLite there is one writer, ids grow in the order of the commits and ``xid`` is 0. On PostgreSQL ids are drawn
before the commit and don't follow it; there ``xid`` is the writer's transaction id, and the horizon is
``pg_snapshot_xmin``: all below it has ended. An entry waits in ``audit_pending`` until it has its seal, so there is
no mark behind which one could be forgotten. That is PostgreSQL's own; CockroachDB would store
``cluster_logical_timestamp()`` and seal below its closed timestamp (``follower_read_timestamp()``). A long
transaction only delays the seals.

**One sealer wins.** Any process may try. Hashes are computed outside the transaction; then the head row is moved
from the position they start at, and who finds it moved on has lost and starts anew.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from piccolo.querystring import QueryString

from core.audit import heads, rules
from core.audit.rules import Head
from core.audit.tables import AuditHead, AuditPending, AuditSeal
from core.chain import GENESIS
from core.db import engine, transaction
from core.errors import DomainError

log = logging.getLogger("yinbo.audit")

BATCH = 500
#: Seconds between two looks when nobody wrote here: another process may have.
IDLE = 2.0
#: Seconds that entries gather after a commit.
GATHER = 0.25

_woken: asyncio.Event | None = None
#: What was said last, so that a long outage doesn't fill the log.
_failing = ""


class WrongKey(DomainError):
    code = "wrong_key"
    message = "SECRET_KEY is not the one that this audit trail was begun with; nothing is sealed with another."


def nudge() -> None:
    """Has the sealer of this process look soon."""
    if _woken is not None:
        _woken.set()


async def head() -> Head:
    row = await AuditHead.select(AuditHead.position, AuditHead.hash, AuditHead.key_check).first()
    return Head(**row) if row else Head()


def _ended() -> str:
    """Its transaction has ended, and so have all with a lower number.

    A number that this server has not given out yet comes from another one, whose database was copied here.
    """
    if engine().engine_type == "sqlite":
        return "1 = 1"
    return (
        "(p.xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
        " OR p.xid >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint)"
    )


async def seal_batch() -> int:
    """Seals up to :data:`BATCH` entries; answers how many, 0 also when another process was faster."""
    last, key_check = await head(), rules.key_check()
    if last.key_check not in ("", key_check):
        raise WrongKey
    chained = ", ".join(f'e."{name}"' for name in rules.CHAINED)
    rows = await engine().run_querystring(
        QueryString(
            f"SELECT e.id, {chained} FROM audit_pending p JOIN audit_entry e ON e.id = p.entry"  # noqa: S608
            f" WHERE {_ended()} ORDER BY p.xid, p.entry LIMIT {BATCH}"
        )
    )
    if not rows:
        return 0
    seals: list[AuditSeal] = []
    position, previous = last.position, last.hash
    for row in rows:
        position += 1
        made = rules.seal(position, previous, row["id"], tuple(row[name] for name in rules.CHAINED))
        seals.append(AuditSeal(position=position, entry=row["id"], previous=previous, hash=made))
        previous = made
    async with transaction():
        if last.position == 0:
            await AuditHead.insert(AuditHead(id=1, position=0, hash=GENESIS, key_check="")).on_conflict(
                action="DO NOTHING"
            )
        moved = (
            await AuditHead.update(
                {AuditHead.position: position, AuditHead.hash: previous, AuditHead.key_check: key_check}
            )
            .where(AuditHead.id == 1, AuditHead.position == last.position, AuditHead.hash == last.hash)
            .returning(AuditHead.position)
        )
        if not moved:
            return 0
        await AuditSeal.insert(*seals)
        await AuditPending.delete().where(AuditPending.entry.is_in([row["id"] for row in rows]))
    heads.keep(Head(position, previous))
    return len(seals)


async def seal_all() -> int:
    """Seals what can be sealed now. What comes meanwhile waits for the next look, so that a busy hour is not sealed
    entry by entry."""
    done = 0
    while True:
        sealed = await seal_batch()
        done += sealed
        if sealed < BATCH:
            return done


async def _try() -> None:
    """The database may be away for a while: entries wait, nothing is lost."""
    global _failing
    try:
        await seal_all()
        _failing = ""
    except Exception as error:
        if (said := f"{type(error).__name__}: {error}") != _failing:
            log.error("sealing failed", exc_info=None if isinstance(error, WrongKey) else error)
        _failing = said


async def _run(woken: asyncio.Event) -> None:
    while True:
        with contextlib.suppress(TimeoutError):
            # Not wait_for: before Python 3.12 it may swallow the cancelling that comes with an event, and never end.
            async with asyncio.timeout(IDLE):
                await woken.wait()
            await asyncio.sleep(GATHER)
        woken.clear()
        await _try()


@asynccontextmanager
async def worker() -> AsyncIterator[None]:
    """The sealer, for the app's lifespan; what is left at the end is sealed on leaving."""
    global _woken
    _woken = woken = asyncio.Event()
    task = asyncio.create_task(_run(woken), name="audit sealer")
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        _woken = None
        await _try()
