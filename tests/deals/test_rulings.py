"""Two deals that may be one: noted, ruled on, never counted twice once ruled."""

import asyncio
from datetime import timedelta

import pytest

from core.accounts.roles import SYSTEM
from core.editions.rules import days_between
from core.errors import InvalidInput, NotFound
from core.privacy import services as privacy
from deals.queries import deals as queries
from deals.queries import duplicates
from deals.queries.totals import totals
from deals.rules.duplicates import similar, suspected_of
from deals.services import deals, rulings
from deals.services.errors import RuledAlready
from deals.tables import DealKind, DealStatus, Verdict
from deals.verify import DealWalk
from tests.deals.world import QIAN, YUE, counting, draft, typed
from tests.expo import TODAY, an_edition

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [(100, 100, True), (100, 95, True), (100, 94, False), (None, 5, True), (None, None, True), (1, 10**15, False)],
)
def test_amounts_are_similar_within_a_twentieth(one: int | None, other: int | None, alike: bool) -> None:
    assert similar(one, other) is similar(other, one) is alike


def test_an_intent_beside_a_contract_is_suspected_whatever_the_amounts() -> None:
    assert suspected_of("intent", 5, "contract", 500, 2) == "became_contract"
    assert suspected_of("contract", 5, "framework", 500, 2) is None
    assert suspected_of("contract", 5, "contract", 5, 1) is None


async def test_of_two_that_are_one_the_kept_one_counts(opened: None) -> None:
    edition = await an_edition()
    await counting(edition, 1, 1000, kind=DealKind.intent)
    await counting(edition, 1, 5000)
    [pair] = await duplicates.open_suspicions(edition)
    assert (pair.first.number, pair.second.number, pair.why) == ("D-0001", "D-0002", "became_contract")
    with pytest.raises(InvalidInput):
        await rulings.rule(QIAN, edition, pair.id, Verdict.same, keep="D-0009")
    await rulings.rule(QIAN, edition, pair.id, Verdict.same, keep="D-0002")
    assert (await totals(edition)).totals.fen == 5000
    assert (await queries.standing(edition, "D-0001")).status is DealStatus.void
    with pytest.raises(RuledAlready):
        await rulings.rule(YUE, edition, pair.id, Verdict.different)
    with pytest.raises(NotFound):
        await rulings.rule(YUE, edition, 999, Verdict.different)


async def test_two_that_differ_are_never_noted_again(opened: None) -> None:
    edition = await an_edition()
    await draft(edition, 1, 1000)
    made = await draft(edition, 1, 1001)
    [pair] = await duplicates.open_suspicions(edition)
    await rulings.rule(QIAN, edition, pair.id, Verdict.different)
    await deals.amend(QIAN, edition, made.number, typed(1, 1002, signed_on=made.figures.signed_on), reason="a typo")
    assert await duplicates.open_suspicions(edition) == []


async def test_of_two_who_rule_at_once_one_does(opened: None) -> None:
    edition = await an_edition()
    await counting(edition, 1, 1000)
    await counting(edition, 1, 1000)
    [pair] = await duplicates.open_suspicions(edition)
    results = await asyncio.gather(
        rulings.rule(QIAN, edition, pair.id, Verdict.same, keep="D-0001"),
        rulings.rule(YUE, edition, pair.id, Verdict.same, keep="D-0002"),
        return_exceptions=True,
    )
    assert sorted(result is None for result in results) == [False, True]
    assert (await totals(edition)).totals.deals == 1


async def test_both_sides_that_report_at_once_are_noted(opened: None) -> None:
    edition = await an_edition()
    await asyncio.gather(*(draft(edition, 1, 1000) for _ in range(4)))
    pairs = {(one.first.number, one.second.number) for one in await duplicates.open_suspicions(edition)}
    assert len(pairs) == 6


async def test_an_amendment_can_make_two_alike(opened: None) -> None:
    edition = await an_edition()
    await draft(edition, 1, 1000)
    made = await draft(edition, 2, 1000)
    assert await duplicates.open_suspicions(edition) == []
    await deals.amend(QIAN, edition, made.number, typed(1, 1000, signed_on=made.figures.signed_on), reason="names")
    assert await duplicates.count_open(edition) == 1


async def test_people_who_signed_go_with_the_edition_and_the_deals_stay(opened: None) -> None:
    long_ago = TODAY - timedelta(days=400)
    edition = await an_edition(days=days_between(long_ago, long_ago + timedelta(days=1)))
    day = TODAY.isoformat()
    await counting(
        edition, 1, 1000, signed_on=day, signatories=["示例 甲"], witnesses=["示例 乙"], remarks="电话见名片"
    )
    purged = await privacy.purge(SYSTEM, edition)
    assert purged.counts["deal_revision"] == 1
    one = await queries.standing(edition, "D-0001")
    assert (one.people.signatories, one.people.remarks, one.figures.fen) == ((), "", 1000)
    assert [finding async for finding in DealWalk().findings()] == []
