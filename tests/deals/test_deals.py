"""A deal: drafted by one, confirmed by another, amended and ended by revisions."""

from typing import Any

import pytest

from core.accounts.roles import Actor, Role, effective
from core.audit.tables import AuditEntry
from core.db import count_queries
from core.editions.queries import EditionInfo
from core.errors import InvalidInput, NotFound
from deals.queries import deals as queries
from deals.queries.deals import Filter
from deals.queries.totals import totals
from deals.rules import figures as rules
from deals.rules.figures import AllocationIn
from deals.services import deals
from deals.services.errors import ChangedMeanwhile, SamePerson, WrongStatus
from deals.tables import DealKind, DealStatus, DealStep
from exhibitors.tables import Status
from tests.deals.world import QIAN, YI, YUE, counting, draft, exhibitor, typed
from tests.exhibitors.world import firm
from tests.expo import an_edition

pytestmark = pytest.mark.anyio


async def total(edition: EditionInfo) -> tuple[int, int]:
    found = (await totals(edition)).totals
    return found.deals, found.fen


async def test_a_draft_counts_once_another_person_has_confirmed_it(opened: None) -> None:
    edition = await an_edition()
    made = await draft(edition)
    assert (made.number, made.status, made.pending, await total(edition)) == ("D-0001", DealStatus.draft, True, (0, 0))
    with pytest.raises(SamePerson):
        await deals.confirm(QIAN, edition, made.number)
    done = await deals.confirm(YUE, edition, made.number)
    assert (done.status, done.pending, await total(edition)) == (DealStatus.confirmed, False, (1, 1_250_000_000_00))
    with pytest.raises(WrongStatus):
        await deals.confirm(YUE, edition, made.number)


async def test_two_tokens_are_two_people_and_one_token_is_not(opened: None) -> None:
    edition = await an_edition()
    roles = effective([Role.signing])
    one, other = (Actor("token", n, "program", roles) for n in (1, 2))
    made = await deals.create(one, edition, typed(signed_on=edition.first_day.isoformat()))
    with pytest.raises(SamePerson):
        await deals.confirm(one, edition, made.number)
    assert (await deals.confirm(other, edition, made.number)).status is DealStatus.confirmed


async def test_old_figures_count_until_another_person_confirms_the_new_ones(opened: None) -> None:
    edition = await an_edition()
    made = await counting(edition, fen=100)
    wanted = typed(1, 300, signed_on=made.figures.signed_on)
    after = await deals.amend(QIAN, edition, made.number, wanted, reason="the annex was left out")
    assert (after.status, after.pending, after.figures.fen) == (DealStatus.confirmed, True, 300)
    assert await total(edition) == (1, 100)
    with pytest.raises(SamePerson):
        await deals.confirm(QIAN, edition, made.number)
    await deals.confirm(YUE, edition, made.number)
    assert await total(edition) == (1, 300)
    steps = [(one.n, one.step, one.content) for one in await queries.revisions(edition, made.number)]
    assert steps == [
        (1, DealStep.draft, 1),
        (2, DealStep.confirm, 1),
        (3, DealStep.amend, 3),
        (4, DealStep.confirm, 3),
    ]


async def test_what_is_void_counts_no_more_and_stays(opened: None) -> None:
    edition = await an_edition()
    made = await counting(edition)
    with pytest.raises(InvalidInput):
        await deals.void(QIAN, edition, made.number, reason=" ")
    gone = await deals.void(QIAN, edition, made.number, reason="signed twice")
    assert (gone.status, await total(edition)) == (DealStatus.void, (0, 0))
    for step in (
        deals.confirm(YUE, edition, made.number),
        deals.void(YUE, edition, made.number, reason="again"),
        deals.amend(YUE, edition, made.number, typed(signed_on=made.figures.signed_on), reason="back"),
    ):
        with pytest.raises(WrongStatus):
            await step
    assert [one.reason for one in await queries.revisions(edition, made.number)] == ["", "", "signed twice"]
    assert [one.number for one in await queries.deals(edition, Filter())] == [made.number]


