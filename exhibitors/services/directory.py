"""Keeping the directory's index right.

Whoever changes a name, what is exhibited, a product, the status or ``listed`` calls :func:`refresh` in the same
transaction. :func:`mend` finds what was missed, and what an older version of the program has made.
"""

from collections.abc import Sequence
from typing import Any

from piccolo.querystring import QueryString

from core import clock
from core.accounts.roles import Actor
from core.audit import services as audit
from core.db import engine, transaction
from core.editions.queries import EditionInfo
from core.errors import NotFound
from core.jobs import JobContext, enqueue_job, every, job
from exhibitors.rules import directory as rules
from exhibitors.rules.directory import Texts
from exhibitors.rules.files import PUBLIC
from exhibitors.tables import Exhibitor, ExhibitorGram, ExhibitorListing, ExhibitorProduct, Status

_AT_ONCE = 1000
#: Exhibitors in one transaction of :func:`mend`.
_MENDED = 50


async def refresh(exhibitors: Sequence[int]) -> None:
    """Makes the index of these right, whatever changed. Joins the caller's transaction."""
    if not exhibitors:
        return
    async with transaction():
        # Written to, so that two of the same come one after the other and the later sees what the earlier made.
        marks = ", ".join(["{}"] * len(exhibitors))
        lock = f"UPDATE exhibitor SET listed = listed WHERE id IN ({marks})"  # noqa: S608
        await engine().run_querystring(QueryString(lock, *sorted(exhibitors)))
        rows = await Exhibitor.select(
            Exhibitor.id,
            Exhibitor.edition,
            Exhibitor.status,
            Exhibitor.listed,
            Exhibitor.name,
            Exhibitor.name_en,
            Exhibitor.exhibits,
        ).where(Exhibitor.id.is_in(list(exhibitors)))
        before = {
            row["exhibitor"]: row
            for row in await ExhibitorListing.select().where(ExhibitorListing.exhibitor.is_in(list(exhibitors)))
        }
        products: dict[int, list[str]] = {}
        for row in (
            await ExhibitorProduct.select(ExhibitorProduct.exhibitor, ExhibitorProduct.name, ExhibitorProduct.name_en)
            .where(ExhibitorProduct.exhibitor.is_in(list(exhibitors)), ExhibitorProduct.removed_at.is_null())
            .order_by(ExhibitorProduct.id)
        ):
            products.setdefault(row["exhibitor"], []).append(f"{row['name']} {row['name_en']}")
        made: list[ExhibitorListing] = []
        fresh: list[tuple[int, str, int]] = []
        for row in rows:
            shown = row["listed"] and Status(row["status"]) in PUBLIC
            there = before.get(row["id"])
            if not shown and there is None:
                continue
            listing = _listing(row, products.get(row["id"], []))
            old = rules.grams(there["haystack"]) if there and there["version"] == rules.VERSION else set[str]()
            new = rules.grams(listing.haystack) if shown else set[str]()
            if there is not None:
                await _forget(row["edition"], row["id"], sorted(old - new) if old else None)
                await ExhibitorListing.delete().where(ExhibitorListing.exhibitor == row["id"])
            if shown:
                made.append(listing)
                fresh += [(row["edition"], gram, row["id"]) for gram in sorted(new - old)]
        for start in range(0, len(made), _AT_ONCE):
            await ExhibitorListing.insert(*made[start : start + _AT_ONCE])
        for start in range(0, len(fresh), _AT_ONCE):
            await _insert(fresh[start : start + _AT_ONCE])


async def _insert(grams: list[tuple[int, str, int]]) -> None:
    """By hand: a Piccolo object for each of a hundred rows an exhibitor costs more than all the rest."""
    rows = ", ".join(["({}, {}, {})"] * len(grams))
    sql = f"INSERT INTO exhibitor_gram (edition, gram, exhibitor) VALUES {rows}"  # noqa: S608
    await engine().run_querystring(QueryString(sql, *(value for row in grams for value in row)))


def _listing(row: dict[str, Any], products: list[str]) -> ExhibitorListing:
    texts = Texts(row["name"], row["name_en"], " ".join([*products, row["exhibits"]]))
    zh, en = rules.place_zh(texts), rules.place_en(texts)
    return ExhibitorListing(
        exhibitor=row["id"],
        edition=row["edition"],
        letter_zh=zh.letter,
        sort_zh=zh.sort,
        letter_en=en.letter,
        sort_en=en.sort,
        haystack=rules.haystack(texts),
        version=rules.VERSION,
        made_at=clock.now(),
    )


async def _forget(edition: int, exhibitor: int, grams: list[str] | None) -> None:
    """``None``: all of them, which takes a look at the whole table."""
    where: Any = (ExhibitorGram.edition == edition) & (ExhibitorGram.exhibitor == exhibitor)
    if grams is None:
        await ExhibitorGram.delete().where(where)
    elif grams:
        await ExhibitorGram.delete().where(where & ExhibitorGram.gram.is_in(grams))


async def set_listed(actor: Actor, edition: EditionInfo, number: str, *, listed: bool) -> None:
    """Whether it stands in the directory, once it is admitted.

    :raises NotFound: 404.
    """
    async with transaction():
        found = (
            await Exhibitor.update({Exhibitor.listed: listed, Exhibitor.changed_at: clock.now()})
            .where(Exhibitor.edition == edition.id, Exhibitor.number == number)
            .returning(Exhibitor.id)
        )
        if not found:
            raise NotFound
        await refresh([found[0]["id"]])
        await audit.record(actor, "exhibitor.listed", f"exhibitor:{edition.slug}/{number}", after={"listed": listed})


#: What should stand in the index and does not, or should not and does, or is older than its exhibitor.
_WRONG = (
    "SELECT e.id AS id FROM exhibitor e LEFT JOIN exhibitor_listing l ON l.exhibitor = e.id"
    " WHERE (e.listed = {} AND e.status IN ({}, {}, {})"
    " AND (l.id IS NULL OR l.version <> {} OR l.made_at < e.changed_at))"
    " OR (l.id IS NOT NULL AND (e.listed = {} OR e.status NOT IN ({}, {}, {})))"
    " ORDER BY e.id LIMIT {}"
)


async def wrong(most: int) -> list[int]:
    states = sorted(state.value for state in PUBLIC)
    asked = QueryString(_WRONG, True, *states, rules.VERSION, False, *states, most)
    return [row["id"] for row in await engine().run_querystring(asked)]


@every(seconds=600, name="mend the directory")
async def mend() -> None:
    """A few at once; many by a job."""
    await _drop_older()
    found = await wrong(_MENDED)
    async with transaction():
        await refresh(found)
        if len(found) == _MENDED:
            await enqueue_job("exhibitors.directory", {}, key=f"directory:{clock.now():%Y%m%d%H%M}")


@job("exhibitors.directory")
async def rebuild(context: JobContext, _payload: dict[str, Any]) -> int:
    """Answers how many were wrong."""
    mended = 0
    while found := await wrong(_MENDED):
        async with transaction():
            await refresh(found)
        mended += len(found)
        await context.progress(mended)
    return mended


async def _drop_older() -> None:
    """What an older version made: whole editions at once, since its grams are not known any more."""
    async with transaction():
        older = await ExhibitorListing.select(ExhibitorListing.edition).where(ExhibitorListing.version != rules.VERSION)
        editions = sorted({row["edition"] for row in older})
        if editions:
            await ExhibitorGram.delete().where(ExhibitorGram.edition.is_in(editions))
            await ExhibitorListing.delete().where(ExhibitorListing.edition.is_in(editions))
