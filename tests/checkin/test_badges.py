from datetime import date

import pytest

from checkin.queries import badges as queries
from checkin.rules import badges as rules
from checkin.rules.badges import BadgeIn
from checkin.services import badges as services
from checkin.tables import BadgeKind
from core import db
from core.accounts.roles import CLI
from core.errors import InvalidInput
from tests.expo import an_edition

pytestmark = pytest.mark.anyio


async def test_a_crew_badge_is_issued_and_found_by_its_serial(opened: None) -> None:
    edition = await an_edition()
    typed = BadgeIn("Crew", " 示例　人员 ", "示例组委会", ["2026-09-16", "２０２６-09-15", "2026-09-16"])
    made = await services.issue(CLI, edition, typed)
    assert (made.kind, made.holder) == (BadgeKind.crew, "示例 人员")
    assert made.days == (date(2026, 9, 15), date(2026, 9, 16))
    assert made.code.startswith("YB:")
    assert await queries.badge_with_serial(edition, made.serial) == made


def test_all_that_is_wrong_with_a_batch_is_told_by_its_place() -> None:
    with pytest.raises(InvalidInput) as told:
        rules.checked_batch([BadgeIn("crew", "示例"), BadgeIn("king", ""), BadgeIn("crew", "示例", days=["soon"])])
    found = [(fault.field, fault.code) for fault in told.value.errors]
    assert found == [
        ("badges[1].kind", "unknown"),
        ("badges[1].holder", "required"),
        ("badges[2].days[0]", "date"),
    ]
    for size in (0, 1001):
        with pytest.raises(InvalidInput):
            rules.checked_batch([BadgeIn("crew", "示例")] * size)


async def test_a_thousand_are_issued_in_their_order_by_few_statements(opened: None) -> None:
    edition = await an_edition()
    drafts = rules.checked_batch([BadgeIn("visitor", f"示例{n}") for n in range(1000)])
    with db.count_queries() as sent:
        made = await services.issue_all(CLI, edition, drafts)
    assert [badge.holder for badge in made] == [f"示例{n}" for n in range(1000)]
    assert len({badge.code for badge in made}) == 1000
    assert len(sent) < 10
    assert await queries.count_badges(edition) == 1000


async def test_a_list_of_three_asks_no_more_than_a_list_of_one(opened: None) -> None:
    edition = await an_edition()
    await services.issue(CLI, edition, BadgeIn("crew", "示例"))
    with db.count_queries() as at_one:
        await queries.badges(edition)
    for _ in range(2):
        await services.issue(CLI, edition, BadgeIn("crew", "示例"))
    with db.count_queries() as at_three:
        assert len(await queries.badges(edition)) == 3
    assert len(at_three) == len(at_one) == 1
