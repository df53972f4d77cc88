"""The directory: who stands in it, and what finds whom."""

import asyncio

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import db
from core.accounts.roles import CLI
from core.db import transaction
from core.editions.queries import EditionInfo
from core.errors import NotFound
from exhibitors.queries import directory as queries
from exhibitors.queries.directory import Wanted
from exhibitors.queries.products import products
from exhibitors.rules import directory as rules
from exhibitors.rules.applications import Application, Booth
from exhibitors.rules.directory import Texts
from exhibitors.services import desk, directory, registration, steps
from exhibitors.tables import BoothKind, Exhibitor, ExhibitorGram, ExhibitorListing, Status, Step
from tests.expo import an_edition
from tests.firms import credit_code

pytestmark = pytest.mark.anyio

GINKGO = "示例·银杏护理用品1号"


def application(n: int, **other: object) -> Application:
    return msgspec.structs.replace(
        Application(
            name=f"示例企业{n}号",
            name_en="",
            country="CN",
            credit_code=credit_code(n),
            categories=("NURS",),
            fields=("informatization",),
            intro="",
            website="",
            contact_name="示例联系人",
            contact_mobile="+8613800138000",
            contact_email="someone@example.com",
            booth=Booth(BoothKind.standard, 1, None),
            locale="zh-CN",
            privacy_version="1",
        ),
        **other,
    )


async def add(edition: EditionInfo, n: int, status: Status = Status.approved, **other: object) -> str:
    async with transaction():
        return (await registration.store(CLI, edition, application(n, **other), status=status)).number


async def some(edition: EditionInfo) -> None:
    await add(edition, 1, name=GINKGO, name_en="Sample Ginkgo Nursing Supplies")
    await add(edition, 2, name="示例重庆康养", name_en="Sample Chongqing Care", categories=("FOOD", "NURS"))
    await add(edition, 3, name="示例西安100%养老_院", fields=("other",))


async def found(edition: EditionInfo, q: str = "", **other: str) -> list[str]:
    whole = await queries.search(edition, Wanted(q=q, **other), "zh-CN")
    assert whole.total == len(whole.cards)
    return [card.name for card in whole.cards]


@pytest.mark.parametrize(
    ("q", "who"),
    [
        ("银", [1]),
        ("银杏", [1]),
        ("杏护理用", [1]),
        ("养", [2, 3]),
        ("示例", [2, 3, 1]),
        ("护理 银杏", [1]),
        ("银杏 养老", []),
        ("杏银", []),
        ("yinxing", [1]),
        ("chongqing", [2]),
        ("xi'an", [3]),
        ("slcqky", [2]),
        ("cqk", [2]),
        ("cq", [2]),
        ("yx", [1]),
        ("GINKGO", [1]),
        ("inkg", [1]),
        ("nursing sample", [1]),
        ("ｇｉｎｋｇｏ", [1]),
        ("100%", [3]),
        ("1%养", []),
        ("%", []),
        ("老_", [3]),
        ("_", []),
        ("’", [2, 3, 1]),
        ("没有这家", []),
        ("a" * 500, []),
        ("银" * 500, []),
    ],
)
async def test_what_finds_whom(opened: None, q: str, who: list[int]) -> None:
    edition = await an_edition()
    await some(edition)
    names = {1: GINKGO, 2: "示例重庆康养", 3: "示例西安100%养老_院"}
    assert await found(edition, q) == [names[one] for one in who]


async def test_filters_and_the_order_of_either_language(opened: None) -> None:
    edition = await an_edition()
    await some(edition)
    assert await found(edition, category="FOOD") == ["示例重庆康养"]
    assert len(await found(edition, category="NURS")) == 3
    assert await found(edition, field="other") == ["示例西安100%养老_院"]
    assert await found(edition, "养", field="other") == ["示例西安100%养老_院"]
    assert len(await found(edition, letter="S")) == 3
    assert await found(edition, letter="A") == []
    english = await queries.search(edition, Wanted(), "en")
    assert [card.name_en for card in english.cards] == [
        "Sample Chongqing Care",
        "Sample Ginkgo Nursing Supplies",
        "",
    ]
    other = await an_edition(slug="2027")
    assert await found(other) == []


