"""Products in the exhibitor's desk and on its page: with pictures, in the order that the exhibitor gives them."""

import asyncio
import re

import httpx
import pytest

from core.editions.queries import require_current
from core.files.tables import StoredFile
from exhibitors.queries.products import products
from exhibitors.tables import Exhibitor, Status
from tests import uploads
from tests.exhibitors.desks import a_desk, a_firm
from tests.world import csrf_in, queries_of, send_form

pytestmark = pytest.mark.anyio

PICTURE = {"picture": ("photo.jpg", uploads.picture_with_gps())}


async def add(
    client: httpx.AsyncClient, number: str, name: str, *, picture: bool = False, kept: str = "", **typed: str
) -> httpx.Response:
    page = f"/portal/{number}/products"
    form = {"_csrf": csrf_in((await client.get(page)).text), "name": name, "kept-picture": kept, **typed}
    return await client.post(page, data=form, files=PICTURE if picture else None)


async def of(number: str) -> list[tuple[str, str, bool]]:
    row = await Exhibitor.select(Exhibitor.id).where(Exhibitor.number == number).first()
    assert row is not None
    return [(one.name, one.alt, one.picture is not None) for one in await products(row["id"])]


async def id_of(number: str, name: str) -> int:
    row = await Exhibitor.select(Exhibitor.id).where(Exhibitor.number == number).first()
    assert row is not None
    return next(one.id for one in await products(row["id"]) if one.name == name)


async def test_a_product_with_its_picture_stands_on_the_firms_page(client: httpx.AsyncClient) -> None:
    number = await a_desk(client)
    assert (await add(client, number, "护理床", picture=True, alt="可升降的护理床", text="三段")).status_code == 303
    assert await of(number) == [("护理床", "可升降的护理床", True)]
    client.cookies.clear()
    page = (await client.get(f"/exhibitors/{number}")).text
    shown = re.search(r'<img class="product-mark" src="([^"]+)" alt="可升降的护理床"', page)
    assert shown
    picture = await client.get(shown[1])
    assert picture.status_code == 200
    assert b"SampleCam" not in picture.content
    assert picture.headers["cache-control"].startswith("public")


async def test_the_picture_of_a_firm_that_is_not_listed_is_its_own(client: httpx.AsyncClient) -> None:
    number = await a_desk(client, status=Status.submitted)
    await add(client, number, "护理床", picture=True)
    shown = re.search(r'<img class="product-mark" src="([^"]+)"', (await client.get(f"/portal/{number}/products")).text)
    assert shown
    assert (await client.get(shown[1])).headers["cache-control"].startswith("private")
    client.cookies.clear()
    assert (await client.get(shown[1])).status_code == 404


async def test_a_product_is_changed_and_its_picture_replaced_or_left_out(client: httpx.AsyncClient) -> None:
    number = await a_desk(client)
    await add(client, number, "护理床", picture=True)
    page = f"/portal/{number}/products/{await id_of(number, '护理床')}"
    form = {"_csrf": csrf_in((await client.get(page)).text), "name": "电动护理床", "alt": "新"}
    assert (await client.post(page, data=form)).status_code == 303
    assert await of(number) == [("电动护理床", "新", True)]
    assert (await client.post(page, data=form, files=PICTURE)).status_code == 303
    assert await StoredFile.count() == 1, "the bytes of the one before are gone"
    assert (await client.post(page, data={**form, "without": "1"})).status_code == 303
    assert await of(number) == [("电动护理床", "", False)]
    assert await StoredFile.count() == 0


async def test_when_the_name_is_missing_the_picture_is_kept_and_told_together_with_other_faults(
    client: httpx.AsyncClient,
) -> None:
    number = await a_desk(client)
    first = await add(client, number, "", picture=True, text="说明")
    assert first.status_code == 422
    assert "说明" in first.text
    kept = re.search(r'name="kept-picture" value="([^"]+)"', first.text)
    assert kept
    assert (await add(client, number, "护理床", kept=kept[1])).status_code == 303
    assert await of(number) == [("护理床", "", True)]
    page = f"/portal/{number}/products"
    form = {"_csrf": csrf_in((await client.get(page)).text), "name": "x" * 101}
    both = await client.post(page, data=form, files={"picture": ("a.svg", uploads.SVG)})
    assert "SVG" in both.text
    assert both.text.count('class="error"') == 2


async def test_products_move_up_and_down_and_stop_at_the_ends(client: httpx.AsyncClient) -> None:
    number = await a_desk(client)
    for name in "甲乙丙":
        await add(client, number, name)
    at = f"/portal/{number}/products"
    for name, to, after in (
        ("丙", "up", "甲丙乙"),
        ("甲", "up", "甲丙乙"),
        ("甲", "down", "丙甲乙"),
        ("乙", "down", "丙甲乙"),
    ):
        assert (await send_form(client, f"{at}/{await id_of(number, name)}/move", at=at, to=to)).status_code == 303
        assert "".join(one[0] for one in await of(number)) == after
    await send_form(client, f"{at}/{await id_of(number, '丙')}/remove", at=at)
    await add(client, number, "丁")
    assert "".join(one[0] for one in await of(number)) == "甲乙丁"


async def test_another_firms_product_is_404_by_every_address(client: httpx.AsyncClient) -> None:
    number = await a_desk(client)
    theirs = await a_firm(await require_current(), 2)
    await add(client, number, "甲")
    mine = await id_of(number, "甲")
    at = f"/portal/{number}/products"
    for path in (f"/portal/{theirs}/products/{mine}", f"{at}/{mine + 1}"):
        assert (await client.get(path)).status_code == 404
        for act in ("", "/move", "/remove"):
            assert (await send_form(client, path + act, at=at, name="x")).status_code == 404, path + act
    assert [one[0] for one in await of(number)] == ["甲"]


async def test_added_at_once_from_two_tabs_both_are_kept_in_an_order(client: httpx.AsyncClient) -> None:
    number = await a_desk(client)
    await asyncio.gather(*(add(client, number, name) for name in "甲乙丙丁"))
    assert sorted(one[0] for one in await of(number)) == sorted("甲乙丙丁")


async def test_the_firms_page_costs_the_same_for_one_product_and_for_three(client: httpx.AsyncClient) -> None:
    number = await a_desk(client)
    counts = []
    for name in "甲乙丙":
        await add(client, number, name, picture=True)
        counts.append(await queries_of(lambda: client.get(f"/exhibitors/{number}")))
    assert counts[0] == counts[2]
