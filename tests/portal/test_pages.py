from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta

import httpx
import msgspec
import pytest

from core import clock
from core.accounts.roles import CLI
from core.editions import rules, services
from gateway.pages import Flash, asset, environment

pytestmark = pytest.mark.anyio

PATHS = ["/", "/agenda", "/exhibitors", "/projects", "/portal", "/scan", "/wall", "/privacy", "/help"]


async def _edition(name: str = "Example expo", slug: str = "2026") -> None:
    now = datetime.now(UTC)
    await services.create(
        CLI,
        rules.Draft(
            slug=slug,
            name_zh="示例展",
            name_en=name,
            venue_zh="示例馆",
            venue_en="Example hall",
            timezone="Asia/Shanghai",
            days=rules.days_between(now.date() + timedelta(days=5), now.date() + timedelta(days=7)),
            registration_opens=now - timedelta(days=1),
            registration_closes=now + timedelta(days=1),
            fields=rules.STANDARD_FIELDS,
            categories=rules.STANDARD_CATEGORIES,
        ),
        current=True,
    )


@pytest.mark.parametrize("path", PATHS)
async def test_every_address_answers_before_an_expo_is_set_up(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 200


@pytest.mark.parametrize("path", PATHS)
async def test_every_address_speaks_both_languages(client: httpx.AsyncClient, path: str) -> None:
    await _edition()
    english = await client.get(path, headers={"accept-language": "en"})
    chinese = await client.get(path, headers={"accept-language": "zh-CN,zh;q=0.9,en;q=0.8"})
    assert "Example expo" in english.text
    assert "示例展" in chinese.text
    assert '<html lang="zh-CN"' in chinese.text


async def test_a_change_of_the_edition_shows_at_once(client: httpx.AsyncClient) -> None:
    await _edition("First name", "2025")
    assert "First name" in (await client.get("/", headers={"accept-language": "en"})).text
    await _edition("Second name", "2026")
    assert "<title>Second name" in (await client.get("/", headers={"accept-language": "en"})).text


async def test_the_countdown_moves_on_with_the_minute(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _edition()
    first = await client.get("/agenda", headers={"accept-language": "en"})
    assert "Open now" not in first.text
    later = datetime.now(UTC) + timedelta(days=6)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert "Open now" in (await client.get("/agenda", headers={"accept-language": "en"})).text


async def test_a_page_that_did_not_change_is_not_sent_again(client: httpx.AsyncClient) -> None:
    await _edition()
    first = await client.get("/help")
    again = await client.get("/help", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_a_shared_page_holds_nothing_of_one_visitor(client: httpx.AsyncClient) -> None:
    await _edition()
    answer = await client.get("/")
    assert "set-cookie" not in answer.headers
    assert "_csrf" not in answer.text


async def test_a_message_is_shown_once_and_only_in_our_own_words(client: httpx.AsyncClient) -> None:
    await _edition()

    def cookie(text: str) -> str:
        return urlsafe_b64encode(msgspec.json.encode(Flash(text))).decode()

    client.cookies.set("flash", cookie("Please sign in."), domain="yinbo.test", path="/")
    assert '<div class="flash good" role="status">' in (await client.get("/help")).text
    assert 'class="flash' not in (await client.get("/help")).text
    for forged in (cookie("Call this number"), "%%%", "x" * 3000):
        client.cookies.set("flash", forged, domain="yinbo.test", path="/")
        assert 'class="flash' not in (await client.get("/help")).text


async def test_an_unknown_edition_is_not_there(client: httpx.AsyncClient) -> None:
    answer = await client.get("/editions/1999", headers={"accept": "text/html"})
    assert answer.status_code == 404
    assert "回到首页" in answer.text


async def test_the_site_says_what_browsers_and_robots_ask(client: httpx.AsyncClient) -> None:
    manifest = (await client.get("/manifest.webmanifest")).json()
    assert [(await client.get(icon["src"])).status_code for icon in manifest["icons"]] == [200, 200, 200]
    assert (await client.get("/favicon.ico")).content.startswith(b"\x89PNG")
    assert "Disallow: /admin" in (await client.get("/robots.txt")).text
    assert (await client.get(asset("main.ts"))).headers["content-type"].startswith("text/javascript")


def test_no_template_has_inline_styles_or_scripts() -> None:
    made = environment("en")
    assert made.loader is not None
    for name in made.list_templates(extensions=["html"]):
        source, _, _ = made.loader.get_source(made, name)
        assert " style=" not in source, name
        assert "<style" not in source, name
        assert " onclick=" not in source, name
        assert "<script>" not in source, name
