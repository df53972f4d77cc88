"""The board of the timetable: a slot is dragged, moved by keys, refused where another stands, opened by a click."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from playwright.sync_api import Page as Tab

from core.accounts.roles import Role
from tests import live
from tests.browser.pages import Page
from tests.browser.site import Site, follow
from tests.browser.test_pages import faults

BOARD = Page("/admin/timetable/board", role=Role.organizer)


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Site]:
    with live.running(tmp_path) as url:
        yield Site(url, tmp_path)


def _begin(tab: Tab, title: str) -> str:
    found = tab.locator(".board-slot", has_text=title).locator(".number").inner_text()
    assert re.fullmatch(r"\d\d:\d\d", found)
    return found


def _minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


def _put(tab: Tab, site: Site, title: str, begins: str) -> None:
    tab.goto(f"{site.url}/admin/timetable/new")
    tab.locator('[name="kind"]').select_option("talk")
    for name, text in (("title", title), ("stage", "示例看板台"), ("begins", begins), ("minutes", "30")):
        tab.locator(f'[name="{name}"]').fill(text)
    follow(tab.locator("main form button").first)


def test_a_slot_is_moved_by_hand_and_by_keys(browser: Browser, fresh: Site) -> None:
    with fresh.reader(browser, BOARD, "zh-CN", "normal", 1440, 900) as context:
        tab, complaints = fresh.open(context, BOARD)
        _put(tab, fresh, "示例甲", "15:00")
        _put(tab, fresh, "示例乙", "16:00")
        day = tab.request.get(f"{fresh.url}/admin/timetable").text()
        assert "示例甲" in day
        tab.goto(fresh.url + BOARD.path)
        for link in tab.locator(".chips a").all():
            if tab.locator(".board-slot", has_text="示例甲").count():
                break
            follow(link)
        one = tab.locator(".board-slot", has_text="示例甲")
        scale = int(tab.locator("svg[data-board]").get_attribute("data-scale") or 0)
        one.scroll_into_view_if_needed()
        box = one.bounding_box()
        assert box
        x, y = box["x"] + 40, box["y"] + 12
        tab.mouse.move(x, y)
        tab.mouse.down()
        tab.mouse.move(x, y + 4)
        tab.mouse.move(x, y + 10 * scale + 1, steps=4)
        with tab.expect_navigation():
            tab.mouse.up()
        assert tab.locator(".flash.good").count() == 1
        assert _begin(tab, "示例甲") == "15:10"

        one = tab.locator(".board-slot", has_text="示例甲")
        one.focus()
        for _ in range(3):
            tab.keyboard.press("ArrowDown")
        expect(tab.locator("#told")).to_contain_text("15:25")
        tab.keyboard.press("Escape")
        expect(tab.locator("#told")).to_have_text("")
        tab.keyboard.press("ArrowUp")
        with tab.expect_navigation():
            tab.keyboard.press("Enter")
        assert _begin(tab, "示例甲") == "15:05"

        tab.locator(".board-slot", has_text="示例甲").focus()
        for _ in range(9):
            tab.keyboard.press("ArrowDown")
        with tab.expect_navigation():
            tab.keyboard.press("Enter")
        assert tab.locator(".summary").count() == 1, "the other one stands there"
        assert _begin(tab, "示例甲") == "15:05"
        assert faults(tab) == []
        assert _minutes(_begin(tab, "示例乙")) == 16 * 60
        follow(tab.locator(".board-slot", has_text="示例甲"))
        assert tab.locator('[name="begins"]').input_value() == "15:05", "a click opens it"
        assert [one for one in complaints if "422" not in one] == []
