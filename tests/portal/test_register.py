import re

import httpx
import pytest

from core import clock
from exhibitors.tables import Exhibitor
from tests.expo import an_edition
from tests.firms import credit_code

pytestmark = pytest.mark.anyio


async def filled(client: httpx.AsyncClient, **other: str) -> dict[str, str]:
    """The form as a browser gets it, filled in."""
    html = (await client.get("/register")).text
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html))
    return {
        **hidden,
        "country": "CN",
        "name": "宁波示例护理用品有限公司",
        "credit_code": credit_code(1),
        "category": "NURS",
        "contact_name": "示例联系人",
        "contact_mobile": "138 0013 8000",
        "contact_email": "firm@example.com",
        "booth_kind": "standard",
        "booth_count": "2",
        "booth_area_m2": "",
        "consent": "1",
        **other,
    }


async def test_a_firm_registers_by_the_form(client: httpx.AsyncClient) -> None:
    await an_edition()
    sent = await client.post("/register", data=await filled(client))
    assert sent.status_code == 303
    page = await client.get(sent.headers["location"])
    stored = await Exhibitor.select().first()
    assert stored is not None
    assert stored["number"] in page.text


async def test_a_double_click_registers_once_and_shows_the_same_number(client: httpx.AsyncClient) -> None:
    await an_edition()
    form = await filled(client, country="DE", credit_code="", contact_mobile="+49 30 901820")
    first, second = await client.post("/register", data=form), await client.post("/register", data=form)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["location"] == second.headers["location"]
    assert await Exhibitor.count() == 1


async def test_nothing_typed_is_lost_when_something_is_wrong(client: httpx.AsyncClient) -> None:
    await an_edition()
    form = await filled(client, credit_code="91330203MA2XYW1262", contact_name='<b>"示例"', intro="两句\n话")
    sent = await client.post("/register", data=form)
    assert sent.status_code == 422
    assert 'aria-invalid="true"' in sent.text
    assert "校验码" in sent.text
    assert "&lt;b&gt;&#34;示例&#34;" in sent.text
    assert "两句\n话" in sent.text
    assert 'value="91330203MA2XYW1262"' in sent.text
    assert not await Exhibitor.exists()


async def test_consent_is_asked_for_unticked_and_needed(client: httpx.AsyncClient) -> None:
    await an_edition()
    html = (await client.get("/register")).text
    box = re.search(r'<input type="checkbox"[^>]*name="consent"[^>]*>', html)
    assert box is not None
    assert " checked" not in box.group()
    form = await filled(client)
    del form["consent"]
    assert (await client.post("/register", data=form)).status_code == 422
    assert not await Exhibitor.exists()


async def test_a_consent_to_an_older_notice_does_not_count(client: httpx.AsyncClient) -> None:
    await an_edition(privacy_version="2")
    assert (await client.post("/register", data=await filled(client, privacy_version="1"))).status_code == 422


async def test_a_firm_that_is_registered_is_told_so_at_its_code(client: httpx.AsyncClient) -> None:
    await an_edition()
    await client.post("/register", data=await filled(client))
    sent = await client.post("/register", data=await filled(client))
    assert sent.status_code == 422
    assert "已报名" in sent.text


async def test_the_form_has_its_time(client: httpx.AsyncClient) -> None:
    await an_edition()
    form = await filled(client)
    await an_edition(slug="2027", registration_opens=None, registration_closes=None)
    assert "报名尚未开始" in (await client.get("/register")).text
    await an_edition(slug="2028", registration_closes=clock.now())
    closed = await client.get("/register")
    assert "报名已经截止" in closed.text
    assert "<form" not in closed.text.split("<main")[1]
    await client.post("/register", data=form)
    assert not await Exhibitor.exists()


async def test_nobody_finds_an_application_by_a_made_up_address(client: httpx.AsyncClient) -> None:
    await an_edition()
    assert (await client.get("/register/" + "A" * 22)).status_code == 404


async def test_the_summary_names_each_field_and_the_code_is_not_called_optional(client: httpx.AsyncClient) -> None:
    await an_edition()
    form = await filled(client, name="", contact_name="")
    html = (await client.post("/register", data=form, headers={"accept-language": "en"})).text
    assert '<a href="#f-name">Full name: Please fill this in.</a>' in html
    assert '<a href="#f-contact_name">Contact person: Please fill this in.</a>' in html
    assert '<label for="f-credit_code">Unified social credit code</label>' in html
