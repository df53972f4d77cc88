"""The purge of an edition that is long over."""

import re
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import msgspec

from core.accounts.roles import SYSTEM, Actor
from core.audit import services as audit
from core.audit.tables import AuditEntry
from core.db import transaction
from core.editions.queries import EditionInfo, stored_edition
from core.errors import DomainError
from core.i18n import mark
from core.jobs import JobContext, enqueue_job, job
from core.jobs.queries import JobResult, last_job
from core.privacy.registry import ERASED, Holding, Scope, apps, holdings
from core.privacy.services.people import PORTION, erase_rows, pattern_of, rows, widened


class Purged(msgspec.Struct):
    edition: str
    #: The first day on which its personal data may go.
    due: date
    dry: bool
    counts: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def due(edition: EditionInfo, days: int | None = None) -> date:
    """``days`` instead of those that the edition's notice promises."""
    return edition.last_day + timedelta(days=(edition.kept_days if days is None else days) + 1)


def is_due(edition: EditionInfo, days: int | None = None) -> bool:
    return edition.today() >= due(edition, days)


class NotDue(DomainError):
    code = "not_due"
    message = mark("The personal data of this edition is not due yet.")


class NotPromised(DomainError):
    code = "not_promised"
    message = mark("The privacy notice promises another number of days for this edition.")


class CountedOtherwise(DomainError):
    code = "counted_otherwise"
    message = mark("This is not the number that was counted. Count again, and type what stands there.")


def as_promised(edition: EditionInfo, days: int | None) -> None:
    """:raises NotPromised: people were told another number, fewer or more."""
    if days is not None and days != edition.kept_days:
        raise NotPromised


async def _portions(edition: EditionInfo) -> AsyncIterator[Scope]:
    for app in apps():
        if app.portions is not None:
            async for scope in app.portions(edition.id):
                await widened(scope)
                yield scope


async def has_any(edition: EditionInfo) -> bool:
    """Looks only until it finds something; what was purged once is taken to be so."""
    purged = (AuditEntry.action == "privacy.purged") & (AuditEntry.object == f"edition:{edition.slug}")
    if await AuditEntry.exists().where(purged):
        return False
    async for scope in _portions(edition):
        for holding in holdings():
            if await rows(holding, scope):
                return True
    return False


# ── mentions in what was written to others ──

#: What may be an address or a number.
_TOKEN = re.compile(r"[\w.+%-]+@[\w.-]+\w|\+?\d{7,15}")


async def _persons(edition: EditionInfo) -> dict[str, set[str]]:
    """Addresses and numbers that go, with the names of whose they are."""
    found: dict[str, set[str]] = {}
    async for scope in _portions(edition):
        for word, names in scope.mentions.items():
            found.setdefault(word, set()).update(names)
    return found


async def _mentions(
    holding: Holding, persons: dict[str, set[str]], sweep: bool, own: set[int] | None = None
) -> set[int]:
    """Rows in which an address or a number stands of somebody who goes; with ``sweep`` it is taken out, and the name
    of whose it is with it. One pass, whatever the number of people."""
    names = [name for name, value in holding.columns.items() if isinstance(value, str)]
    key = holding.table._meta.primary_key
    found: set[int] = set()
    after = 0
    while persons:
        some = (
            await holding.table.select(key, *(holding.column(name) for name in names))
            .where(key > after)
            .order_by(key)
            .limit(PORTION)
        )
        if not some:
            break
        after = some[-1][key._meta.name]
        changed: dict[int, dict[Any, str]] = {}
        for row in some:
            words = {token.lower() for name in names for token in _TOKEN.findall(row[name] or "")} & persons.keys()
            if not words or row[key._meta.name] in (own or ()):
                continue
            called = {name for word in words for name in persons[word] if len(name) > 1}
            pattern = pattern_of([*words, *called])
            swept = {name: pattern.sub(ERASED, row[name]) for name in names if row[name]}
            if any(swept[name] != row[name] for name in swept):
                changed[row[key._meta.name]] = dict(swept)
        found |= changed.keys()
        if sweep and changed:
            async with transaction():
                for number, values in changed.items():
                    longest = {name: getattr(holding.column(name), "length", None) for name in values}
                    await holding.table.update({name: text[: longest[name]] for name, text in values.items()}).where(
                        key == number
                    )
    return found


