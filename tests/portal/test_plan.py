import httpx
import pytest

from core.accounts.roles import CLI
from exhibitors.queries.booths import booth_coded
from exhibitors.services import booths
from exhibitors.services.directory import refresh
from exhibitors.tables import Exhibitor
from tests.expo import an_edition
from tests.halls import a_firm, a_hall

pytestmark = pytest.mark.anyio
PLAN = "/exhibitors?view=plan"


async def name_of(number: str) -> str:
    row = await Exhibitor.select(Exhibitor.name).where(Exhibitor.number == number).first()
    assert row is not None
    return str(row["name"])


async def test_a_firm_is_found_on_the_plan_with_the_way_to_it(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    assert "平面图尚未公布" in (await client.get(PLAN)).text
    await a_hall(edition)
    await a_hall(edition, "2", "B")
    one, other = await a_firm(edition, 0), await a_firm(edition, 1)
    await booths.give(CLI, edition, one, ["A102"])
    await booths.give(CLI, edition, other, ["B203", "B204"])
    page = (await client.get(f"{PLAN}&hall=1")).text
    assert await name_of(one) in page
    assert await name_of(other) not in page
    found = (await client.get(f"{PLAN}&firm={other}")).text
    assert "从入口数第 1 条通道" in found
    assert 'class="way"' in found
    assert found.count('aria-current="true"') == 2
    searched = (await client.get(PLAN, params={"view": "plan", "q": (await name_of(other))[-6:]})).text
    assert 'id="here"' in searched
    by_code = (await client.get("/exhibitors", params={"view": "plan", "q": "a102"})).text
    assert f'href="/exhibitors/{one}"' in by_code
    assert "没有" in (await client.get("/exhibitors", params={"view": "plan", "q": "nobody"})).text


async def test_who_is_not_in_the_directory_has_no_name_on_the_plan(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    await a_hall(edition)
    number = await a_firm(edition)
    await booths.give(CLI, edition, number, ["A102"])
    holder = (await booth_coded(edition, "A102")).holder
    assert holder is not None
    await Exhibitor.update({Exhibitor.listed: False}).where(Exhibitor.id == holder.id)
    await refresh([holder.id])
    for address in (f"{PLAN}&hall=1", f"{PLAN}&firm={number}"):
        page = (await client.get(address)).text
        assert await name_of(number) not in page
        assert 'class="booth held"' in page


async def test_the_plan_is_kept_like_other_public_pages_and_odd_addresses_are_no_trouble(
    client: httpx.AsyncClient,
) -> None:
    edition = await an_edition()
    await a_hall(edition)
    first = await client.get(PLAN)
    again = await client.get(PLAN, headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304
    hall = await client.get(f"{PLAN}&hall=1")
    assert hall.text.replace("%26hall%3D1", "") == first.text, "the same page, whose switches come back to its address"
    for odd in ("&hall=%00", "&firm=%ff", "&hall=" + "x" * 500, "&q=%00", "&firm=1&hall=2"):
        assert (await client.get(PLAN + odd)).status_code in (200, 400), odd
