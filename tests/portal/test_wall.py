"""The wall over HTTP: who sees which figures, and the desk that leads it through a ceremony."""

import re

import httpx
import pytest

from core.accounts.roles import Role
from tests.deals.world import counting, draft
from tests.expo import an_edition
from tests.world import send_form, sign_in

pytestmark = pytest.mark.anyio
FIGURE = "1,250,000,000.00"


async def test_where_totals_are_not_public_the_wall_shows_none_to_strangers(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    await counting(edition)
    page = await client.get("/wall")
    assert page.status_code == 200
    assert FIGURE not in page.text
    assert "不对外公布" in page.text
    assert "/login?next=/wall" in page.text
    await sign_in(client, Role.viewer)
    assert FIGURE in (await client.get("/wall")).text


async def test_without_the_breakdown_strangers_see_the_total_alone(client: httpx.AsyncClient) -> None:
    edition = await an_edition(totals_public=True)
    await counting(edition)
    for path in ("/wall", "/wall?part=1"):
        page = (await client.get(path)).text
        assert FIGURE in page
        assert "示例投资1号" not in page


async def test_the_wall_shows_a_confirmation_at_once_and_nothing_undisclosed(client: httpx.AsyncClient) -> None:
    edition = await an_edition(totals_public=True, breakdown_public=True)
    assert "示例投资1号" not in (await client.get("/wall?part=1")).text
    await counting(edition)
    await counting(edition, 2, 77_00, undisclosed=True)
    await draft(edition, 3, 88_00)
    page = (await client.get("/wall?part=1")).text
    assert FIGURE in page
    assert "示例投资1号" in page
    assert not re.search("示例投资[23]号|77.00|88.00", page)
    kept = await client.get("/wall?part=1")
    assert (await client.get("/wall?part=1", headers={"if-none-match": kept.headers["etag"]})).status_code == 304


async def test_an_organizer_leads_the_wall_through_a_ceremony(client: httpx.AsyncClient) -> None:
    edition = await an_edition(totals_public=True, breakdown_public=True)
    one = await counting(edition)
    waiting = await draft(edition, 2, 88_00)
    await sign_in(client, Role.organizer)
    desk = (await client.get("/admin/ceremony")).text
    assert "示例投资1号" in desk
    assert "示例投资2号" not in desk
    at = "/admin/ceremony"

    async def press(path: str, **values: str) -> httpx.Response:
        page = (await client.get(at)).text
        found = re.search(r'name="version" value="(\d+)"', page)
        assert found
        return await send_form(client, f"{at}/{path}", at, **{"version": found[1], **values})

    wrong = await press("queue", **{f"at-{one.number}": "eins"})
    assert wrong.status_code == 422
    assert 'value="eins"' in wrong.text
    assert (await press("queue", **{f"at-{one.number}": "１", f"at-{waiting.number}": "2"})).status_code == 303
    assert (await press("step", step="open")).status_code == 303
    stranger = httpx.AsyncClient(transport=client._transport, base_url=client.base_url)
    hidden = (await stranger.get("/wall?part=1")).text
    assert FIGURE not in hidden
    assert (await press("step", step="next")).status_code == 303
    shown = (await stranger.get("/wall?part=1")).text
    assert FIGURE in shown
    assert "示例投资1号" in shown
    refused = await press("step", step="next")
    assert refused.status_code == 409
    assert waiting.number in refused.text
    assert (await press("step", step="blank")).status_code == 303
    assert FIGURE not in (await stranger.get("/wall?part=1")).text
    assert (await press("step", step="jump", version="x")).status_code == 409
    assert (await press("step", step="close")).status_code == 303
    assert FIGURE in (await stranger.get("/wall?part=1")).text
