import httpx
import pytest

from core.accounts.roles import Role
from tests.world import PASSWORD, send_form, sign_in, token_for

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
