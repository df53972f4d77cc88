"""The signing: seven deals typed by one clerk, confirmed by another, on two walls; then revealed one by one."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from playwright.sync_api import Page as Tab

from core.accounts.roles import Role
from tests import live
from tests.browser.keys import Keys
from tests.browser.pages import Page
from tests.browser.site import Site, follow

WALL = Page("/wall", role=Role.viewer)
DESK = Page("/admin/ceremony", role=Role.organizer)
NEW = Page("/admin/deals/new", role=Role.signing)
#: As typed, and in yuan by hand. Together 112.35亿 and some fen, as the first expo's seven were over 112亿.
SEVEN = [
    ("30亿", "3000000000"),
    ("28.5亿", "2850000000"),
    ("19.6亿", "1960000000"),
    ("１４８０００万", "1480000000"),
    ("9.05亿", "905000000"),
    ("1,019,000,000.50", "1019000000.50"),
    ("21,000,000.01", "21000000.01"),
]


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Site]:
    """A server of its own: what is signed here stands on every wall."""
    with live.running(tmp_path) as url:
        yield Site(url, tmp_path)


def _write_down(tab: Tab, n: int, typed: str) -> str:
    keys = Keys(tab)
    keys.write("#f-party-0", f"示例签约投资{n}号")
    keys.write("#f-party-1", f"示例签约养老{n}号")
    keys.write("#f-amount", typed)
    keys.write("#f-split-informatization", "70%")
    keys.write("#f-split-long_term_care", "30%")
    keys.write("#f-stage", str(n))
    keys.press('button[value="look"]')
    keys = Keys(tab)
    keys.press('button[value="save"]')
    return tab.url.rpartition("/")[2]


def _sum(tab: Tab) -> Decimal:
    return Decimal(tab.locator("b[data-fen]").first.inner_text().replace(",", ""))


def test_seven_deals_by_keyboard_stand_on_two_walls_and_add_up(fresh: Site, browser: Browser) -> None:
    with (
        fresh.reader(browser, NEW, "zh-CN", "normal", 1440, 900) as clerk,
        fresh.reader(browser, WALL, "zh-CN", "normal", 1920, 1080, reduced_motion="reduce") as first,
        fresh.reader(browser, WALL, "en", "normal", 1920, 1080, reduced_motion="reduce") as second,
    ):
        walls = [fresh.open(first, WALL)[0], fresh.open(second, WALL)[0]]
        for wall in walls:
            expect(wall.locator("canvas")).to_be_visible()
        before = _sum(walls[0])
        tab = clerk.new_page()
        numbers = []
        for n, (typed, _) in enumerate(SEVEN, 1):
            tab.goto(fresh.url + NEW.path)
            numbers.append(_write_down(tab, n, typed))
        assert _sum(walls[0]) == before
        expected = before
        with fresh.colleague(browser, "zh-CN") as other:
            for number, (_, yuan) in zip(numbers, SEVEN, strict=True):
                other.goto(f"{fresh.url}/admin/deals/{number}")
                Keys(other).press('form[action$="/confirm"] button')
                expected += Decimal(yuan)
                for wall in walls:
                    expect(wall.locator("b[data-fen]").first).to_have_text(f"{expected:,.2f}")
        assert expected - before == sum(Decimal(yuan) for _, yuan in SEVEN) == Decimal("11235000000.51")


def test_a_ceremony_is_led_from_a_phone_and_survives_reload_and_a_cut_network(fresh: Site, browser: Browser) -> None:
    with (
        fresh.reader(browser, DESK, "zh-CN", "normal") as phone,
        fresh.reader(browser, WALL, "zh-CN", "normal", 1920, 1080) as screen,
    ):
        desk, complaints = fresh.open(phone, DESK)
        wall, said = fresh.open(screen, WALL)
        rows = desk.locator('form[action$="/queue"] tbody tr')
        ready = rows.filter(has=desk.locator(".state.good"))
        for n in range(ready.count()):
            ready.nth(n).locator("input").fill(str(n + 1))
        follow(desk.get_by_role("button", name="保存顺序"))
        follow(desk.get_by_role("button", name="开始签约仪式"))
        expect(wall.get_by_role("heading", name="签约仪式")).to_be_visible()
        follow(desk.get_by_role("button", name="揭晓下一项"))
        expect(wall.locator(".wall-place")).to_contain_text("1 / ")
        wall.reload()
        expect(wall.locator(".wall-place")).to_contain_text("1 / ")
        shown = wall.locator(".wall-parties").inner_text()
        screen.set_offline(True)
        wall.evaluate("dispatchEvent(new Event('offline'))")
        follow(desk.get_by_role("button", name="揭晓下一项"))
        expect(desk.locator("main")).to_contain_text("已揭晓 2 项")
        assert wall.locator(".wall-parties").inner_text() == shown
        expect(wall.locator("#wall-time")).to_contain_text("连接中断", timeout=30_000)
        screen.set_offline(False)
        expect(wall.locator(".wall-place")).to_contain_text("2 / ", timeout=30_000)
        expect(wall.locator("#wall-time")).to_contain_text("截至")
        follow(desk.get_by_role("button", name="退回一步"))
        expect(wall.locator(".wall-parties")).to_have_text(shown, use_inner_text=True)
        follow(desk.get_by_role("button", name="关闭大屏画面"))
        expect(wall.locator('[data-mode="blank"]')).to_be_attached()
        follow(desk.get_by_role("button", name="结束签约仪式"))
        expect(wall.get_by_role("heading", name="最新签约")).to_be_visible()
        assert complaints == []
        assert [one for one in said if "ERR_INTERNET" not in one] == []