def _written_to_others() -> list[Holding]:
    return [holding for holding in holdings() if holding.mentions]


# ── counting and purging ──


async def count(edition: EditionInfo) -> Purged:
    """What a purge would take; changes nothing."""
    seen: dict[str, set[int]] = {}
    persons = await _persons(edition)
    async for scope in _portions(edition):
        for holding in holdings():
            if found := await rows(holding, scope):
                seen.setdefault(holding.name, set()).update(found)
        about, by = await audit.beside(sorted(scope.objects), scope.keys)
        if about or by:
            seen.setdefault("audit_entry", set()).update(about, by)
    for holding in _written_to_others():
        own = seen.get(holding.name, set())
        if found_here := await _mentions(holding, persons, False, own):
            seen[holding.name] = own | found_here
    return Purged(edition.slug, due(edition), True, {name: len(keys) for name, keys in sorted(seen.items())})


async def purge(actor: Actor, edition: EditionInfo, *, days: int | None = None) -> Purged:
    """In portions of some dozens of firms, each in small transactions; begun again it goes on: mentions in what was
    written to others are taken out first, while it is known whose they are. Firms, numbers, booths, steps and badges
    stay, without people. Nothing to do, nothing is recorded.

    :raises NotDue: 409.
    """
    if not is_due(edition, days):
        raise NotDue
    counts: dict[str, int] = {}
    subject = f"edition:{edition.slug}"
    persons = await _persons(edition)
    for holding in _written_to_others():
        own: set[int] = set()
        async for scope in _portions(edition):
            own.update(await rows(holding, scope))
        if found := await _mentions(holding, persons, True, own):
            counts[holding.name] = len(found)
    async for scope in _portions(edition):
        about, by = await audit.beside(sorted(scope.objects), scope.keys)
        if number := await audit.erase_beside(actor, subject, about, by):
            counts["audit_entry"] = counts.get("audit_entry", 0) + number
        await erase_rows(holdings(), scope, counts)
    counts = dict(sorted(counts.items()))
    if counts:
        async with transaction():
            await audit.record(actor, "privacy.purged", subject, after={"rows": counts})
    return Purged(edition.slug, due(edition, days), False, counts)


# ── in the desk: counted by a job, and purged by another once somebody has typed the number ──


async def begin_count(actor: Actor, edition: EditionInfo) -> None:
    async with transaction():
        await enqueue_job("privacy.count", {"edition": edition.slug}, actor=actor)
        await audit.record(actor, "privacy.purge_counted", f"edition:{edition.slug}")


async def begin_purge(actor: Actor, edition: EditionInfo, typed: str) -> None:
    """:raises NotDue: 409. :raises CountedOtherwise: 409."""
    if not is_due(edition):
        raise NotDue
    counted = await counted_last(edition)
    if counted is None or typed.strip() != str(counted.total):
        raise CountedOtherwise
    async with transaction():
        await enqueue_job("privacy.purge", {"edition": edition.slug}, actor=actor)
        await audit.record(actor, "privacy.purge_begun", f"edition:{edition.slug}", after={"counted": counted.counts})


async def counted_last(edition: EditionInfo) -> Purged | None:
    """What the last count has found, while it is remembered."""
    found = await last_job("privacy.count", {"edition": edition.slug}, done=True)
    if found is None:
        return None
    return Purged(edition.slug, due(edition), True, msgspec.json.decode(found.result, type=dict[str, int]))


async def purge_state(edition: EditionInfo) -> tuple[Purged | None, JobResult | None, JobResult | None]:
    """What was counted last, and the latest count and purge, whatever their state."""
    payload: dict[str, object] = {"edition": edition.slug}
    return (
        await counted_last(edition),
        await last_job("privacy.count", payload),
        await last_job("privacy.purge", payload),
    )


@job("privacy.count")
async def count_job(_context: JobContext, payload: dict[str, Any]) -> dict[str, int]:
    return (await count(await stored_edition(payload["edition"]))).counts


@job("privacy.purge")
async def purge_job(context: JobContext, payload: dict[str, Any]) -> dict[str, int]:
    """In the name of who asked for it."""
    kind, _, number = context.created_by.partition(":")
    actor = Actor("account", int(number), "") if kind == "account" and number else SYSTEM
    return (await purge(actor, await stored_edition(payload["edition"]))).counts
