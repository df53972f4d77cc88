"""The plan in a browser: a booth given away by it on a phone, with and without a script; walked by arrow keys."""

import pytest
from playwright.sync_api import Browser

from core.accounts.roles import Role
from core.i18n import LOCALES, Locale
from tests.browser.pages import Page
from tests.browser.site import Site, follow

PLAN = Page("/admin/booths", role=Role.organizer)


@pytest.mark.parametrize("size", ["normal", "large"])
@pytest.mark.parametrize("script", [True, False])
def test_a_booth_is_given_by_the_plan_on_a_phone_and_taken_back(
    browser: Browser, site: Site, script: bool, size: str
) -> None:
    with site.reader(browser, PLAN, "zh-CN", size, java_script_enabled=script) as context:
        tab, complaints = site.open(context, PLAN)
        booth = tab.locator("a.booth[id='b-A203']")
        assert "free" in (booth.get_attribute("class") or "")
        follow(booth)
        assert tab.locator("h1").inner_text().endswith("A203")
        tab.locator('[name="q"]').fill(site.places["mover"])
        follow(tab.locator('form[role="search"] button'))
        follow(tab.locator(f'button[name="number"][value="{site.places["mover"]}"]'))
        assert tab.url.endswith("/admin/booths/A203")
        assert tab.locator(".flash.good").count() == 1
        assert "held" in (tab.locator("[id='b-A203']").get_attribute("class") or "")
        follow(tab.locator('form[action="/admin/booths/A203/release"] button'))
        assert tab.url.endswith("/admin/booths/A203")
        assert "free" in (tab.locator("[id='b-A203']").get_attribute("class") or "")
        assert complaints == []


def test_arrow_keys_walk_the_plan_which_is_one_stop_of_the_tab_key(browser: Browser, site: Site) -> None:
    with site.reader(browser, PLAN, "en", "normal") as context:
        tab, _ = site.open(context, PLAN)
        assert tab.locator("svg[data-plan] a[tabindex='0']").count() == 1
        tab.locator("svg[data-plan] a[tabindex='0']").focus()
        seen = []
        for key in ("ArrowRight", "ArrowRight", "ArrowDown", "ArrowLeft", "ArrowLeft", "ArrowLeft", "ArrowUp"):
            tab.keyboard.press(key)
            seen.append(tab.evaluate("document.activeElement.id"))
        assert seen == ["b-A102", "b-A103", "b-A203", "b-A202", "b-A201", "b-A201", "b-A101"]
        assert tab.locator("svg[data-plan] a[tabindex='0']").count() == 1
        with tab.expect_navigation():
            tab.keyboard.press("Enter")
        assert tab.url.endswith("/admin/booths/A101")


@pytest.mark.parametrize("locale", LOCALES)
def test_a_visitor_finds_a_firm_and_the_way_on_a_phone_and_on_paper(
    browser: Browser, site: Site, locale: Locale
) -> None:
    page = Page("/exhibitors?view=plan")
    with site.reader(browser, page, locale, "normal") as context:
        tab, complaints = site.open(context, page)
        tab.locator('[name="q"]').fill("A102")
        follow(tab.locator('main form[role="search"] button'))
        assert tab.locator("#here").is_visible()
        assert tab.locator("polyline.way").count() == 1
        chosen = tab.locator("svg[data-plan] .chosen").first.bounding_box()
        box = tab.locator(".plan-box").bounding_box()
        assert chosen
        assert box
        assert box["x"] <= chosen["x"] <= box["x"] + box["width"], "scrolled into its frame"
        tab.emulate_media(media="print")
        drawn = tab.locator("svg[data-plan]").bounding_box()
        assert drawn
        assert drawn["width"] <= 390, "the whole hall is on the paper"
        assert complaints == []
