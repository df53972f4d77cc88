"""Every page in both languages and type sizes, on three widths: no fault that axe-core finds (WCAG 2.2 AA), nothing
to scroll sideways, targets large enough, whole by keyboard, and readable without a script."""

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import Page as Tab

from core.accounts.roles import Role
from core.i18n import LOCALES, Locale
from tests.browser.pages import PAGES, Page
from tests.browser.site import SIZES, Site
from tests.live import ROOT

AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = ((320, 450), (360, 780), (390, 844), (720, 450), (1440, 900))
#: axe takes most of a second: once on a phone, once on a desk. What it finds does not hang on the language.
AXE_LOOKS, AXE_WIDTHS = (("zh-CN", "normal"), ("en", "large")), (390, 1440)
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
].filter(e => e.type !== 'hidden' && !e.disabled && e.checkVisibility()
  && e.getAttribute('tabindex') !== '-1'
  // Of radio buttons the chosen one alone is stopped at.
  && (e.type !== 'radio' || e.checked || !e.form.querySelector(`[name="${e.name}"]:checked`))).length"""

FOCUSED = """async () => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const place = () => e.getBoundingClientRect();
  const shown = () => place().top >= -1 && Math.min(place().bottom, place().top + 44) <= innerHeight + 1;
  // The browser scrolls to it when it draws the next picture, and a busy machine draws late.
  for (let n = 0; n < 60 && !shown(); n++) await new Promise(requestAnimationFrame);
  const r = place(), s = getComputedStyle(e);
  const at = document.elementFromPoint(r.left + r.width / 2, r.top + Math.min(r.height, 44) / 2);
  window.seen ??= new Map();
  if (!window.seen.has(e)) window.seen.set(e, window.seen.size);
  return {
    id: window.seen.get(e), name: e.outerHTML.slice(0, 80), skip: e.classList.contains('skip'),
    // Within a date the browser itself rings the part that has the focus.
    outlined: e.matches('[type^=date]') || (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2),
    shown: shown() && r.width > 0,
    free: !!at && (e.contains(at) || at.contains(e)),
  };
}"""


#: Links within the page, such as those of the list of errors, that lead nowhere.
ASTRAY = """() => [...document.querySelectorAll('a[href^="#"]')].map(a => a.getAttribute('href'))
  .filter(href => !document.getElementById(decodeURIComponent(href.slice(1))))"""


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


def assert_whole_by_keyboard(tab: Tab) -> None:
    """From the skip link on, which is the first: where errors are listed the focus begins further down."""
    tab.evaluate("document.querySelector('.skip').focus()")
    reached: list[int] = [tab.evaluate(FOCUSED)["id"]]
    while True:
        tab.keyboard.press("Tab")
        now = tab.evaluate(FOCUSED)
        if now is None or now["id"] == reached[0]:
            break
        reached.append(now["id"])
        assert now["outlined"], now
        assert now["shown"], now
        assert now["free"], now
        assert len(reached) < 400, "the focus is caught"
    assert len(set(reached)) == tab.evaluate(FOCUSABLE)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("page", PAGES, ids=str)
def test_a_page_has_no_fault(browser: Browser, site: Site, page: Page, locale: Locale, size: str) -> None:
    """200 % on a desk is 720 pixels wide, 400 % is 360; WCAG 1.4.10 asks for 320, without large type on top."""
    with site.reader(browser, page, locale, size) as context:
        tab, complaints = site.open(context, page)
        assert tab.evaluate("[document.documentElement.lang, document.documentElement.dataset.size]") == [locale, size]
        assert tab.evaluate(ASTRAY) == []
        for width, height in WIDTHS:
            if size == "large" and width == 320:
                continue
            tab.set_viewport_size({"width": width, "height": height})
            assert sideways(tab) <= 0, width
            small = [line for line in tab.evaluate(TARGETS) if min(line[1:]) < TARGET[size]]
            assert small == [], width
            least, text = tab.evaluate(SMALLEST_TEXT)
            assert least >= TEXT[size], text
            if (locale, size) in AXE_LOOKS and width in AXE_WIDTHS:
                assert faults(tab) == [], width
        if (locale, size) == ("zh-CN", "normal"):
            tab.set_viewport_size({"width": 390, "height": 844})
            assert_whole_by_keyboard(tab)
        assert complaints == []


@pytest.mark.parametrize("page", [page for page in PAGES if not page.sends], ids=str)
def test_a_page_reads_without_a_script(browser: Browser, site: Site, page: Page) -> None:
    with site.reader(browser, page, "en", "normal", java_script_enabled=False) as context:
        tab, _ = site.open(context, page)
        assert tab.locator("h1").count() == 1
        assert tab.locator("h1").is_visible()


def test_the_skip_link_comes_first_and_leads_to_the_content(browser: Browser, site: Site) -> None:
    page = Page("/agenda")
    with site.reader(browser, page, "zh-CN", "normal") as context:
        tab, _ = site.open(context, page)
        tab.keyboard.press("Tab")
        assert tab.evaluate(FOCUSED)["skip"]
        tab.keyboard.press("Enter")
        assert tab.evaluate("document.activeElement.id") == "main"


def test_the_home_page_is_light_on_data(browser: Browser, site: Site) -> None:
    """Uncompressed, with styles, script and drawings: at most 100 kB."""
    with site.reader(browser, Page("/"), "zh-CN", "normal") as context:
        tab = context.new_page()
        weights: dict[str, int] = {}
        tab.on("response", lambda answer: weights.update({answer.url: len(answer.body())}))
        tab.goto(site.url)
        tab.wait_for_load_state("networkidle")
        assert sum(weights.values()) <= 100_000, weights


@pytest.mark.parametrize("page", [Page("/"), Page("/agenda"), Page("/admin/people", role=Role.organizer)], ids=str)
def test_print_leaves_out_what_is_pressed(browser: Browser, site: Site, page: Page) -> None:
    with site.reader(browser, page, "zh-CN", "normal") as context:
        tab, _ = site.open(context, page)
        tab.emulate_media(media="print")
        for pressed in (".site", ".tools", ".side", ".button"):
            assert [one for one in tab.locator(pressed).all() if one.is_visible()] == [], pressed
        assert tab.locator("h1").is_visible()


def test_nothing_moves_for_who_asked_for_it(browser: Browser, site: Site) -> None:
    moving = """() => [...document.querySelectorAll('*')].filter(e => {
      const s = getComputedStyle(e);
      return s.animationName !== 'none' || s.transitionDuration.split(',').some(d => parseFloat(d) > 0);
    }).length"""
    page = Page("/")
    with site.reader(browser, page, "zh-CN", "normal", reduced_motion="reduce") as context:
        assert site.open(context, page)[0].evaluate(moving) == 0
    with site.reader(browser, page, "zh-CN", "large") as context:
        assert site.open(context, page)[0].evaluate(moving) == 0
