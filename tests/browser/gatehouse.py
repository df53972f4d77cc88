"""Phones at a gate, for tests: real browsers before a real server."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pypdfium2
from PIL import Image
from playwright.sync_api import Browser, BrowserContext
from playwright.sync_api import Page as Tab

from core.accounts.roles import Role
from tests.browser.site import settled
from tests.world import PASSWORD, csrf_in

#: The app's own way in for hand scanners.
KEYS = """code => {
  for (const key of [...code, 'Enter'])
    document.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true}));
}"""
#: Scans without waiting to be looked at; each is through when the next one begins.
MANY = """async codes => {
  const out = [];
  for (const code of codes) {
    const before = document.querySelector('.verdict');
    for (const key of [...code, 'Enter'])
      document.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true}));
    for (let n = 0; ; n++) {
      const now = document.querySelector('.verdict');
      if (now && now !== before) { out.push([now.dataset.nonce, now.dataset.verdict, now.dataset.reason]); break; }
      if (n > 2000) throw new Error('no verdict for ' + code);
      await new Promise(done => setTimeout(done, 2));
    }
  }
  return out;
}"""


class Told(msgspec.Struct):
    """What the seed left."""

    visitors: list[str]
    #: Of the visitors, in their order.
    serials: list[str]
    guest: str
    group: str
    #: Nobody of this one has come.
    waiting: str
    gone: str
    found: str
    blanks: list[str]
    invites: list[str]


class Gatehouse:
    def __init__(self, url: str, home: Path) -> None:
        self.url = url
        self.home = home
        self.told = msgspec.json.decode((home / "gate.json").read_bytes(), type=Told)
        self._visitors = iter(self.told.visitors)
        self._invites = iter(self.told.invites)
        self._session: dict[str, str] = {}

    def visitor(self) -> str:
        """Somebody whom no gate has seen yet."""
        return next(self._visitors)

    def session(self, role: Role) -> dict[str, str]:
        """Cookies of this role's person."""
        with httpx.Client(base_url=self.url) as client:
            form = {"_csrf": csrf_in(client.get("/login").text), "password": PASSWORD}
            answer = client.post("/login", data={**form, "email": f"{role.value}@example.com"})
            assert answer.status_code == 303, answer.text
            return {cookie.name: cookie.value or "" for cookie in client.cookies.jar}

    def printed(self, code: str) -> Image.Image:
        """The badge as it leaves the printer, at 200 dpi."""
        serial = self.told.serials[self.told.visitors.index(code)]
        with self.organizer() as client:
            answer = client.get(f"/api/v1/badges/{serial}.pdf")
            assert answer.status_code == 200, answer.text
        with pypdfium2.PdfDocument(answer.content) as document:
            picture: Image.Image = document[0].render(scale=200 / 72).to_pil()
        return picture

    @contextmanager
    def organizer(self) -> Iterator[httpx.Client]:
        if not self._session:
            self._session = self.session(Role.organizer)
        with httpx.Client(base_url=self.url, cookies=self._session) as client:
            yield client

    def scans(self, **wanted: str) -> list[dict[str, Any]]:
        """As the server has them, all of them."""
        found: list[dict[str, Any]] = []
        with self.organizer() as client:
            cursor = ""
            while True:
                asked = {"limit": "500", **wanted, **({"cursor": cursor} if cursor else {})}
                answer = client.get("/api/v1/scans", params=asked)
                assert answer.status_code == 200, answer.text
                found += answer.json()["items"]
                cursor = answer.json()["next"] or ""
                if not cursor:
                    return found

    def phone(self, context: BrowserContext, checkpoint: str = "NORTH", url: str = "") -> "Phone":
        """Enrolled and at its checkpoint, with the whole list."""
        tab = context.new_page()
        tab.goto((url or self.url) + "/scan")
        tab.fill("#enrol-code", next(self._invites))
        tab.click("form[data-enrol] button")
        tab.locator(".pick button", has_text=checkpoint).click()
        phone = Phone(tab)
        phone.whole()
        return phone


class Phone:
    def __init__(self, tab: Tab) -> None:
        self.tab = tab

    def whole(self) -> None:
        """Online, the list is there, and the page is kept for when the network is gone."""
        self.tab.wait_for_selector('.line[data-online="yes"]', timeout=30_000)
        settled(
            self.tab,
            """async () => {
              const [one] = await indexedDB.databases();
              if (!one || !(await navigator.serviceWorker.ready).active) return false;
              const base = await new Promise(done => {
                const asked = indexedDB.open(one.name);
                asked.onsuccess = () => done(asked.result);
              });
              const known = await new Promise(done => {
                const asked = base.transaction('meta').objectStore('meta').get('known');
                asked.onsuccess = () => done(asked.result);
              });
              base.close();
              return !!known?.fresh;
            }""",
        )

    def scan(self, code: str) -> dict[str, str]:
        self.tab.evaluate("document.querySelector('.verdict')?.remove()")
        self.tab.evaluate(KEYS, code)
        return self.verdict()

    def verdict(self) -> dict[str, str]:
        found = self.tab.wait_for_selector(".verdict", timeout=20_000)
        assert found is not None
        return {
            "verdict": found.get_attribute("data-verdict") or "",
            "reason": found.get_attribute("data-reason") or "",
            "nonce": found.get_attribute("data-nonce") or "",
            "text": found.inner_text(),
        }

    def many(self, codes: list[str]) -> list[list[str]]:
        """Nonce, verdict and reason of each."""
        found: list[list[str]] = self.tab.evaluate(MANY, codes)
        return found

    def waiting(self) -> int:
        line = self.tab.locator(".line").first
        return int(line.get_attribute("data-waiting") or "0")

    def sent(self, timeout: float = 60_000) -> None:
        """Online, and nothing waits any more."""
        self.tab.wait_for_selector('.line[data-online="yes"][data-waiting="0"]', timeout=timeout)

    def close(self) -> None:
        self.tab.evaluate("document.dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape'}))")


def film(seen: list[Image.Image | None], path: Path, *, frames: int = 20) -> Path:
    """What a camera sees for so many frames each: a badge held askew into the picture, or the empty hall."""
    with path.open("wb") as out:
        for badge in seen:
            picture = Image.new("RGB", (1280, 720), (120, 118, 112))
            if badge is not None:
                held = badge.convert("RGB").rotate(7, expand=True, fillcolor=(120, 118, 112))
                held.thumbnail((1240, 700))
                picture.paste(held, ((1280 - held.width) // 2, (720 - held.height) // 2))
            for _ in range(frames):
                picture.save(out, "JPEG", quality=80)
    return path


@contextmanager
def camera(browser: Browser, path: Path) -> Iterator[Browser]:
    """Another browser, whose camera sees this film again and again."""
    flags = [
        "--no-sandbox",
        "--headless",
        "--disable-gpu",
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={path}",
    ]
    from tests.browser.chromium import CHROMIUM

    made = browser.browser_type.launch(executable_path=CHROMIUM, args=flags)
    try:
        yield made
    finally:
        made.close()
