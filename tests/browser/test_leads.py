"""Badges read at a booth: by the camera of any browser, and on a page that opens without a network."""

from pathlib import Path

import httpx
import pypdfium2
from PIL import Image
from playwright.sync_api import Browser
from playwright.sync_api import Page as Tab

from core.accounts.roles import Role
from tests.browser.gatehouse import camera, film
from tests.browser.pages import Page
from tests.browser.site import Site, settled

READING = Page("/portal/{own}/leads/scan", role=Role.exhibitor)


def badge(site: Site, holder: str) -> tuple[str, Image.Image]:
    """Its serial, and what leaves the printer at 200 dpi."""
    with httpx.Client(base_url=site.url, cookies=site.session(Role.organizer)) as client:
        [found] = client.get("/api/v1/badges", params={"q": holder}).json()["items"]
        answer = client.get(f"/api/v1/badges/{found['serial']}.pdf")
        assert answer.status_code == 200, answer.text
    with pypdfium2.PdfDocument(answer.content) as document:
        picture: Image.Image = document[0].render(scale=200 / 72).to_pil()
    return found["serial"], picture


def outcome(tab: Tab, name: str) -> str:
    tab.wait_for_selector(f'[data-outcome="{name}"]:not([hidden])', timeout=60_000)
    return tab.locator("[data-part=outcome]").inner_text()


def test_a_badge_before_the_camera_asks_its_holder_and_a_yes_keeps_the_contact(
    browser: Browser, site: Site, tmp_path: Path
) -> None:
    _, picture = badge(site, "示例观众1")
    with (
        camera(browser, film([picture], tmp_path / "badge.mjpeg")) as seeing,
        site.reader(seeing, READING, "zh-CN", "normal") as context,
    ):
        tab, complaints = site.open(context, READING)
        tab.click("[data-part=start]")
        tab.locator("dialog#ask").wait_for(timeout=60_000)
        tab.locator('dialog#ask [lang="zh-CN"] [data-said=yes]').click()
        assert "示例观众1" in outcome(tab, "held")
        assert complaints == []


def test_the_page_opens_without_a_network_and_sends_what_it_kept_when_there_is_one(
    browser: Browser, site: Site
) -> None:
    serial, _ = badge(site, "示例观众2")
    with site.reader(browser, READING, "zh-CN", "normal") as context:
        tab, _ = site.open(context, READING)
        settled(tab, "async () => !!navigator.serviceWorker.controller && !!await caches.match(location.pathname)")
        context.set_offline(True)
        tab.reload()
        tab.fill("#f-serial", serial)
        tab.keyboard.press("Enter")
        tab.locator('dialog#ask [lang="zh-CN"] [data-said=yes]').click()
        outcome(tab, "later")
        tab.reload()
        tab.wait_for_selector("[data-part=waiting]:not([hidden])")
        context.set_offline(False)
        tab.wait_for_selector("[data-part=waiting]", state="hidden", timeout=60_000)
        tab.goto(f"{site.url}/portal/{site.places['own']}/leads")
        assert "示例观众2" in tab.locator("main").inner_text()
