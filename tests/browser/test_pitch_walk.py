"""From a project handed in on a phone to the form of its deal: a pitch, a scanned code, a match, a meeting, an outcome.
Every step by what a person can see and press."""

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, expect
from playwright.sync_api import Page as Tab

from core.accounts.roles import Role
from tests import live
from tests.browser.pages import Page
from tests.browser.site import Site, follow
from tests.browser.test_pages import faults, sideways

TITLE = "示例·临海认知症照护小镇"
SHANGHAI = timedelta(hours=8)


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Site]:
    with live.running(tmp_path) as url:
        yield Site(url, tmp_path)


def _press(tab: Tab, name: str) -> None:
    follow(tab.locator("main").get_by_role("button", name=name).first)
    assert faults(tab) == []
    assert sideways(tab) <= 0


def _hands_in(tab: Tab, site: Site) -> str:
    tab.goto(f"{site.url}/portal/{site.places['own']}/projects/new")
    tab.get_by_label("项目名称").first.fill(TITLE)
    tab.locator('[name="summary"]').fill("内容均为虚构：两百张床位，寻找运营方。")
    tab.locator('[name="stage"]').select_option("idea")
    tab.locator('[name="fields"][value="long_term_care"]').check()
    _press(tab, "提交")
    return tab.url.rpartition("/")[2]


def _publishes_and_schedules(tab: Tab, site: Site, project: str) -> None:
    tab.goto(f"{site.url}/admin/projects/{project}")
    _press(tab, "发布")
    tab.goto(f"{site.url}/admin/timetable/new?project={project}")
    now = datetime.now(UTC) + SHANGHAI
    begins = max(now - timedelta(minutes=2), now.replace(hour=0, minute=0))
    tab.locator('[name="stage"]').fill("示例推介台")
    tab.locator('[name="day"]').select_option(begins.date().isoformat())
    tab.locator('[name="begins"]').fill(f"{begins:%H:%M}")
    tab.locator('[name="minutes"]').fill("60")
    tab.locator('[name="speakers"]').fill("示例讲者，示例集团")
    _press(tab, "保存")


def _code_on_the_screen(tab: Tab, site: Site) -> str:
    """What a phone reads off the screen beside the stage."""
    tab.goto(f"{site.url}/admin/timetable")
    follow(tab.get_by_role("link", name="示例推介台").last)
    expect(tab.locator("main")).to_contain_text(TITLE)
    picture = Image.open(io.BytesIO(tab.locator(".stage-code").screenshot()))
    [code] = [found.text for found in zxingcpp.read_barcodes(picture)]
    return code


def _registers(tab: Tab, site: Site) -> tuple[str, str]:
    """The page of the badge, and the number beneath its code."""
    tab.goto(f"{site.url}/visit")
    tab.locator('[name="holder"]').fill("示例来宾")
    tab.locator('[name="mobile"]').fill("13800136688")
    tab.locator('[name="email"]').fill("guest@example.com")
    if tab.locator('[name="consent"]').count():
        tab.locator('[name="consent"]').check()
    follow(tab.locator('main form[action="/visit"] button').last)
    number = re.sub(r"\s", "", tab.locator(".pass figcaption").inner_text())
    return tab.url.partition("?")[0], number


def _is_interested(tab: Tab, site: Site, code: str, number: str) -> None:
    tab.goto(site.url + "/projects/" + code.rpartition("/")[2])
    tab.locator('[name="serial"]').fill(number)
    tab.locator('[name="digits"]').fill("6688")
    tab.locator('#interest [name="consent"]').check()
    _press(tab, "我感兴趣")
    assert tab.locator(".flash.good").count() == 1


def _plans(tab: Tab, site: Site) -> None:
    tab.goto(f"{site.url}/admin/meetings/plan")
    for box in tab.locator('[name^="hours-"]').all():
        box.fill("00:05-23:55")
    tab.locator('[name="rooms"]').fill("一号馆，A，3")
    _press(tab, "保存")
    follow(tab.locator('form[action="/admin/meetings/plan"] button'))
    tab.locator("#proposal").wait_for(timeout=60_000)
    follow(tab.get_by_role("button", name="执行排期并通知各方"))
    expect(tab.get_by_role("heading", name="已执行的排期")).to_be_visible(timeout=60_000)
    assert faults(tab) == []


def test_from_a_project_to_the_form_of_its_deal(browser: Browser, fresh: Site) -> None:
    site, own = fresh, fresh.places["own"]
    with (
        site.reader(browser, Page("/", role=Role.exhibitor), "zh-CN", "normal") as firm,
        site.reader(browser, Page("/", role=Role.organizer), "zh-CN", "normal", 1440, 900) as desk,
        site.reader(browser, Page("/"), "zh-CN", "large") as guest,
        site.reader(browser, Page("/", role=Role.signing), "zh-CN", "normal", 1440, 900) as clerk,
    ):
        owner, organizer, visitor = firm.new_page(), desk.new_page(), guest.new_page()
        project = _hands_in(owner, site)
        _publishes_and_schedules(organizer, site, project)
        badge, number = _registers(visitor, site)
        _is_interested(visitor, site, _code_on_the_screen(organizer, site), number)

        owner.goto(f"{site.url}/portal/{own}/projects/{project}")
        assert owner.locator("ol.matches li").count() > 0, "partners are proposed"
        follow(owner.locator("main form", has=owner.locator(f'[name="badge"][value="{number}"]')).locator("button"))
        visitor.goto(badge)
        _press(visitor, "同意洽谈")
        _plans(organizer, site)
        visitor.reload()
        assert re.search(r"A\d", visitor.locator("main").inner_text())
        owner.goto(f"{site.url}/portal/{own}/meetings")
        met = owner.locator("article", has_text="示例来宾")
        meeting = (met.get_attribute("aria-labelledby") or "").removeprefix("m-")
        met.locator("summary", has_text="填写洽谈结果").click()
        met.locator(f'[name="outcome-{meeting}"]').select_option("deal")
        follow(met.get_by_role("button", name="保存"))

        signing = clerk.new_page()
        signing.goto(f"{site.url}/admin/deals/new?meeting={meeting}")
        values = [box.input_value() for box in signing.locator("main input:not([type=hidden])").all()]
        assert {project, meeting, "示例来宾"} <= set(values)
        assert faults(signing) == []
        organizer.goto(f"{site.url}/admin/projects/funnel")
        assert TITLE in organizer.locator("tbody").inner_text()
