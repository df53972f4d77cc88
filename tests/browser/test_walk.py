"""From an empty database to a badge, as the people of an expo go: each step by what stands on the page."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ViewportSize
from playwright.sync_api import Page as Tab

from core.i18n import Locale
from demo.firms import credit_code
from tests import live
from tests.browser.site import follow
from tests.browser.test_pages import faults, sideways
from tests.world import PASSWORD

PHONE, DESK = ViewportSize(width=390, height=844), ViewportSize(width=1440, height=900)
FIRMS: list[tuple[Locale, bool, str]] = [
    ("zh-CN", True, "normal"),
    ("zh-CN", False, "normal"),
    ("en", True, "large"),
    ("en", False, "normal"),
]
NUMBER = re.compile(r"\b\d{6}\b")


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    home = tmp_path_factory.mktemp("walk")
    with live.running(home, seed="") as url:
        yield url, home


def _visitor(browser: Browser, url: str, locale: Locale, *, script: bool, size: str = "normal") -> BrowserContext:
    context = browser.new_context(viewport=PHONE, locale=locale, java_script_enabled=script)
    context.add_cookies([{"name": "lang", "value": locale, "url": url}, {"name": "size", "value": size, "url": url}])
    return context


def _press(tab: Tab, action: str) -> None:
    follow(tab.locator(f'form[action="{action}"] button[type="submit"]').first)


def _register(context: BrowserContext, url: str, n: int, *, script: bool) -> str:
    """The form with two mistakes, which are mended; answers the number on the last page."""
    tab = context.new_page()
    tab.goto(url + "/register")
    for name, text in (
        ("name", f"示例养老服务{n}"),
        ("credit_code", "91990000"),
        ("contact_name", "王示例"),
        ("contact_email", f"firm{n}@example.com"),
    ):
        tab.locator(f'[name="{name}"]').fill(text)
    tab.locator('[name="category"]').select_option("INST")
    tab.locator('[name="consent"]').check()
    _press(tab, "/register")
    assert tab.locator(".summary a").count() == 2
    assert tab.locator('[name="name"]').input_value() == f"示例养老服务{n}"
    if script:
        assert tab.evaluate("document.activeElement.className") == "summary"
        assert faults(tab) == []
    tab.locator('[name="credit_code"]').fill(credit_code(9000 + n))
    tab.locator('[name="contact_mobile"]').fill("13800001234")
    _press(tab, "/register")
    assert re.fullmatch(r".*/register/[\w-]{22}", tab.url)
    if script:
        assert sideways(tab) <= 0
        assert faults(tab) == []
    found = NUMBER.search(tab.locator("main .lead").inner_text())
    assert found, "the page names the number"
    tab.close()
    return found[0]


def _draw_a_hall(tab: Tab, url: str) -> None:
    """As the form proposes it."""
    tab.goto(url + "/admin/booths/halls/new")
    follow(tab.locator("main form button[type='submit']").last)


def _give_a_booth(tab: Tab, url: str, number: str) -> None:
    """The first that is free, by the plan."""
    tab.goto(url + "/admin/booths")
    follow(tab.locator("a.booth.free").first)
    tab.locator('[name="q"]').fill(number)
    follow(tab.locator('form[role="search"] button'))
    follow(tab.locator(f'button[name="number"][value="{number}"]'))
    assert tab.locator(".flash.good").count() == 1


def _approve_on_a_phone(desk: BrowserContext, browser: Browser, url: str, number: str) -> None:
    """In large type, and the booth by the plan, too."""
    pocket = browser.new_context(viewport=PHONE, storage_state=desk.storage_state())
    pocket.add_cookies(
        [{"name": name, "value": value, "url": url} for name, value in (("lang", "zh-CN"), ("size", "large"))]
    )
    tab = pocket.new_page()
    tab.goto(f"{url}/admin/exhibitors/{number}")
    tab.locator('[name="decision"][value="approve"]').check()
    follow(tab.locator('button[name="act"][value="decide"]'))
    assert sideways(tab) <= 0
    _give_a_booth(tab, url, number)
    assert sideways(tab) <= 0
    pocket.close()


def _in_its_own_desk(
    browser: Browser, url: str, home: Path, number: str, locale: Locale = "zh-CN", size: str = "normal"
) -> None:
    """The mailed link on a phone, a yes to the booth, and a badge for each place; then no form for another."""
    with closing(sqlite3.connect(home / "yinbo.sqlite")) as database:
        mails = database.execute("SELECT text FROM mail_message WHERE template = 'registered'").fetchall()
    link = next(re.search(r"http://\S+/portal/enter/\S+", text) for (text,) in mails if number in text)
    assert link
    firm = _visitor(browser, url, locale, script=True, size=size)
    phone = firm.new_page()
    phone.goto(link[0])
    follow(phone.locator("main form button"))
    assert phone.url == f"{url}/portal/{number}"
    follow(phone.locator(f'form[action="/portal/{number}/confirm"] button'))
    assert ("一切就绪" if locale == "zh-CN" else "All settled") in phone.locator("h1").inner_text()
    assert faults(phone) == []
    for n in range(3):
        phone.goto(f"{url}/portal/{number}/badges")
        phone.locator('[name="holder"]').fill(f"示例人员{n + 1}")
        follow(phone.locator("main form button").last)
    assert phone.locator("tbody tr").count() == 3
    assert phone.locator('[name="holder"]').count() == 0, "a booth of nine square metres has three badges"
    assert sideways(phone) <= 0
    firm.close()


def test_from_an_empty_database_to_a_badge(browser: Browser, empty: tuple[str, Path]) -> None:
    url, home = empty
    desk = browser.new_context(viewport=DESK, locale="en")
    tab = desk.new_page()
    tab.goto(url)
    assert tab.locator("h1").inner_text() == "No expo is set up yet"
    assert faults(tab) == []

    link = re.search(r"http://\S+/setup/\S+", (home / "server.log").read_text())
    assert link, "the first start prints a link"
    tab.goto(link[0])
    tab.get_by_label("Name").fill("Sample Administrator")
    tab.get_by_label("E-mail address").fill("first@example.com")
    tab.get_by_label("Password").fill(PASSWORD)
    follow(tab.get_by_role("button", name="Make the account"))
    assert tab.url == url + "/admin"
    assert tab.locator(".card.attention").count() == 1

    for path in ("/admin/editions", "/admin/people", "/admin/tokens"):
        tab.goto(url + path)
        assert faults(tab) == [], path
    tab.goto(url + "/admin/editions")
    follow(tab.locator(".empty a"))
    today = datetime.now(UTC).date()
    first = today + timedelta(days=30)
    for name, text in (
        ("name_zh", "示例博览会"),
        ("name_en", "Sample Expo"),
        ("slug", "sample"),
        ("venue_zh", "示例展馆"),
        ("venue_en", "Sample Hall"),
        ("days[0].day", first.isoformat()),
        ("days[0].opens", "09:00"),
        ("days[0].closes", "17:00"),
        ("registration_opens", f"{today - timedelta(days=2)}T09:00"),
        ("registration_closes", f"{first}T00:00"),
    ):
        tab.locator(f'[name="{name}"]').fill(text)
    follow(tab.get_by_role("button", name="Save"))
    assert tab.locator(".summary").count() == 0, tab.locator("main").inner_text()[:600]

    tab.goto(url)
    assert tab.locator("h1").inner_text() == "Sample Expo"
    for path in ("/admin/exhibitors", "/admin/badges"):
        tab.goto(url + path)
        assert tab.locator(".empty").count() == 1
        assert faults(tab) == [], path

    numbers = []
    for n, (locale, script, size) in enumerate(FIRMS):
        with_firm = _visitor(browser, url, locale, script=script, size=size)
        numbers.append(_register(with_firm, url, n, script=script))
        with_firm.close()
    assert len(set(numbers)) == 4

    tab.goto(url + "/admin/exhibitors")
    for number in numbers:
        assert tab.get_by_role("link", name=number).is_visible()
    follow(tab.get_by_role("link", name=numbers[0]))
    assert tab.locator("h1").inner_text() == "示例养老服务0"
    assert faults(tab) == []
    tab.get_by_label("Approve").check()
    for act in ("preview", "decide"):
        follow(tab.locator(f'button[name="act"][value="{act}"]'))
        assert faults(tab) == [], act
    assert tab.get_by_role("button", name="Undo").is_visible()
    assert "Sample Administrator" in tab.locator(".happened").inner_text()

    _draw_a_hall(tab, url)
    _give_a_booth(tab, url, numbers[0])
    _in_its_own_desk(browser, url, home, numbers[0])
    _approve_on_a_phone(desk, browser, url, numbers[2])
    _in_its_own_desk(browser, url, home, numbers[2], "en", "large")

    tab.goto(url + "/admin/badges")
    follow(tab.get_by_role("link", name="Issue a badge"))
    tab.get_by_label("Whose it is").fill("Sample Carpenter")
    follow(tab.get_by_role("button", name="Issue the badge"))
    tab.get_by_role("heading", name="Sample Carpenter").wait_for()
    follow(tab.get_by_role("link", name="Badges").first)
    tab.get_by_role("cell", name="Sample Carpenter").wait_for()

    tab.goto(url + "/admin/audit")
    issued = tab.locator("tbody tr", has_text="badge.issued").first.inner_text()
    assert "Sample Administrator" in issued
    for number in numbers:
        assert tab.locator("tbody tr", has_text=number).count() >= 1
    desk.close()
