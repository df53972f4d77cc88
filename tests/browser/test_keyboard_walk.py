"""The whole way by keyboard alone, on a phone's width: from the first visit to three badges. In either language and
type size; the focus is seen at every stop and never lost."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from core.i18n import Locale
from demo.firms import credit_code
from tests import live
from tests.browser.keys import Keys
from tests.browser.seed_walk import REVIEWER
from tests.browser.test_pages import faults, sideways
from tests.browser.test_walk import NUMBER, _visitor
from tests.world import PASSWORD


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    home = tmp_path_factory.mktemp("keys")
    with live.running(home, seed="tests.browser.seed_walk") as url:
        yield url, home


def _link(home: Path, number: str) -> str:
    with closing(sqlite3.connect(home / "yinbo.sqlite")) as database:
        mails = database.execute("SELECT text FROM mail_message WHERE template = 'registered'").fetchall()
    found = next(re.search(r"http://\S+/portal/enter/\S+", text) for (text,) in mails if number in text)
    assert found
    return found[0]


def _applies(keys: Keys, url: str, n: int) -> str:
    """With one mistake, to which the list of errors leads."""
    keys.tab.goto(url)
    keys.press('a[href="/register"]')
    keys.write('[name="name"]', f"示例键盘企业{n}")
    keys.write('[name="credit_code"]', credit_code(9100 + n))
    keys.choose('[name="category"]', "NURS")
    keys.write('[name="contact_name"]', "示例联系人")
    keys.write('[name="contact_email"]', f"keys{n}@example.com")
    keys.to('[name="consent"]')
    keys.tab.keyboard.press("Space")
    keys.press('form[action="/register"] button[type="submit"]:not([name])')
    assert keys.tab.evaluate("document.activeElement.className") == "summary"
    keys.to('.summary a[href="#f-contact_mobile"]')
    keys.tab.keyboard.press("Enter")
    assert keys.tab.evaluate("document.activeElement.name") == "contact_mobile"
    keys.tab.keyboard.insert_text("13800001234")
    keys.enter()
    assert re.fullmatch(r".*/register/[\w-]{22}", keys.tab.url)
    found = NUMBER.search(keys.tab.locator("main .lead").inner_text())
    assert found
    return found[0]


def _approves_and_gives_a_booth(keys: Keys, url: str, number: str) -> None:
    keys.tab.goto(f"{url}/login?next=/admin/exhibitors/{number}")
    keys.write('[name="email"]', REVIEWER)
    keys.write('[name="password"]', PASSWORD)
    keys.enter()
    keys.choose('[name="decision"]', "approve")
    keys.press('button[name="act"][value="decide"]')
    assert keys.tab.locator(".flash.good").count() == 1
    keys.tab.goto(url + "/admin/booths")
    keys.to("svg[data-plan] a[tabindex='0']")
    for _ in range(60):
        if keys.tab.evaluate("document.activeElement.classList.contains('free')"):
            break
        keys.tab.keyboard.press("ArrowRight")
    keys.enter()
    keys.write('form[role="search"] [name="q"]', number)
    keys.enter()
    keys.press(f'button[name="number"][value="{number}"]')
    assert keys.tab.locator(".flash.good").count() == 1


def _confirms_and_makes_badges(keys: Keys, number: str, link: str) -> None:
    keys.tab.goto(link)
    keys.press("main form button")
    keys.press(f'form[action="/portal/{number}/confirm"] button')
    assert faults(keys.tab) == []
    keys.press(f'a[href="/portal/{number}/badges"]')
    for n in range(3):
        keys.write('[name="holder"]', f"示例人员{n + 1}")
        keys.enter()
    assert keys.tab.locator("tbody tr").count() == 3
    assert keys.tab.locator('[name="holder"]').count() == 0
    assert sideways(keys.tab) <= 0


@pytest.mark.parametrize(("locale", "size"), [("zh-CN", "large"), ("en", "normal")])
def test_the_whole_way_by_keyboard_alone(browser: Browser, house: tuple[str, Path], locale: Locale, size: str) -> None:
    url, home = house
    n = 1 if locale == "en" else 2
    firm = _visitor(browser, url, locale, script=True, size=size)
    keys = Keys(firm.new_page())
    number = _applies(keys, url, n)
    second = _visitor(browser, url, locale, script=True, size=size)
    _approves_and_gives_a_booth(Keys(second.new_page()), url, number)
    second.close()
    _confirms_and_makes_badges(keys, number, _link(home, number))
    firm.close()
