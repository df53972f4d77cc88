"""The seeded server as its visitors open it: by role, language, type size and width."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator
from playwright.sync_api import Page as Tab

from core.accounts.roles import Role
from core.i18n import Locale
from tests import live
from tests.browser.pages import Page
from tests.world import PASSWORD, csrf_in

SIZES = ("normal", "large")


def settled(tab: Tab, question: str, timeout: float = 60_000) -> None:
    """Waits until an async function of the page answers yes; ``wait_for_function`` takes its promise for one."""
    tab.evaluate(
        f"""async patience => {{
          const asked = {question}, until = performance.now() + patience;
          while (!(await asked())) {{
            if (performance.now() > until) throw new Error('it never came: ' + asked);
            await new Promise(done => setTimeout(done, 50));
          }}
        }}""",
        timeout,
    )


def follow(pressed: Locator) -> None:
    """Presses what leads to another page and waits for that page; a click alone may come back before it is there."""
    with pressed.page.expect_navigation():
        pressed.click()


class Site:
    def __init__(self, url: str, home: Path) -> None:
        self.url = url
        self.home = home
        self.places = msgspec.json.decode((home / "places.json").read_bytes(), type=dict[str, str])
        self._sessions: dict[Role, dict[str, str]] = {}

    def session(self, role: Role) -> dict[str, str]:
        """The cookies of this role's person, who signs in once."""
        if role not in self._sessions:
            with httpx.Client(base_url=self.url) as client:
                form = {"_csrf": csrf_in(client.get("/login").text), "password": PASSWORD}
                answer = client.post("/login", data={**form, "email": f"{role.value}@example.com"})
                assert answer.status_code == 303, answer.text
                self._sessions[role] = {cookie.name: cookie.value or "" for cookie in client.cookies.jar}
        return self._sessions[role]

    @contextmanager
    def reader(
        self, browser: Browser, page: Page, locale: Locale, size: str, width: int = 390, height: int = 844, **more: Any
    ) -> Iterator[BrowserContext]:
        """A browser of somebody who may open the page."""
        context = browser.new_context(viewport={"width": width, "height": height}, locale=locale, **more)
        cookies = {**(self.session(page.role) if page.role else {}), "lang": locale, "size": size}
        context.add_cookies([{"name": name, "value": value, "url": self.url} for name, value in cookies.items()])
        try:
            yield context
        finally:
            context.close()

    @contextmanager
    def colleague(self, browser: Browser, locale: Locale) -> Iterator[Tab]:
        """Another clerk for signings, made by an administrator's invitation on the command line."""
        email = "second.clerk@example.com"
        port = int(self.url.rpartition(":")[2])
        command = [str(Path(sys.executable).parent / "yinbo"), "users", "add", email]
        subprocess.run(
            [*command, "--role", "signing", "--name", "示例 复核员", "--password-stdin"],
            env=live.environment(self.home, port),
            cwd=self.home,
            input=PASSWORD.encode(),
            check=True,
            capture_output=True,
        )
        context = browser.new_context(viewport={"width": 1440, "height": 900}, locale=locale)
        try:
            tab = context.new_page()
            tab.goto(f"{self.url}/login")
            tab.fill('form:has([name="password"]) [name="email"]', email)
            tab.fill('[name="password"]', PASSWORD)
            with tab.expect_navigation():
                tab.keyboard.press("Enter")
            yield tab
        finally:
            context.close()

    def open(self, context: BrowserContext, page: Page) -> tuple[Tab, list[str]]:
        """The page, and what the browser complained about: blocked scripts, styles and files."""
        tab = context.new_page()
        complaints: list[str] = []

        def hear(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning") and f"status of {page.status}" not in message.text:
                complaints.append(message.text)

        tab.on("console", hear)
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        answer = tab.goto(self.url + page.path.format(**self.places))
        if page.sends:
            with tab.expect_navigation() as sent:
                action = page.sends.format(**self.places)
                tab.locator(f'form[method="post"][action="{action}"]').evaluate("form => form.submit()")
            answer = sent.value
        assert answer is not None
        assert answer.status == page.status
        tab.wait_for_load_state("load")
        return tab, complaints
