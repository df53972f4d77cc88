import pytest

from core import db
from core.accounts.roles import CLI
from core.editions.queries import EditionInfo
from core.errors import NotFound
from exhibitors.queries import applications as queries
from exhibitors.queries.applications import Filter
from exhibitors.rules.applications import ApplicationIn, BoothIn, ContactIn
from exhibitors.services import registration as services
from exhibitors.tables import Status
from tests.expo import an_edition
from tests.firms import credit_code

pytestmark = pytest.mark.anyio


async def firm(edition: EditionInfo, n: int, category: str = "NURS", field: str = "other") -> str:
    typed = ApplicationIn(
        name=f"示例{n}号_100%护理",
        credit_code=credit_code(n),
        category=category,
        fields=[field],
        contact=ContactIn("示例", "13800138000", "a@example.com"),
        booth=BoothIn("standard", 1),
        privacy_version="1",
    )
    return (await services.register(CLI, edition, typed, "en")).number


async def names(edition: EditionInfo, wanted: Filter) -> list[str]:
    found = await queries.exhibitors(edition, wanted)
    assert await queries.count_exhibitors(edition, wanted) == len(found)
    return [line.name for line in found]


async def test_applications_are_found_by_state_field_category_and_words(opened: None) -> None:
    edition = await an_edition()
    number = await firm(edition, 1)
    await firm(edition, 2, category="FOOD", field="informatization")
    one, two = "示例1号_100%护理", "示例2号_100%护理"
    assert await names(edition, Filter()) == [two, one]
    assert await names(edition, Filter(category="FOOD")) == [two]
    assert await names(edition, Filter(field="other")) == [one]
    assert await names(edition, Filter(status=Status.approved)) == []
    assert await names(edition, Filter(q=number)) == [one]
    assert await names(edition, Filter(q=credit_code(2).lower())) == [two]
    assert await names(edition, Filter(q="１号_")) == [one]
    assert await names(edition, Filter(q="%护")) == [two, one]
    assert await names(edition, Filter(q="号%护")) == []
    other = await an_edition(slug="2027")
    assert await names(other, Filter()) == []
    with pytest.raises(NotFound):
        await queries.exhibitor_numbered(other, number)


async def test_lists_mask_the_phone_and_one_application_shows_it(opened: None) -> None:
    edition = await an_edition()
    number = await firm(edition, 1)
    line = (await queries.exhibitors(edition, Filter()))[0]
    assert line.contact.mobile == "138****8000"
    assert (await queries.exhibitor_numbered(edition, number)).contact.mobile == "+8613800138000"


async def test_a_list_of_three_asks_no_more_than_a_list_of_one(opened: None) -> None:
    edition = await an_edition()
    await firm(edition, 1)
    with db.count_queries() as at_one:
        await queries.exhibitors(edition, Filter())
    await firm(edition, 2)
    await firm(edition, 3)
    with db.count_queries() as at_three:
        assert len(await queries.exhibitors(edition, Filter())) == 3
    assert len(at_three) == len(at_one) == 3
