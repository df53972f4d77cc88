"""``make screenshots``: every page in both languages and type sizes, on a phone and a desk, into docs/screenshots/.

``python -m scripts.screenshots [--out FOLDER] [PATH ...]`` takes some pages only.
"""

import argparse
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from core.i18n import LOCALES
from tests import live
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.browser.pages import PAGES, Page
from tests.browser.test_pages import SIZES, reader

PHONE, DESK, WALL = (390, 844), (1440, 900), (1920, 1080)


def name_of(page: Page) -> str:
    return page.path.split("?")[0].strip("/").replace("/", "-") or "home"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, default=Path("docs/screenshots"))
    parser.add_argument("paths", nargs="*")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    pages = [page for page in PAGES if not asked.paths or page.path in asked.paths]
    with tempfile.TemporaryDirectory() as home, live.running(Path(home)) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for locale in LOCALES:
            for size in SIZES:
                for width, height in (PHONE, DESK, WALL):
                    shown = [page for page in pages if (page.path == "/wall") == ((width, height) == WALL)]
                    with reader(browser, url, locale, size, width, height) as context:
                        for page in shown:
                            tab = context.new_page()
                            tab.goto(url + page.path)
                            tab.wait_for_load_state("networkidle")
                            name = f"{name_of(page)}-{width}-{locale}-{size}.png"
                            tab.screenshot(path=asked.out / name, full_page=width != WALL[0])
                            tab.close()
                            print(asked.out / name, flush=True)
        browser.close()


if __name__ == "__main__":
    main()
