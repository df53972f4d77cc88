"""``make screenshots``: every page in both languages and type sizes, on a phone, a tablet and a desk, into
build/screenshots/; those that the readme shows go to docs/screenshots/ by ``--readme``.

``python -m scripts.screenshots [--out FOLDER] [--readme] [PATTERN ...]`` takes some only: ``'admin*-390-*-large'``.
"""

import argparse
import re
import tempfile
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from core.accounts.roles import Role
from core.i18n import LOCALES, Locale
from tests import live
from tests.browser.chromium import CHROMIUM
from tests.browser.conftest import FLAGS
from tests.browser.pages import PAGES, Page
from tests.browser.site import SIZES, Site
from tests.browser.test_pages import sideways

PHONE, TABLET, DESK, WALL = (390, 844), (768, 1024), (1440, 900), (1920, 1080)
Shot = tuple[Page, Locale, str, tuple[int, int]]

README: list[Shot] = [
    (Page("/"), "zh-CN", "normal", PHONE),
    (Page("/"), "en", "normal", DESK),
    (Page("/register"), "zh-CN", "large", PHONE),
    (Page("/admin", role=Role.organizer), "en", "normal", DESK),
    (Page("/admin/people", role=Role.organizer), "zh-CN", "normal", DESK),
    (Page("/admin/exhibitors", role=Role.organizer), "zh-CN", "normal", DESK),
    (Page("/wall", role=Role.viewer), "zh-CN", "normal", WALL),
]


def name_of(shot: Shot) -> str:
    page, locale, size, screen = shot
    path = re.sub(r"[^a-z0-9]+", "-", page.path).strip("-") or "home"
    what = "-".join(filter(None, (path, page.role or "", "sent" if page.sends else "")))
    return f"{what}-{screen[0]}-{locale}-{size}"


def every() -> Iterator[Shot]:
    for page in PAGES:
        for locale in LOCALES:
            for size in SIZES:
                for screen in (WALL,) if page.path == "/wall" else (PHONE, TABLET, DESK):
                    yield page, locale, size, screen


def shoot(browser: Browser, site: Site, shot: Shot, path: Path, *, whole: bool) -> None:
    page, locale, size, screen = shot
    # Nothing half-way.
    with site.reader(browser, page, locale, size, *screen, reduced_motion="reduce") as context:
        tab, _ = site.open(context, page)
        if screen == WALL and tab.locator(".wall-chart").count():
            tab.locator("canvas").wait_for()
        tab.screenshot(path=path, full_page=whole and screen != WALL)
        print(path, "runs out sideways" if sideways(tab) > 0 else "", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path)
    parser.add_argument("--readme", action="store_true")
    parser.add_argument("patterns", nargs="*")
    asked = parser.parse_args()
    out = asked.out or Path("docs/screenshots" if asked.readme else "build/screenshots")
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, live.running(Path(home)) as url, sync_playwright() as playwright:
        site = Site(url, Path(home))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for shot in README if asked.readme else every():
            name = name_of(shot)
            if not asked.patterns or any(fnmatch(name, pattern) for pattern in asked.patterns):
                shoot(browser, site, shot, out / f"{name}.png", whole=not asked.readme)
        browser.close()


if __name__ == "__main__":
    main()
