import asyncio
import re

import httpx
import pytest

from core.accounts.roles import Role
from core.accounts.rules import FREE_FAILURES
from core.accounts.services import throttle
from core.mail.tables import MailMessage
from tests.world import PASSWORD, person, send_form, sign_in, token_for

pytestmark = pytest.mark.anyio


async def test_signing_in_gives_a_new_session_and_ends_the_one_that_was_brought_along(
    client: httpx.AsyncClient,
) -> None:
    await sign_in(client, Role.organizer)
    first = client.cookies["session"]
    assert (await client.get("/login")).status_code == 303
    await client.post("/logout", headers={"x-csrf-token": "none"})
    other = httpx.AsyncClient(transport=client._transport, base_url="http://yinbo.test")
    other.cookies.set("session", first)
    answer = await send_form(other, "/login", at="/reset", email="organizer@example.com", password=PASSWORD)
    assert answer.status_code == 303
    assert answer.cookies["session"] != first
    assert (await client.get("/login")).status_code == 200, "the old session has ended"
    await other.aclose()


async def test_a_cookie_chosen_by_somebody_else_never_becomes_a_session(client: httpx.AsyncClient) -> None:
    client.cookies.set("session", "chosen-by-an-attacker")
    await sign_in(client, Role.organizer)
    assert client.cookies.get("session", domain="yinbo.test") != "chosen-by-an-attacker"


async def test_wrong_password_and_unknown_address_read_alike(client: httpx.AsyncClient) -> None:
    await sign_in(client, Role.organizer)
    client.cookies.clear()
    wrong = await send_form(client, "/login", email="organizer@example.com", password="not this one")
    client.cookies.clear()
    unknown = await send_form(client, "/login", email="nobody@example.com", password="not this one")
    assert wrong.status_code == unknown.status_code == 422
    assert "密码" in wrong.text
    said = [page.text.partition('role="alert"')[2].partition("</div>")[0] for page in (wrong, unknown)]
    assert said[0] == said[1] != ""


async def test_a_forged_token_is_refused_and_not_ignored(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/events", headers={"authorization": "Bearer yb_forged"})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["code"] == "not_signed_in"


async def test_a_token_wins_over_a_cookie(client: httpx.AsyncClient) -> None:
    await sign_in(client, Role.organizer)
    headers = await token_for(Role.viewer)
    answer = await client.post("/logout", headers=headers)
    assert answer.status_code == 303


async def test_a_wrong_token_is_a_problem_on_a_page_too(client: httpx.AsyncClient) -> None:
    answer = await client.get("/account", headers={"authorization": "Bearer yb_forged", "accept": "text/html"})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


async def test_a_link_asked_for_comes_by_mail_and_signs_in_once(client: httpx.AsyncClient) -> None:
    await person(Role.exhibitor)
    known = await send_form(client, "/login/link", at="/login", email="exhibitor@example.com")
    unknown = await send_form(client, "/login/link", at="/login", email="nobody@example.com")
    assert known.status_code == unknown.status_code == 200
    assert re.sub(r"/static/\S+", "", known.text) == re.sub(r"/static/\S+", "", unknown.text)
    async with asyncio.timeout(20):
        while not (mails := await MailMessage.select(MailMessage.text, MailMessage.to_address)):
            await asyncio.sleep(0.02)
    assert [mail["to_address"] for mail in mails] == ["exhibitor@example.com"]
    found = re.search(r"/enter/\S+", mails[0]["text"])
    assert found
    assert (await client.get(found[0])).status_code == 200
    assert (await send_form(client, found[0])).status_code == 303
    assert (await client.get("/account")).status_code == 200
    assert (await client.get(found[0])).status_code == 410


@pytest.mark.parametrize("wanted", ["https://example.com/", "//example.com", "/\\example.com", "javascript:alert(1)"])
async def test_signing_in_never_leads_to_another_site(client: httpx.AsyncClient, wanted: str) -> None:
    await person(Role.exhibitor)
    answer = await send_form(client, "/login", email="exhibitor@example.com", password=PASSWORD, next=wanted)
    assert (answer.status_code, answer.headers["location"]) == (303, "/portal")


async def test_too_many_tries_say_when_to_come_back(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "is_on", lambda: True)
    for _ in range(FREE_FAILURES + 1):
        await send_form(client, "/login", email="nobody@example.com", password="not this one")
    answer = await send_form(client, "/login", email="nobody@example.com", password="not this one")
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) >= 1
