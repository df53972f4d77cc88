"""A form that a person sends twice is done once."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from core import clock
from core.accounts.roles import Role
from core.idempotency.tables import KeptAnswer
from exhibitors.tables import ExhibitorMessage, ExhibitorProduct
from tests import uploads
from tests.exhibitors.desks import a_desk, a_firm
from tests.expo import an_edition
from tests.world import csrf_in, sign_in

pytestmark = pytest.mark.anyio

#: As a browser says it when a page is opened; scripts and programs do not.
BROWSER = {"accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}
DONE = "此前已提交过"


async def a_thread(client: httpx.AsyncClient) -> tuple[str, dict[str, str]]:
    """Where an organizer writes to an exhibitor, and what the form holds."""
    number = await a_firm(await an_edition())
    await sign_in(client, Role.organizer)
    at = f"/admin/exhibitors/{number}/messages"
    return at, {"_csrf": csrf_in((await client.get(at)).text), "text": "请补交执照"}


async def test_a_double_click_writes_one_message_and_both_are_told_the_same(client: httpx.AsyncClient) -> None:
    at, form = await a_thread(client)
    answers = await asyncio.gather(*(client.post(at, data=form, headers=BROWSER) for _ in range(8)))
    assert {(one.status_code, one.headers["location"]) for one in answers} == {(303, at)}
    assert len({one.headers["set-cookie"].split(";")[0] for one in answers}) == 1
    assert await ExhibitorMessage.count() == 1


async def test_going_back_and_pressing_again_says_that_it_was_done(client: httpx.AsyncClient) -> None:
    at, form = await a_thread(client)
    await client.post(at, data=form, headers=BROWSER)
    assert DONE not in (await client.get(at)).text
    with clock.moved(timedelta(minutes=3)):
        again = await client.post(at, data=form, headers=BROWSER)
        assert (again.status_code, again.headers["location"]) == (303, at)
        assert DONE in (await client.get(at)).text
    assert await ExhibitorMessage.count() == 1


async def test_the_same_words_on_a_page_opened_anew_are_another_message(client: httpx.AsyncClient) -> None:
    at, form = await a_thread(client)
    await client.post(at, data=form, headers=BROWSER)
    fresh = {**form, "_csrf": csrf_in((await client.get(at)).text)}
    await client.post(at, data=fresh, headers=BROWSER)
    await client.post(at, data={**form, "text": "另一句"}, headers=BROWSER)
    assert await ExhibitorMessage.count() == 3


async def test_what_was_refused_may_be_sent_again(client: httpx.AsyncClient) -> None:
    at, form = await a_thread(client)
    for _ in range(2):
        assert (await client.post(at, data={**form, "text": ""}, headers=BROWSER)).status_code == 422
    assert await KeptAnswer.count() == 0


async def test_an_upload_sent_twice_is_done_once_whatever_parts_it(client: httpx.AsyncClient) -> None:
    number = await a_desk(client)
    at = f"/portal/{number}/products"
    form = {"_csrf": csrf_in((await client.get(at)).text), "name": "示例护理床", "alt": "一张床"}
    picture = {"picture": ("a.jpg", uploads.picture_with_gps())}
    for _ in range(2):  # httpx, as browsers do, chooses another boundary each time
        assert (await client.post(at, data=form, files=picture, headers=BROWSER)).status_code == 303
    assert await ExhibitorProduct.count() == 1


async def test_another_persons_sending_is_another(client: httpx.AsyncClient) -> None:
    at, form = await a_thread(client)
    await client.post(at, data=form, headers=BROWSER)
    client.cookies.clear()
    await sign_in(client, Role.admin)
    assert (await client.post(at, data=form, headers=BROWSER)).status_code == 403, "its token is not theirs"
    client.cookies.clear()
    assert (await client.post(at, data=form, headers=BROWSER)).status_code != 303
    assert await ExhibitorMessage.count() == 1


async def test_a_sending_whose_process_died_is_waited_for_and_then_taken_over(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.sendings.PATIENCE", 0.1)
    at, form = await a_thread(client)
    await client.post(at, data=form, headers=BROWSER)
    await ExhibitorMessage.delete(force=True)
    await KeptAnswer.update({KeptAnswer.status: 0}, force=True)
    early = await client.post(at, data=form, headers=BROWSER)
    assert early.status_code == 409
    assert "仍在处理" in early.text
    with clock.moved(timedelta(seconds=61)):
        answers = await asyncio.gather(*(client.post(at, data=form, headers=BROWSER) for _ in range(4)))
    assert 303 in {one.status_code for one in answers}
    assert await ExhibitorMessage.count() == 1
