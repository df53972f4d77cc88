"""The registration form with a script, on a phone: fields looked at as they are left, and a draft that survives."""

from playwright.sync_api import Browser, expect
from playwright.sync_api import Page as Tab

from demo.firms import credit_code
from tests.browser.pages import Page
from tests.browser.site import Site
from tests.browser.test_pages import faults

FORM = Page("/register")
KEPT = "Object.keys(localStorage).length"


def _fill(tab: Tab, **fields: str) -> None:
    for name, text in fields.items():
        tab.locator(f'[name="{name}"]').fill(text)


def test_a_field_says_what_is_wrong_as_soon_as_it_is_left(browser: Browser, site: Site) -> None:
    with site.reader(browser, FORM, "en", "normal") as context:
        tab, complaints = site.open(context, FORM)
        code = tab.locator('[name="credit_code"]')
        _fill(tab, credit_code="91330203MA2XYW1262")
        tab.keyboard.press("Tab")
        expect(tab.locator("#f-credit_code-error")).to_contain_text("its last character does not fit")
        expect(code).to_have_attribute("aria-invalid", "true")
        assert faults(tab) == []
        _fill(tab, credit_code="52330212MJ8A0B1C85")
        expect(tab.locator("#f-credit_code-error")).to_have_count(0)
        expect(tab.locator('[name="kind"]')).to_have_value("social_organization")
        assert complaints == []


def test_what_does_not_apply_is_out_of_the_way_and_not_sent(browser: Browser, site: Site) -> None:
    with site.reader(browser, FORM, "en", "normal") as context:
        tab, _ = site.open(context, FORM)
        _fill(tab, credit_code="nonsense")
        tab.locator('[name="country"]').select_option("DE")
        tab.locator('[name="booth_kind"]').select_option("raw")
        expect(tab.locator('[name="credit_code"]')).to_be_hidden()
        expect(tab.locator('[name="booth_count"]')).to_be_hidden()
        sent = tab.evaluate("[...new FormData(document.querySelector('form[data-registration]')).keys()]")
        assert "booth_area_m2" in sent
        assert not {"credit_code", "booth_count"} & set(sent)


def test_a_draft_survives_closing_the_page_and_goes_when_it_was_sent(browser: Browser, site: Site) -> None:
    with site.reader(browser, FORM, "zh-CN", "normal") as context:
        tab, _ = site.open(context, FORM)
        tab.reload()
        assert tab.evaluate(KEPT) == 0, "nothing is kept before somebody types"
        _fill(
            tab,
            name="示例养老院",
            credit_code=credit_code(70_001),
            contact_name="示例",
            contact_mobile="13800138000",
            contact_email="draft@example.com",
        )
        tab.locator('[name="consent"]').check()
        expect(tab.locator("#draft-kept")).to_be_visible()
        tab.close()

        tab, complaints = site.open(context, FORM)
        expect(tab.locator("#draft")).to_be_visible()
        assert tab.locator('[name="name"]').input_value() == "示例养老院"
        assert not tab.locator('[name="consent"]').is_checked(), "a consent is given anew"
        assert faults(tab) == []
        tab.locator('[name="category"]').select_option("INST")
        tab.locator('[name="consent"]').check()
        with tab.expect_navigation():
            tab.locator("form[data-registration] button.primary").click()
        assert tab.evaluate(KEPT) == 0
        tab.goto(site.url + "/register")
        expect(tab.locator("#draft")).to_be_hidden()
        assert tab.locator('[name="name"]').input_value() == ""
        assert complaints == []


def test_one_button_begins_afresh(browser: Browser, site: Site) -> None:
    with site.reader(browser, FORM, "zh-CN", "large") as context:
        tab, _ = site.open(context, FORM)
        _fill(tab, name="示例")
        expect(tab.locator("#draft-kept")).to_be_visible()
        tab.reload()
        with tab.expect_navigation():
            tab.locator("#draft button").click()
        assert tab.locator('[name="name"]').input_value() == ""
        assert tab.evaluate(KEPT) == 0
