"""The screen beside a stage: how long still, and a code that leads to a form."""

import io
import re

import zxingcpp
from PIL import Image
from playwright.sync_api import Browser

from core.accounts.roles import Role
from tests.browser.pages import Page
from tests.browser.site import Site

SCREEN = Page("/admin/timetable/stages/{stage}/screen", role=Role.viewer)


def test_the_code_on_the_screen_leads_to_where_one_says_that_one_is_interested(browser: Browser, site: Site) -> None:
    with site.reader(browser, SCREEN, "zh-CN", "normal", 1920, 1080) as context:
        tab, complaints = site.open(context, SCREEN)
        tab.wait_for_selector('#live[data-read="1"]')
        left = tab.locator("[role=timer]").inner_text()
        assert re.fullmatch(r"\d+:\d\d", left), left
        picture = Image.open(io.BytesIO(tab.locator(".stage-code").screenshot()))
        [code] = [found.text for found in zxingcpp.read_barcodes(picture)]
        assert code.endswith(f"/projects/{site.places['project']}#interest")
        assert complaints == []
    with site.reader(browser, Page("/"), "zh-CN", "normal") as context:
        tab = context.new_page()
        tab.goto(site.url + "/projects/" + code.rpartition("/")[2])
        assert tab.locator("#f-serial").is_visible()
