"""Every page in both languages and type sizes, on three widths: no fault that axe-core finds (WCAG 2.2 AA), nothing
to scroll sideways, targets large enough, whole by keyboard, and readable without a script."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage
from playwright.sync_api import Page as Tab

from core.i18n import LOCALES, Locale
from tests.browser.pages import PAGES, Page
from tests.live import ROOT

AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SIZES = ("normal", "large")
WIDTHS = ((360, 780), (390, 844), (1440, 900))
TARGET = {"normal": 44, "large": 60}
TEXT = {"normal": 16, "large": 24}

#: What can be pressed, but links within a sentence, which WCAG leaves out; a box counts with its label.
TARGETS = """() => {
  const out = [];
  for (const e of document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')) {
    if (!e.checkVisibility({visibilityProperty: true}) || e.closest('.skip')) continue;
    const own = e.textContent.trim();
    if (e.matches('a') && getComputedStyle(e).display === 'inline'
        && e.parentElement.textContent.trim().length > own.length) continue;
    let r = e.getBoundingClientRect();
    let width = r.width, height = r.height;
    if (e.matches('[type=checkbox], [type=radio]') && e.labels.length) {
      const l = e.labels[0].getBoundingClientRect();
      width = Math.max(r.right, l.right) - Math.min(r.left, l.left);
      height = Math.max(r.bottom, l.bottom) - Math.min(r.top, l.top);
    }
    out.push([own || e.name || e.outerHTML.slice(0, 60), Math.round(width * 10) / 10, Math.round(height * 10) / 10]);
  }
  return out;
}"""

SMALLEST_TEXT = """() => {
  let least = [1000, ''];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const text = walk.currentNode.textContent.trim(), e = walk.currentNode.parentElement;
    if (!text || !e.checkVisibility() || e.closest('script, .sr')) continue;
    const size = parseFloat(getComputedStyle(e).fontSize);
    if (size < least[0]) least = [size, text];
  }
  return least;
}"""

FOCUSABLE = """() => [
  ...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')
].filter(e => e.type !== 'hidden' && !e.disabled && e.checkVisibility()).length"""

FOCUSED = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const r = e.getBoundingClientRect(), s = getComputedStyle(e);
  const at = document.elementFromPoint(r.left + r.width / 2, r.top + Math.min(r.height, 44) / 2);
  window.seen ??= new Map();
  if (!window.seen.has(e)) window.seen.set(e, window.seen.size);
  return {
    id: window.seen.get(e), name: e.outerHTML.slice(0, 80), skip: e.classList.contains('skip'),
    outlined: s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2,
    shown: r.top >= -1 && Math.min(r.bottom, r.top + 44) <= innerHeight + 1 && r.width > 0,
    free: !!at && (e.contains(at) || at.contains(e)),
  };
}"""


@contextmanager
def reader(
    browser: Browser, url: str, locale: Locale, size: str, width: int = 390, height: int = 844, **options: Any
) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": width, "height": height}, locale=locale, **options)
    context.add_cookies([{"name": "lang", "value": locale, "url": url}, {"name": "size", "value": size, "url": url}])
    try:
        yield context
    finally:
        context.close()


def open_page(context: BrowserContext, url: str, page: Page) -> tuple[Tab, list[str]]:
    """The page, and what the browser complained about: blocked scripts, styles and files."""
    tab = context.new_page()
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and f"status of {page.status}" not in message.text:
            complaints.append(message.text)

    tab.on("console", hear)
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    answer = tab.goto(url + page.path)
    assert answer is not None
    assert answer.status == page.status
    tab.wait_for_load_state("load")
    return tab, complaints


