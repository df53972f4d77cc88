"""The weeks before, as exhibitor and organizer go through them on a phone and at a desk: passes, and the catalogue."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import Page as Tab

from core.accounts.roles import Role
from core.i18n import Locale
from tests.browser.pages import Page
from tests.browser.site import Site, follow

DESK = {"width": 1440, "height": 900}


def _send(tab: Tab, action: str, value: str = "") -> None:
    pressed = f'form[action="{action}"] button' + (f'[value="{value}"]' if value else '[type="submit"]')
    follow(tab.locator(pressed).first)


@pytest.mark.parametrize(("locale", "size"), [("zh-CN", "large"), ("en", "normal")])
def test_a_pass_is_asked_for_on_a_phone_approved_at_a_desk_and_printed(
    browser: Browser, site: Site, locale: Locale, size: str, tmp_path: Path
) -> None:
    number, firm = site.places["own"], "示例搭建公司"
    at, plate = f"/portal/{number}/passes", {"zh-CN": "浙B12345", "en": "浙AD12345"}[locale]
    asked = Page(at, role=Role.exhibitor)
    with site.reader(browser, asked, locale, size) as context:
        tab, complaints = site.open(context, asked)
        for name, text in (("contractor", firm), ("person", "示例 负责人"), ("person_mobile", "138 0013 8000")):
            tab.locator(f'[name="{name}"]').fill(text)
        _send(tab, f"{at}/contractor")
        tab.locator('[name="plate"]').fill("不是车牌")
        tab.locator('[name="vehicle_name"]').fill("示例 司机")
        _send(tab, f"{at}/vehicle")
        assert tab.locator(".summary a").count() == 1
        assert tab.locator('[name="vehicle_name"]').input_value() == "示例 司机"
        tab.locator('[name="plate"]').fill(plate[:2].lower() + "·" + plate[2:])
        _send(tab, f"{at}/vehicle")
        assert tab.locator("table", has_text=plate[2:]).count() == 1
        assert [one for one in complaints if "422" not in one] == []
    decide = Page("/admin/passes", role=Role.organizer)
    with site.reader(browser, decide, locale, size, **DESK) as context:
        tab, _ = site.open(context, decide)
        assert firm in tab.locator("main").inner_text()
        _send(tab, f"/admin/passes/{number}", "approve")
        assert plate[2:] in tab.locator("main table").last.inner_text()
    shown = Page(f"{at}/print", role=Role.exhibitor)
    with site.reader(browser, shown, locale, size) as context:
        tab, _ = site.open(context, shown)
        assert tab.locator("article.vehicle", has_text=plate[2:]).count() == 1
        tab.emulate_media(media="print")
        assert not tab.locator("header.site, .no-print").first.is_visible()


def test_an_entry_is_handed_in_and_stands_in_the_printed_catalogue(browser: Browser, site: Site) -> None:
    number = site.places["own"]
    at, contact = f"/portal/{number}/catalogue", "示例 会刊联系人"
    terms = Page("/admin/catalogue", role=Role.organizer)
    with site.reader(browser, terms, "zh-CN", "normal", **DESK) as context:
        tab, _ = site.open(context, terms)
        tab.locator('[name="until"]').fill("2099-12-31")
        _send(tab, "/admin/catalogue/terms")
        assert tab.locator("table", has_text=number).count() == 1
    entry = Page(at, role=Role.exhibitor)
    with site.reader(browser, entry, "zh-CN", "large") as context:
        tab, _ = site.open(context, entry)
        tab.locator('[name="contact"]').fill(contact)
        _send(tab, at)
        assert tab.locator(".summary a").count() == 1
        assert tab.locator('[name="contact"]').input_value() == contact
        tab.locator('[name="agreed"]').check()
        _send(tab, at)
        assert tab.locator(".summary").count() == 0
    printed = Page("/admin/catalogue/print?order=name", role=Role.organizer)
    with site.reader(browser, printed, "en", "normal", **DESK) as context:
        tab, _ = site.open(context, printed)
        assert contact in tab.locator("main").inner_text()
        tab.goto(site.url + "/admin/catalogue")
        assert tab.locator("table", has_text=number).count() == 0
