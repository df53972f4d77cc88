"""The organizers' desk while the gates are busy: figures that come by themselves, and a conflict that is ruled on."""

import httpx
from playwright.sync_api import Browser, expect

from core.accounts.roles import Role
from tests.browser.pages import Page
from tests.browser.site import Site, follow
from tests.world import csrf_in

LIVE = Page("/admin/gate/live", role=Role.organizer)
CONFLICTS = Page("/admin/gate/conflicts", role=Role.organizer)


def _scan(site: Site, nonce: str) -> None:
    """Somebody with no badge of ours comes to the north gate."""
    with httpx.Client(base_url=site.url, cookies=site.session(Role.organizer)) as client:
        token = csrf_in(client.get("/admin/gate").text)
        answer = client.post(
            "/api/v1/scans",
            json={"code": "YB:NOBODY", "checkpoint": "NORTH", "nonce": nonce},
            headers={"x-csrf-token": token},
        )
        assert answer.status_code == 200, answer.text


def _refused(text: str) -> int:
    return int(text.split()[0].replace(",", ""))


def test_a_scan_shows_on_the_open_page_and_what_a_pause_has_missed_is_read_anew(site: Site, browser: Browser) -> None:
    with site.reader(browser, LIVE, "en", "normal", 1440, 900) as context:
        tab, complaints = site.open(context, LIVE)
        cell = tab.locator('#live tbody tr:has-text("NORTH") td[data-label="Refused"]').first
        expect(tab.locator("#live[data-read]")).to_be_attached()
        before = _refused(cell.inner_text())
        _scan(site, f"browser-{before}")
        expect(cell).to_contain_text(f"{before + 1}")
        context.set_offline(True)
        _scan(site, f"browser-off-{before}")
        tab.wait_for_timeout(300)
        context.set_offline(False)
        tab.evaluate("dispatchEvent(new Event('online'))")
        expect(cell).to_contain_text(f"{before + 2}", timeout=20_000)
        assert [one for one in complaints if "ERR_INTERNET" not in one] == []


def test_an_organizer_sees_both_phones_and_rules(site: Site, browser: Browser) -> None:
    with site.reader(browser, CONFLICTS, "en", "normal", 1440, 900) as context:
        tab, _ = site.open(context, CONFLICTS)
        one = tab.locator(".conflict").first
        expect(one.get_by_role("heading", name="First to arrive at the server")).to_be_visible()
        expect(one.get_by_text("fast")).to_be_visible()
        one.get_by_label("What was it?").select_option(label="The badge was passed on")
        one.get_by_label("Note").fill("Sample: taken by a relative")
        follow(one.get_by_role("button", name="Keep the ruling"))
        expect(tab.get_by_text("The ruling is kept.")).to_be_visible()
        follow(tab.get_by_role("link", name="Settled"))
        expect(tab.get_by_text("Sample: taken by a relative")).to_be_visible()