def sideways(tab: Tab) -> int:
    return int(tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def faults(tab: Tab) -> list[str]:
    if not tab.evaluate("typeof window.axe !== 'undefined'"):
        tab.evaluate(AXE.read_text())
    found = tab.evaluate("rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", RULES)
    return [
        f"{fault['id']}: {node['html'][:120]} {node['failureSummary'][:200]}"
        for fault in found["violations"]
        for node in fault["nodes"]
    ]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("page", PAGES, ids=str)
def test_a_page_has_no_fault(browser: Browser, live_server: str, page: Page, locale: Locale, size: str) -> None:
    with reader(browser, live_server, locale, size) as context:
        tab, complaints = open_page(context, live_server, page)
        assert tab.evaluate("[document.documentElement.lang, document.documentElement.dataset.size]") == [locale, size]
        for width, height in WIDTHS:
            tab.set_viewport_size({"width": width, "height": height})
            assert faults(tab) == [], width
            assert sideways(tab) <= 0, width
            small = [line for line in tab.evaluate(TARGETS) if min(line[1:]) < TARGET[size]]
            assert small == [], width
            least, text = tab.evaluate(SMALLEST_TEXT)
            assert least >= TEXT[size], text
        assert complaints == []


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_a_page_reflows_when_it_is_enlarged(browser: Browser, live_server: str, page: Page) -> None:
    """200 % on a desk is 720 pixels wide, 400 % is 360; WCAG 1.4.10 asks for 320."""
    with reader(browser, live_server, "en", "normal") as context:
        tab, _ = open_page(context, live_server, page)
        for width in (720, 320):
            tab.set_viewport_size({"width": width, "height": 450})
            assert sideways(tab) <= 0, width


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_a_page_is_whole_by_keyboard(browser: Browser, live_server: str, page: Page) -> None:
    with reader(browser, live_server, "zh-CN", "normal") as context:
        tab, _ = open_page(context, live_server, page)
        tab.evaluate("document.activeElement?.blur()")
        reached: list[int] = []
        while True:
            tab.keyboard.press("Tab")
            now = tab.evaluate(FOCUSED)
            if now is None or (reached and now["id"] == reached[0]):
                break
            reached.append(now["id"])
            assert now["outlined"], now
            assert now["shown"], now
            assert now["free"], now
            assert len(reached) < 400, "the focus is caught"
        assert len(set(reached)) == tab.evaluate(FOCUSABLE)


def test_the_skip_link_comes_first_and_leads_to_the_content(browser: Browser, live_server: str) -> None:
    with reader(browser, live_server, "zh-CN", "normal") as context:
        tab, _ = open_page(context, live_server, Page("/agenda"))
        tab.keyboard.press("Tab")
        assert tab.evaluate(FOCUSED)["skip"]
        tab.keyboard.press("Enter")
        assert tab.evaluate("document.activeElement.id") == "main"


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_a_page_reads_without_a_script(browser: Browser, live_server: str, page: Page) -> None:
    with reader(browser, live_server, "en", "normal", java_script_enabled=False) as context:
        tab, _ = open_page(context, live_server, page)
        assert tab.locator("h1").count() == 1
        assert tab.locator("h1").is_visible()


def test_the_home_page_is_light_on_data(browser: Browser, live_server: str) -> None:
    """Uncompressed, with styles, script and drawings: at most 100 kB."""
    with reader(browser, live_server, "zh-CN", "normal") as context:
        tab = context.new_page()
        weights: dict[str, int] = {}
        tab.on("response", lambda answer: weights.update({answer.url: len(answer.body())}))
        tab.goto(live_server)
        tab.wait_for_load_state("networkidle")
        assert sum(weights.values()) <= 100_000, weights


def test_print_leaves_out_what_is_pressed(browser: Browser, live_server: str) -> None:
    with reader(browser, live_server, "zh-CN", "normal") as context:
        tab, _ = open_page(context, live_server, Page("/agenda"))
        tab.emulate_media(media="print")
        assert not tab.locator(".site").is_visible()
        assert not tab.locator(".tools").is_visible()
        assert tab.locator("h1").is_visible()


def test_nothing_moves_for_who_asked_for_it(browser: Browser, live_server: str) -> None:
    moving = """() => [...document.querySelectorAll('*')].filter(e => {
      const s = getComputedStyle(e);
      return s.animationName !== 'none' || s.transitionDuration.split(',').some(d => parseFloat(d) > 0);
    }).length"""
    with reader(browser, live_server, "zh-CN", "normal", reduced_motion="reduce") as context:
        tab, _ = open_page(context, live_server, Page("/"))
        assert tab.evaluate(moving) == 0
    with reader(browser, live_server, "zh-CN", "large") as context:
        tab, _ = open_page(context, live_server, Page("/"))
        assert tab.evaluate(moving) == 0