async def test_who_confirms_confirms_what_was_seen(opened: None) -> None:
    edition = await an_edition()
    made = await draft(edition)
    await deals.amend(QIAN, edition, made.number, typed(1, 5, signed_on=made.figures.signed_on), reason="a typo")
    with pytest.raises(ChangedMeanwhile):
        await deals.confirm(YUE, edition, made.number, expected=made.revision)
    assert (await deals.confirm(YUE, edition, made.number, expected=made.revision + 1)).counted == 2


async def test_each_revision_is_chained_to_the_one_before_and_stands_in_the_trail(opened: None) -> None:
    edition = await an_edition()
    made = await counting(edition)
    await deals.void(QIAN, edition, made.number, reason="signed twice")
    found = await queries.revisions(edition, made.number)
    assert [one.previous for one in found] == ["0" * 64, found[0].hash, found[1].hash]
    entries = await AuditEntry.select().where(AuditEntry.action.like("deal.%")).order_by(AuditEntry.id)
    assert [entry["action"] for entry in entries] == ["deal.drafted", "deal.confirmed", "deal.voided"]
    assert all(one.hash in entry["after"] for one, entry in zip(found, entries, strict=True))
    # Organizers read the trail, and amounts are not theirs.
    assert not any("1250000000" in str(entry) for entry in entries)


async def test_exhibitors_and_others_are_parties(opened: None) -> None:
    edition = await an_edition()
    number = await firm(edition, 1, Status.approved)
    made = await draft(edition, parties=[exhibitor(number), "示例区民政局"])
    assert [(one.exhibitor, one.name) for one in made.figures.parties] == [
        (number, "示例1号护理"),
        ("", "示例区民政局"),
    ]
    assert (await queries.deals(edition, Filter(q="民政")))[0].number == made.number
    assert (await queries.deals(edition, Filter(q="d-0001")))[0].number == made.number
    assert await queries.deals(edition, Filter(q="nobody")) == []


@pytest.mark.parametrize(
    ("other", "field", "code"),
    [
        ({"parties": ["示例一"]}, "parties", "too_few"),
        ({"parties": ["示例一", "示例 一"]}, "parties.1", "twice"),
        ({"parties": ["示例一", " "]}, "parties.1", "required"),
        ({"parties": ["示例一", exhibitor("999999")]}, "parties.1.exhibitor", "unknown_exhibitor"),
        ({"parties": [f"示例{n}" for n in range(21)]}, "parties", "too_many"),
        ({"amount": "1e9"}, "amount", "exponent"),
        ({"amount": "-1"}, "amount", "negative"),
        ({"amount": "1.001"}, "amount", "decimals"),
        ({"amount": "12345678901234"}, "amount", "too_large"),
        ({"amount": None}, "allocations.0.amount", "allocation_sum"),
        ({"allocations": []}, "allocations", "allocation_sum"),
        ({"allocations": [AllocationIn("informatization", "1249999999.99")]}, "allocations", "allocation_sum"),
        ({"allocations": [AllocationIn("nothing", "1250000000")]}, "allocations.0.field", "unknown_field"),
        ({"allocations": [AllocationIn("other", "625000000")] * 2}, "allocations.1.field", "twice"),
        ({"allocations": [AllocationIn("other", None, "99.9")]}, "allocations", "allocation_sum"),
        ({"allocations": [AllocationIn("other", None, "x")]}, "allocations.0.percent", "number"),
        ({"currency": "XXL"}, "currency", "unknown_currency"),
        ({"currency": "USD"}, "rate", "required"),
        ({"rate": "7"}, "rate", "not_applicable"),
        ({"currency": "USD", "rate": "seven"}, "rate", "number"),
        ({"currency": "USD", "rate": "999999"}, "rate", "out_of_range"),
        ({"signed_on": "15.9."}, "signed_on", "date"),
        ({"signed_on": "1999-01-01"}, "signed_on", "out_of_range"),
        ({"project": "P-1"}, "project", "unknown"),
        ({"meeting": "M-1"}, "meeting", "unknown"),
        ({"stage": 0}, "stage", "out_of_range"),
        ({"region": "区" * 61}, "region", "too_long"),
        ({"witnesses": ["a"] * 41}, "witnesses", "too_many"),
    ],
)
async def test_what_does_not_fit_is_told_at_its_field(
    opened: None, other: dict[str, Any], field: str, code: str
) -> None:
    edition = await an_edition()
    with pytest.raises(InvalidInput) as refused:
        await draft(edition, **other)
    assert (field, code) in [(one.field, one.code) for one in refused.value.errors]
    assert refused.value.code == ("allocation_sum" if code == "allocation_sum" else "invalid")
    assert await queries.count_deals(edition, Filter()) == 0


