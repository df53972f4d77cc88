"""Totals: whatever clerks do in whatever order, the fields add up to the total and both to the ledger."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import clock
from core.accounts.roles import Actor, Role, effective
from core.editions.queries import EditionInfo
from core.errors import DomainError
from deals.queries import deals as queries
from deals.queries.totals import totals, totals_as_of
from deals.rules import ledger
from deals.rules.figures import AllocationIn
from deals.rules.ledger import Cell, Posting
from deals.rules.totals import Totals, summed
from deals.services import deals
from deals.services.errors import LedgerFull
from deals.services.writing import MOST_SUM, SHARDS
from deals.tables import DealKind, DealSum
from tests.deals.world import QIAN, YUE, counting, draft, typed
from tests.expo import an_edition

pytestmark = pytest.mark.anyio

FIELDS = ("standardization", "informatization", "long_term_care", "medical_care_integration", "other")
REGIONS = ("海曙区", "慈溪市", "")
CLERKS = [Actor("account", 200 + n, f"示例 {n}", effective([Role.signing])) for n in range(16)]


def consistent(found: Totals) -> None:
    assert sum(line.fen for line in found.by_field) == found.fen
    for lines in (found.by_kind, found.by_day, found.by_region, found.by_side):
        assert (sum(line.fen for line in lines), sum(line.deals for line in lines)) == (found.fen, found.deals)
    for lines in (found.by_field, found.by_kind, found.by_day):
        assert sum(round(line.share * 10_000) for line in lines) == (10_000 if found.fen else 0)


async def by_hand(edition: EditionInfo) -> tuple[int, int, dict[str, int], int]:
    """From the deals themselves, one by one: deals, fen, fen by field, undisclosed."""
    deals_, fen, undisclosed = 0, 0, 0
    by_field: Counter[str] = Counter()
    for one in await queries.counted(edition):
        figures = one.counted_figures
        assert figures is not None
        if figures.undisclosed:
            undisclosed += 1
            continue
        deals_ += 1
        fen += figures.fen or 0
        for part in figures.split:
            by_field[part.field] += part.fen or 0
    return deals_, fen, {code: by_field[code] for code in by_field if by_field[code]}, undisclosed


async def the_same_everywhere(edition: EditionInfo) -> Totals:
    found = (await totals(edition)).totals
    consistent(found)
    by_field = {line.key: line.fen for line in found.by_field if line.fen}
    assert (found.deals, found.fen, by_field, found.undisclosed) == await by_hand(edition)
    assert await totals_as_of(edition, clock.now() + timedelta(hours=1)) == found
    return found


def wanted(random: Random, n: int, edition: EditionInfo) -> object:
    codes = random.sample(FIELDS, random.randint(1, 4))
    parts = [random.choice([1, 99, 10**9, 10**13, random.randint(1, 10**12)]) for _ in codes]
    none = random.random() < 0.15
    return typed(
        n,
        None if none else sum(parts),
        kind=random.choice(list(DealKind)),
        signed_on=random.choice(edition.days).day.isoformat(),
        region=random.choice(REGIONS),
        undisclosed=random.random() < 0.2,
        allocations=[
            AllocationIn(code, None if none else f"{part // 100}.{part % 100:02d}")
            for code, part in zip(codes, parts, strict=True)
        ],
    )


async def acted(random: Random, actor: Actor, edition: EditionInfo, numbers: list[str], n: int) -> None:
    """One thing that a clerk might do, allowed or not."""
    deal = wanted(random, n, edition)
    if not numbers or random.random() < 0.35:
        numbers.append((await deals.create(actor, edition, deal)).number)  # type: ignore[arg-type]
        return
    number = random.choice(numbers)
    try:
        match random.random():
            case p if p < 0.6:
                await deals.confirm(actor, edition, number)
            case p if p < 0.92:
                await deals.amend(actor, edition, number, deal, reason="as agreed")  # type: ignore[arg-type]
            case _:
                await deals.void(actor, edition, number, reason="called off")
    except DomainError:
        return


@pytest.mark.parametrize("seed", range(4))
async def test_any_sequence_leaves_fields_total_and_ledger_alike(opened: None, seed: int) -> None:
    edition, random, numbers = await an_edition(), Random(seed), list[str]()
    for n in range(90):
        await acted(random, random.choice(CLERKS[:3]), edition, numbers, n)
        if n % 30 == 29:
            await the_same_everywhere(edition)
    assert (await the_same_everywhere(edition)).deals


async def test_sixteen_clerks_at_once_leave_fields_total_and_ledger_alike(opened: None) -> None:
    edition, numbers = await an_edition(), list[str]()

    async def clerk(n: int) -> None:
        random = Random(n)
        for step in range(8):
            await acted(random, CLERKS[n], edition, numbers, n * 100 + step)

    await asyncio.gather(*(clerk(n) for n in range(16)))
    assert sorted(numbers) == [f"D-{n + 1:04d}" for n in range(len(numbers))]
    assert (await the_same_everywhere(edition)).deals


async def test_of_many_who_confirm_one_deal_one_does_and_it_counts_once(opened: None) -> None:
    edition = await an_edition()
    made = await draft(edition, fen=500)
    results = await asyncio.gather(
        *(deals.confirm(clerk, edition, made.number) for clerk in CLERKS), return_exceptions=True
    )
    assert sum(not isinstance(one, BaseException) for one in results) == 1
    assert all(isinstance(one, DomainError) for one in results if isinstance(one, BaseException))
    assert (await the_same_everywhere(edition)).fen == 500


async def test_a_past_moment_is_told_as_it_was_with_the_microsecond_itself(opened: None) -> None:
    edition = await an_edition()
    made = await counting(edition, fen=100)
    await deals.amend(QIAN, edition, made.number, typed(1, 300, signed_on=made.figures.signed_on), reason="more")
    await deals.confirm(YUE, edition, made.number)
    await deals.void(QIAN, edition, made.number, reason="called off")
    steps = await queries.revisions(edition, made.number)
    first, second, third = (steps[n].at for n in (1, 3, 4))
    just = timedelta(microseconds=1)
    sums = [
        (await totals_as_of(edition, at)).fen
        for at in (first - just, first, second - just, second, third - just, third, third + just)
    ]
    assert sums == [0, 100, 100, 300, 300, 0, 0]


async def test_what_is_undisclosed_stands_outside_every_sum_and_is_counted(opened: None) -> None:
    edition = await an_edition()
    await counting(edition, 1, 700)
    before = (await totals(edition)).totals
    made = await counting(edition, 2, 999, undisclosed=True, region="奉化区", kind=DealKind.framework)
    after = (await totals(edition)).totals
    assert (before.undisclosed, after.undisclosed) == (0, 1)
    assert (after.deals, after.fen, after.by_field) == (1, 700, before.by_field)
    assert (after.by_kind, after.by_day, after.by_region) == (before.by_kind, before.by_day, before.by_region)
    await deals.amend(QIAN, edition, made.number, typed(2, 999, signed_on=made.figures.signed_on), reason="announced")
    await deals.confirm(YUE, edition, made.number)
    found = await the_same_everywhere(edition)
    assert (found.undisclosed, found.deals, found.fen) == (0, 2, 1699)


async def test_intents_are_told_apart(opened: None) -> None:
    edition = await an_edition()
    await counting(edition, 1, 700)
    await counting(edition, 2, 300, kind=DealKind.intent)
    found = (await totals(edition)).totals
    assert (found.fen, found.deals) == (1000, 2)
    assert (found.without_intents.fen, found.without_intents.deals) == (700, 1)


async def test_a_sum_that_no_column_holds_is_refused_and_nothing_of_it_stays(opened: None) -> None:
    edition = await an_edition()
    made = await counting(edition, 1, 1)
    other = await draft(edition, 2, 1000)
    await DealSum.update({DealSum.fen: MOST_SUM - 5, DealSum.shard: other.id % SHARDS}, force=True)
    with pytest.raises(LedgerFull):
        await deals.confirm(YUE, edition, other.number)
    await DealSum.update({DealSum.fen: 1}, force=True)
    assert (await queries.standing(edition, other.number)).pending
    assert (await the_same_everywhere(edition)).deals == 1
    assert made.counted == 1


cells = st.builds(
    Cell,
    field=st.just(""),
    kind=st.sampled_from([kind.value for kind in DealKind]),
    day=st.sampled_from(["2026-09-15", "2026-09-16"]),
    region=st.sampled_from(REGIONS),
    side=st.sampled_from(["exhibitor", "outside"]),
    undisclosed=st.booleans(),
)


@given(st.lists(st.tuples(cells, st.lists(st.integers(0, 10**15), min_size=1, max_size=5))))
def test_sums_of_cells_agree_however_they_are_cut(deals_: list[tuple[Cell, list[int]]]) -> None:
    def postings() -> Iterable[Posting]:
        from msgspec.structs import replace

        for cell, parts in deals_:
            yield Posting(cell, 1, 0, sum(parts))
            for code, part in zip(FIELDS, parts, strict=False):
                yield Posting(replace(cell, field=code), 1, 0, part)

    every = list(postings())
    found = summed(every, FIELDS)
    consistent(found)
    assert summed(ledger.added(every), FIELDS) == found
    assert found.fen == sum(sum(parts) for cell, parts in deals_ if not cell.undisclosed)