async def test_pages_follow_each_other_without_gap(opened: None) -> None:
    edition = await an_edition()
    for n in range(7):
        await add(edition, n + 1)
    pages = [await queries.search(edition, Wanted(q="企业"), "zh-CN", page=n, size=3) for n in (1, 2, 3, 4)]
    assert [len(page.cards) for page in pages] == [3, 3, 1, 0]
    assert [page.more for page in pages] == [True, True, False, False]
    assert len({card.number for page in pages for card in page.cards}) == 7


async def test_only_the_admitted_who_did_not_ask_to_be_left_out_are_listed(opened: None) -> None:
    edition = await an_edition()
    for n, status in enumerate(Status):
        await add(edition, n + 1, status)
    listed = {"approved", "booth_assigned", "confirmed"}
    rows = await Exhibitor.select(Exhibitor.name, Exhibitor.number, Exhibitor.status)
    expected = {row["name"] for row in rows if row["status"] in listed}
    assert set(await found(edition)) == expected
    for row in rows:
        if row["status"] in listed:
            await queries.profile(edition, row["number"])
        else:
            with pytest.raises(NotFound):
                await queries.profile(edition, row["number"])
    one = next(row for row in rows if row["status"] == "approved")
    await directory.set_listed(CLI, edition, one["number"], listed=False)
    assert set(await found(edition)) == expected - {one["name"]}
    await directory.set_listed(CLI, edition, one["number"], listed=True)
    assert set(await found(edition)) == expected


async def test_a_step_changes_the_directory_with_the_status(opened: None) -> None:
    edition = await an_edition()
    number = await add(edition, 1, Status.submitted)
    assert await found(edition, "企业") == []
    await steps.take(CLI, edition, number, Step.approve)
    assert await found(edition, "企业") == ["示例企业1号"]
    await steps.take(CLI, edition, number, Step.withdraw)
    assert await found(edition, "企业") == []
    assert (await ExhibitorListing.count(), await ExhibitorGram.count()) == (0, 0)


async def test_a_new_name_is_found_and_the_old_one_is_not(opened: None) -> None:
    edition = await an_edition()
    number = await add(edition, 1)
    async with transaction():
        gone = (
            await Exhibitor.update({Exhibitor.name: "示例新名字"})
            .where(Exhibitor.number == number)
            .returning(Exhibitor.id)
        )
        await directory.refresh([gone[0]["id"]])
    assert await found(edition, "新名") == ["示例新名字"]
    assert await found(edition, "企业") == []
    listing = await ExhibitorListing.select().first()
    assert listing is not None
    stored = {row["gram"] for row in await ExhibitorGram.select(ExhibitorGram.gram)}
    assert stored == rules.grams(listing["haystack"])


async def test_products_and_what_is_exhibited_are_found_as_long_as_they_are_shown(opened: None) -> None:
    edition = await an_edition()
    number = await add(edition, 1, exhibits="智能轮椅")
    assert await found(edition, "轮椅") == ["示例企业1号"]
    await desk.add_product(CLI, edition, number, name="护理床", name_en="Care bed", about="")
    assert await found(edition, "护理床") == await found(edition, "care bed") == ["示例企业1号"]
    product = (await products((await queries.profile(edition, number)).id))[0]
    await desk.remove_product(CLI, edition, number, product.id)
    assert await found(edition, "护理床") == []


async def test_what_was_missed_or_is_of_an_older_program_is_mended(opened: None) -> None:
    edition = await an_edition()
    await some(edition)
    async with transaction():
        await ExhibitorListing.delete(force=True)
        await ExhibitorGram.delete(force=True)
    assert await found(edition) == []
    await directory.mend()
    assert await found(edition, "银杏") == [GINKGO]
    async with transaction():
        await ExhibitorListing.update({ExhibitorListing.version: 0}, force=True)
        await ExhibitorGram.update({ExhibitorGram.gram: "旧"}).where(ExhibitorGram.gram == "银杏")
    await directory.mend()
    assert await found(edition, "银杏") == [GINKGO]
    assert await found(edition, "旧") == []
    assert await directory.wrong(10) == []


