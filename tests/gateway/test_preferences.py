import re
from html import unescape

import httpx
import pytest

from tests.expo import an_edition

pytestmark = pytest.mark.anyio


async def test_a_choice_of_language_and_size_sticks(client: httpx.AsyncClient) -> None:
    answer = await client.get("/preferences?lang=en&size=large&next=/help")
    assert (answer.status_code, answer.headers["location"]) == (303, "/help")
    page = await client.get("/help", headers={"accept-language": "zh-CN"})
    assert '<html lang="en" data-size="large">' in page.text
    await client.get("/preferences?size=normal")
    assert '<html lang="en" data-size="normal">' in (await client.get("/help")).text


@pytest.mark.parametrize(
    "elsewhere",
    ["https://example.org/", "//example.org", "/\\example.org", "javascript:alert(1)", "/%0d%0aset-cookie:a", ""],
)
async def test_the_switch_leads_nowhere_else(client: httpx.AsyncClient, elsewhere: str) -> None:
    answer = await client.get(f"/preferences?lang=en&next={elsewhere}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


async def test_a_path_in_chinese_comes_back_encoded(client: httpx.AsyncClient) -> None:
    answer = await client.get("/preferences", params={"lang": "en", "next": "/exhibitors?q=护理"})
    assert answer.headers["location"] == "/exhibitors?q=%E6%8A%A4%E7%90%86"


async def test_an_unknown_choice_changes_nothing(client: httpx.AsyncClient) -> None:
    answer = await client.get("/preferences?lang=xx&size=huge")
    assert answer.status_code == 303
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("address", ["/exhibitors?q=%E6%8A%A4%E7%90%86&fields=other", "/exhibitors?view=plan"])
async def test_the_switches_come_back_to_the_same_view(client: httpx.AsyncClient, address: str) -> None:
    await an_edition()
    html = (await client.get(address)).text
    links = [unescape(link) for link in re.findall(r'href="(/preferences[^"]*)"', html)]
    assert len(links) == 2
    assert {(await client.get(link)).headers["location"] for link in links} == {address}
