"""What every answer carries, who is believed to call, and what is refused before anything else looks at it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Request, get

from app import create_app
from core.config import settings
from gateway.access import PUBLIC
from gateway.front import CSP, _fixed
from gateway.proxies import Proxies, parse
from tests.gateway.small import small

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]


@get("/api/v1/who", opt=PUBLIC, sync_to_thread=False)
def who(request: Request[Any, Any, Any]) -> dict[str, Any]:
    client = request.client
    return {"host": client.host if client else None, "scheme": request.scope["scheme"], "name": request.headers["host"]}


Configured = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch) -> Configured:
    """The app under other settings, called from another address."""

    @asynccontextmanager
    async def made(peer: str = "198.51.100.7", **values: str) -> AsyncIterator[httpx.AsyncClient]:
        for name, value in values.items():
            monkeypatch.setenv(f"YINBO_{name}", value)
        settings.cache_clear()
        _fixed.cache_clear()
        try:
            app = create_app()
            app.register(who)
            async with app.lifespan():
                transport = httpx.ASGITransport(app=app, client=(peer, 1))  # type: ignore[arg-type]
                async with httpx.AsyncClient(transport=transport, base_url="http://yinbo.test") as client:
                    yield client
        finally:
            monkeypatch.undo()
            settings.cache_clear()
            _fixed.cache_clear()

    return made


@pytest.mark.parametrize("path", ["/", "/nothing", "/api/v1/nothing", "/static/nothing"])
async def test_every_answer_carries_the_security_headers_also_refusals(client: httpx.AsyncClient, path: str) -> None:
    headers = (await client.get(path)).headers
    assert headers["content-security-policy"] == CSP
    assert "unsafe" not in CSP
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["permissions-policy"].startswith("camera=(self)")
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "cache-control" in headers
    assert "strict-transport-security" not in headers


async def test_https_is_promised_only_where_it_is_spoken(configured: Configured) -> None:
    async with configured(BASE_URL="https://expo.example") as client:
        headers = (await client.get("/", headers={"host": "expo.example"})).headers
        assert headers["strict-transport-security"] == "max-age=31536000"


async def test_nothing_of_the_api_is_kept_anywhere() -> None:
    async with small(who) as client:
        assert (await client.get("/api/v1/who")).headers["cache-control"] == "no-store"


async def test_a_stranger_is_not_believed_whom_it_speaks_for(configured: Configured) -> None:
    said = {"x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https", "x-forwarded-host": "evil.example"}
    async with configured() as client:
        answer = (await client.get("/api/v1/who", headers=said)).json()
        assert answer == {"host": "198.51.100.7", "scheme": "http", "name": "yinbo.test"}


async def test_a_trusted_proxy_is_believed(configured: Configured) -> None:
    said = {
        "x-forwarded-for": "1.1.1.1, 203.0.113.9, 10.0.0.3",
        "x-forwarded-proto": "https",
        "x-forwarded-host": "expo.example",
    }
    async with configured("10.0.0.2", TRUSTED_PROXIES="10.0.0.0/8, ::1") as client:
        answer = (await client.get("/api/v1/who", headers=said)).json()
        assert answer == {"host": "203.0.113.9", "scheme": "https", "name": "expo.example"}


@given(st.lists(st.ip_addresses().map(str), max_size=6))
def test_nobody_can_write_past_the_first_untrusted_hop(forged: list[str]) -> None:
    proxies = Proxies("10.0.0.0/8")
    seen = proxies.caller("10.0.0.1", ", ".join([*forged, "203.0.113.9", "10.0.0.2"]))
    assert seen == "203.0.113.9"


@given(st.text(max_size=100))
def test_a_forwarded_list_that_is_no_list_gives_an_address_all_the_same(text: str) -> None:
    assert parse(Proxies("10.0.0.0/8").caller("10.0.0.1", text)) is not None


async def test_another_name_is_refused_where_our_own_is_known(configured: Configured) -> None:
    async with configured(BASE_URL="http://expo.example:8000") as client:

        async def ask(path: str, host: str) -> int:
            return (await client.get(path, headers={"host": host})).status_code

        assert await ask("/", "expo.example:8000") == 200
        assert await ask("/", "EXPO.example") == 200
        assert await ask("/", "evil.example") == 421
        assert await ask("/", "expo.example.evil.example") == 421
        assert await ask("/", "expo.example@evil.example") == 421
        assert await ask("/", "192.0.2.1:8000") == 200
        assert await ask("/", "[::1]:8000") == 200


async def test_too_long_an_address_and_too_many_headers_are_refused(client: httpx.AsyncClient) -> None:
    assert (await client.get("/" + "a" * 9000)).status_code == 414
    assert (await client.get("/?q=" + "a" * 9000)).status_code == 414
    many = {f"x-{n}": "1" for n in range(150)}
    assert (await client.get("/", headers=many)).status_code == 431
    assert (await client.get("/", headers={"x-large": "a" * 40_000})).status_code == 431


@pytest.mark.parametrize("path", ["/a%00b", "/?q=%00", "/a%0d%0aset-cookie:x=1", "/exhibitors%00"])
async def test_control_characters_in_an_address_are_refused(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 400
    assert "x=1" not in str(answer.headers)


async def test_head_answers_as_get_without_the_body(client: httpx.AsyncClient) -> None:
    got, head = await client.get("/"), await client.head("/")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == got.headers["content-type"]


async def test_other_methods_are_told_which_there_are(client: httpx.AsyncClient) -> None:
    wrong = await client.delete("/")
    assert wrong.status_code == 405
    assert set(wrong.headers["allow"].split(", ")) == {"GET", "OPTIONS"}
    options = await client.options("/")
    assert (options.status_code, options.headers["allow"]) == (204, "GET, OPTIONS")
    assert (await client.request("BREW", "/")).status_code == 405