async def test_refreshed_by_many_at_once_it_is_right(opened: None) -> None:
    edition = await an_edition()
    await add(edition, 1)
    row = await Exhibitor.select(Exhibitor.id).first()
    assert row is not None
    await asyncio.gather(*(directory.refresh([row["id"]]) for _ in range(10)))
    assert await ExhibitorListing.count() == 1
    assert await found(edition, "企业") == ["示例企业1号"]


async def test_a_list_of_three_asks_no_more_than_a_list_of_one(opened: None) -> None:
    edition = await an_edition()
    await add(edition, 1)
    with db.count_queries() as at_one:
        await queries.search(edition, Wanted(q="企业号"), "zh-CN")
    await add(edition, 2)
    await add(edition, 3)
    with db.count_queries() as at_three:
        await queries.search(edition, Wanted(q="企业号"), "zh-CN")
    assert len(at_three) == len(at_one) <= 8


HAN = st.text(st.sampled_from("银杏护理养老ab1 "), min_size=1, max_size=12)


@given(HAN, st.data())
def test_any_part_of_a_name_has_its_grams_in_the_name(name: str, data: st.DataObject) -> None:
    line = rules.normal(name)
    begin = data.draw(st.integers(0, max(len(line) - 1, 0)))
    part = line[begin : data.draw(st.integers(begin, len(line)))]
    stored = rules.grams(rules.haystack(Texts(name, "")))
    for term in rules.terms(part):
        inside = len(term.text) > 2 or not term.text.isascii()
        assert not inside or set(term.grams) <= stored


@given(st.text(max_size=300))
def test_anything_typed_is_a_search(typed: str) -> None:
    if "\x00" in typed or any("\ud800" <= char <= "\udfff" for char in typed):
        return
    for term in rules.terms(typed):
        assert term.grams
        assert all(1 <= len(gram) <= 3 for gram in term.grams)


async def test_the_pages_show_nothing_personal(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    number = await add(
        edition, 1, name=GINKGO, name_en="Sample Ginkgo", intro="第一段。\n\n第二段。", website="https://a.example.com"
    )
    listing = (await client.get("/exhibitors?q=银杏")).text
    assert f'href="/exhibitors/{number}"' in listing
    assert "1 家参展商" in listing
    page = (await client.get(f"/exhibitors/{number}")).text
    assert '<a href="https://a.example.com" rel="nofollow noopener" target="_blank">' in page
    assert f'<meta property="og:title" content="{GINKGO}">' in page
    assert '<meta name="description" content="第一段。 第二段。">' in page
    for html in (listing, page):
        for secret in ("示例联系人", "13800138000", "someone@example.com", credit_code(1)):
            assert secret not in html


@pytest.mark.parametrize(
    "query",
    ["q=%25%25", "q=%00", "q=a&page=0", "page=99999", "page=x", "category=nothing", "letter=%E9%93%B6", "letter=AB"],
)
async def test_whatever_is_asked_is_answered(client: httpx.AsyncClient, query: str) -> None:
    await add(await an_edition(), 1)
    assert (await client.get(f"/exhibitors?{query}")).status_code in (200, 400)


async def test_who_is_not_public_is_not_there(client: httpx.AsyncClient) -> None:
    number = await add(await an_edition(), 1, Status.submitted)
    for one in (number, "999999", "1'--", "a/b", "é"):
        assert (await client.get(f"/exhibitors/{one}")).status_code == 404
    assert "参展商名录还没有公布" in (await client.get("/exhibitors")).text


async def test_the_directory_is_fresh_as_soon_as_somebody_is_admitted(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    number = await add(edition, 1, Status.submitted)
    assert number not in (await client.get("/exhibitors")).text
    await steps.take(CLI, edition, number, Step.approve)
    assert number in (await client.get("/exhibitors")).text