async def test_another_currency_is_kept_with_its_rate_and_split_to_the_fen(opened: None) -> None:
    edition = await an_edition()
    parts = [AllocationIn(field, "0.33") for field in ("informatization", "long_term_care")]
    made = await draft(
        edition, fen=100, currency="usd", rate="7.1234", allocations=[*parts, AllocationIn("other", "0.34")]
    )
    found = made.figures
    # 1.00 × 7.1234 = 7.12; 0.33 × 7.1234 = 2.350722 twice, 0.34 × 7.1234 = 2.421956: the fen left over goes there.
    assert (found.currency, found.amount, found.rate, found.fen) == ("USD", 100, "7.1234", 712)
    assert [(part.amount, part.fen) for part in found.split] == [(33, 235), (33, 235), (34, 242)]


async def test_percentages_place_what_is_left_over_by_the_largest_fraction(opened: None) -> None:
    edition = await an_edition()
    thirds = [("informatization", "33.3"), ("long_term_care", "33.3"), ("other", "33.4")]
    made = await draft(edition, fen=100_01, allocations=[AllocationIn(code, None, part) for code, part in thirds])
    assert [part.fen for part in made.figures.split] == [3330, 3330, 3341]


async def test_a_deal_without_an_amount_counts_as_a_deal_and_not_as_money(opened: None) -> None:
    edition = await an_edition()
    await counting(edition, fen=None, allocations=[AllocationIn("other")])
    await counting(edition, 2, 500)
    found = (await totals(edition)).totals
    assert (found.deals, found.bare, found.fen) == (2, 1, 500)
    assert [(one.key, one.deals, one.fen) for one in found.by_field if one.deals] == [
        ("informatization", 1, 500),
        ("other", 1, 0),
    ]


async def test_the_smallest_and_the_largest_stand_side_by_side(opened: None) -> None:
    edition = await an_edition()
    await counting(edition, 1, 1000 * YI)
    await counting(edition, 2, 1)
    await counting(edition, 3, 112 * YI)
    await counting(edition, 4, 1120 * YI)
    assert await total(edition) == (4, 2232 * YI + 1)


async def test_what_amends_begins_with_what_stands(opened: None) -> None:
    edition = await an_edition()
    made = await draft(edition, remarks="两行\n备注", signatories=["示例 甲"], witnesses=["示例 乙"], stage=3)
    assert rules.as_typed(made.figures, made.people).stage == 3
    again = await deals.amend(
        QIAN, edition, made.number, rules.as_typed(made.figures, made.people), reason="nothing changed"
    )
    assert (again.figures, again.people) == (made.figures, made.people)


async def test_lists_take_as_many_queries_for_three_as_for_one(opened: None) -> None:
    edition = await an_edition()
    await draft(edition)
    with count_queries() as one:
        await queries.deals(edition, Filter(waiting=True, kind=DealKind.contract))
    await draft(edition, 2)
    await draft(edition, 3)
    with count_queries() as three:
        assert len(await queries.deals(edition, Filter(waiting=True, kind=DealKind.contract))) == 3
    assert len(one) == len(three) == 1


async def test_another_edition_knows_nothing_of_it(opened: None) -> None:
    edition = await an_edition()
    other = await an_edition(current=False, slug="2025")
    made = await counting(edition)
    with pytest.raises(NotFound):
        await queries.standing(other, made.number)
    assert await total(other) == (0, 0)
    assert (await draft(other)).number == "D-0001"
