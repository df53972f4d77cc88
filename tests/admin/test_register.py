"""An organizer registers a firm that called or sent paper."""

import re

import httpx
import pytest

from core import clock
from core.accounts.roles import CLI, Role
from core.audit.tables import AuditEntry
from core.db import transaction
from exhibitors.services import links
from exhibitors.tables import Exhibitor, ExhibitorConsent
from tests.exhibitors.world import firm
from tests.expo import an_edition
from tests.world import sign_in

pytestmark = pytest.mark.anyio
NEW = "/admin/exhibitors/new"
SLIPPED = "91330203MA2XYW1262"


async def filled(client: httpx.AsyncClient, **other: str) -> dict[str, str]:
    html = (await client.get(NEW)).text.split(f'action="{NEW}"')[-1]
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html))
    return {
        **hidden,
        "name": "宁波示例养老院",
        "country": "CN",
        "credit_code": "52330212MJ8A0B1C85",
        "category": "INST",
        "contact_name": "示例院长",
        "contact_mobile": "0574 8765 4321",
        "contact_email": "home@example.com",
        "booth_kind": "standard",
        "booth_count": "1",
        "consent_by": "paper",
        "writes_in": "en",
        **other,
    }


async def test_it_works_outside_the_window_and_the_consent_is_kept_as_it_was_given(client: httpx.AsyncClient) -> None:
    await an_edition(registration_closes=clock.now())
    organizer = await sign_in(client, Role.organizer)
    sent = await client.post(NEW, data=await filled(client))
    assert sent.status_code == 303, sent.text
    assert "宁波示例养老院" in (await client.get(sent.headers["location"])).text
    stored = await Exhibitor.select().first()
    consent = await ExhibitorConsent.select().first()
    assert stored is not None
    assert consent is not None
    assert (stored["kind"], stored["locale"], stored["contact_mobile"]) == (
        "social_organization",
        "en",
        "+8657487654321",
    )
    assert (consent["by"], consent["recorded_by"]) == ("paper", f"account:{organizer}")


async def test_without_word_of_a_consent_nothing_is_registered(client: httpx.AsyncClient) -> None:
    await an_edition()
    await sign_in(client, Role.organizer)
    for by in ("", "form", "nonsense"):
        sent = await client.post(NEW, data=await filled(client, consent_by=by))
        assert sent.status_code == 422
        assert "请说明对方以何种方式同意" in sent.text
    assert not await Exhibitor.exists()


async def test_a_wrong_check_digit_passes_once_the_organizer_says_so(client: httpx.AsyncClient) -> None:
    await an_edition()
    await sign_in(client, Role.organizer)
    assert "may_slip" not in (await client.get(NEW)).text
    refused = await client.post(NEW, data=await filled(client, credit_code=SLIPPED))
    assert refused.status_code == 422
    assert 'name="may_slip"' in refused.text
    assert (await client.post(NEW, data=await filled(client, credit_code=SLIPPED, may_slip="1"))).status_code == 303
    stored = await Exhibitor.select().first()
    assert stored is not None
    assert (stored["credit_code"], stored["check_digit_overridden"]) == (SLIPPED, True)
    entry = await AuditEntry.select().where(AuditEntry.action == "exhibitor.submitted").first()
    assert entry is not None
    assert '"check_digit_overridden":true' in str(entry["after"]).replace(" ", "")


async def test_nobody_else_can_let_a_check_digit_pass(client: httpx.AsyncClient) -> None:
    await an_edition()
    html = (await client.get("/register")).text
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html))
    typed = {
        "name": "示例",
        "country": "CN",
        "category": "INST",
        "contact_name": "示例",
        "contact_mobile": "13800138000",
        "contact_email": "a@example.com",
        "booth_kind": "standard",
        "booth_count": "1",
        "consent": "1",
    }
    sent = await client.post("/register", data={**hidden, **typed, "credit_code": SLIPPED, "may_slip": "1"})
    assert sent.status_code == 422
    assert not await Exhibitor.exists()


async def test_last_years_exhibitor_begins_with_last_years_data(client: httpx.AsyncClient) -> None:
    before = await an_edition(slug="2025", current=False)
    number = await firm(before, 1, intro="去年的介绍", kind="institution", lintel_zh="示例楣板")
    await an_edition()
    await sign_in(client, Role.organizer)
    found = (await client.get(NEW, params={"q": number})).text
    link = re.search(r'href="(/admin/exhibitors/new\?previous=\d+)"', found)
    assert link is not None
    html = (await client.get(link[1])).text
    for text in ("示例1号护理", "去年的介绍", "示例楣板", 'value="+8613800130001"'):
        assert text in html
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html))
    sent = await client.post(NEW, data=await filled(client, previous=hidden["previous"]))
    assert sent.status_code == 303
    rows = await Exhibitor.select(Exhibitor.id, Exhibitor.previous).order_by(Exhibitor.id)
    assert rows[1]["previous"] == rows[0]["id"]


async def test_a_firm_that_has_exhibited_begins_with_its_own_data_and_nobody_elses(client: httpx.AsyncClient) -> None:
    before = await an_edition(slug="2025", current=False)
    own, other = await firm(before, 1, intro="自己的介绍"), await firm(before, 2, intro="别人的介绍")
    await an_edition()
    account = await sign_in(client, Role.exhibitor)
    ids = {row["number"]: row["id"] for row in await Exhibitor.select(Exhibitor.id, Exhibitor.number)}
    async with transaction():
        await links.join(CLI, ids[own], account, "2025", own)
    assert f"/register?previous={ids[own]}" in (await client.get("/register")).text
    assert "自己的介绍" in (await client.get("/register", params={"previous": ids[own]})).text
    for previous in (str(ids[other]), "0", "99999999999", "x", "-1"):
        page = await client.get("/register", params={"previous": previous})
        assert page.status_code == 200
        assert "别人的介绍" not in page.text
