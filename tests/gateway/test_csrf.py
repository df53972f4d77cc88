"""Nobody else's page can act for who is here; the forms of ours can, whatever their encoding and size."""

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Request, Response, get, post

from gateway import csrf
from gateway.access import PUBLIC
from gateway.csrf import fits, issue
from tests.gateway.small import small

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]


@get("/form", opt=PUBLIC, sync_to_thread=False)
def form(request: Request[Any, Any, Any]) -> Response[str]:
    return Response(f'<form method="post">{csrf.field_of(request)}</form>', media_type="text/html")


@post("/form", opt=PUBLIC | {"max_body": 3_000_000})
async def sent(request: Request[Any, Any, Any]) -> dict[str, str]:
    data = await request.form()
    return {name: value if isinstance(value, str) else str(len(await value.read())) for name, value in data.items()}


@post("/api/v1/do", opt=PUBLIC, sync_to_thread=False)
def do(request: Request[Any, Any, Any]) -> str:
    return "done"


@pytest.fixture
async def site() -> AsyncIterator[httpx.AsyncClient]:
    async with small(form, sent, do) as client:
        yield client


async def token(client: httpx.AsyncClient) -> str:
    found = re.search(r'name="_csrf" value="([^"]+)"', (await client.get("/form")).text)
    assert found
    return found[1]


async def test_our_own_form_is_taken(site: httpx.AsyncClient) -> None:
    answer = await site.post("/form", data={"_csrf": await token(site), "name": "海曙 & Co"})
    assert (answer.status_code, answer.json()["name"]) == (201, "海曙 & Co")


async def test_a_form_without_its_token_is_refused_with_a_page_that_helps(site: httpx.AsyncClient) -> None:
    await token(site)
    answer = await site.post("/form", data={"name": "x"}, headers={"accept": "text/html", "accept-language": "en"})
    assert answer.status_code == 403
    assert "what you typed is still there" in answer.text


async def test_anothers_token_is_refused(site: httpx.AsyncClient) -> None:
    own = await token(site)
    site.cookies.clear()
    await token(site)
    assert (await site.post("/form", data={"_csrf": own})).status_code == 403


async def test_a_token_ends_with_the_session_it_was_made_for(site: httpx.AsyncClient) -> None:
    before_sign_in = await token(site)
    site.cookies.set(csrf.session_cookie(), "a-session")
    assert (await site.post("/form", data={"_csrf": before_sign_in})).status_code == 403
    assert (await site.post("/form", data={"_csrf": await token(site)})).status_code == 201
    signed_in = await token(site)
    site.cookies.delete(csrf.session_cookie())
    site.cookies.set(csrf.session_cookie(), "another-session")
    assert (await site.post("/form", data={"_csrf": signed_in})).status_code == 403


async def test_a_cookie_that_we_did_not_sign_binds_nothing(site: httpx.AsyncClient) -> None:
    site.cookies.set(csrf.cookie_name(), "planted.00")
    forged = issue("form:planted.00")
    assert (await site.post("/form", data={"_csrf": forged})).status_code == 403


async def test_an_upload_is_taken_whole_though_its_token_was_looked_for(site: httpx.AsyncClient) -> None:
    parts: Any = {"_csrf": (None, await token(site)), "file": ("plan.pdf", b"\x00\xff" * 1_000_000)}
    answer = await site.post("/form", files=parts)
    assert (answer.status_code, answer.json()["file"]) == (201, "2000000")


async def test_an_upload_in_many_pieces_is_taken_whole(site: httpx.AsyncClient) -> None:
    edge = "----edge"
    head = f'--{edge}\r\ncontent-disposition: form-data; name="_csrf"\r\n\r\n{await token(site)}\r\n'
    head += f'--{edge}\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\n'
    whole = head.encode() + b"x" * 100_000 + f"\r\n--{edge}--\r\n".encode()

    async def pieces() -> AsyncIterator[bytes]:
        for at in range(0, len(whole), 777):
            yield whole[at : at + 777]

    headers = {"content-type": f"multipart/form-data; boundary={edge}"}
    answer = await site.post("/form", content=pieces(), headers=headers)
    assert (answer.status_code, answer.json()["file"]) == (201, "100000")


async def test_a_token_behind_a_large_file_is_not_searched_for(site: httpx.AsyncClient) -> None:
    parts: Any = {"file": ("plan.pdf", b"x" * 200_000), "_csrf": (None, await token(site))}
    assert (await site.post("/form", files=parts)).status_code == 403


async def test_a_token_inside_a_file_is_no_token(site: httpx.AsyncClient) -> None:
    parts: Any = {"_csrf": ("a.txt", (await token(site)).encode())}
    assert (await site.post("/form", files=parts)).status_code == 403


async def test_scripts_send_it_as_a_header(site: httpx.AsyncClient) -> None:
    headers = {"x-csrf-token": await token(site)}
    assert (await site.post("/form", data={"a": "1"}, headers=headers)).status_code == 201


async def test_a_token_in_the_address_does_not_count(site: httpx.AsyncClient) -> None:
    assert (await site.post("/form", params={"_csrf": await token(site)})).status_code == 403


@pytest.mark.parametrize(
    "said",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://yinbo.test.evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
async def test_who_says_it_comes_from_elsewhere_is_refused(site: httpx.AsyncClient, said: dict[str, str]) -> None:
    data = {"_csrf": await token(site)}
    assert (await site.post("/form", data=data, headers=said)).status_code == 403


async def test_who_says_it_comes_from_here_is_taken(site: httpx.AsyncClient) -> None:
    said = {"origin": "http://yinbo.test", "sec-fetch-site": "same-origin"}
    assert (await site.post("/form", data={"_csrf": await token(site)}, headers=said)).status_code == 201


async def test_programs_with_a_bearer_token_or_without_a_session_need_none(site: httpx.AsyncClient) -> None:
    assert (await site.post("/api/v1/do")).status_code == 201
    site.cookies.set(csrf.session_cookie(), "a-session")
    assert (await site.post("/api/v1/do")).status_code == 403


async def test_the_api_refuses_a_form_that_no_script_was_needed_for(site: httpx.AsyncClient) -> None:
    answer = await site.post("/api/v1/do", content=b"{}", headers={"content-type": "text/plain"})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


async def test_a_page_without_a_form_sets_no_cookie(site: httpx.AsyncClient) -> None:
    assert "set-cookie" not in (await site.get("/help")).headers
    with_form = await site.get("/form")
    assert "HttpOnly" in with_form.headers["set-cookie"]
    assert "SameSite=Lax" in with_form.headers["set-cookie"]
    assert with_form.headers["cache-control"] == "no-store"


def test_no_two_tokens_are_alike_and_all_fit() -> None:
    made = {issue("session:a") for _ in range(50)}
    assert len(made) == 50
    assert all(fits(one, "session:a") and not fits(one, "session:b") for one in made)


@given(st.text(max_size=60))
def test_whatever_is_sent_for_a_token_is_simply_none(text: str) -> None:
    assert not fits(text, "session:a")
