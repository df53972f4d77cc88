"""Visitors register on one page and hold their badge at once; nobody learns of others."""

import asyncio
import io
import re
from datetime import timedelta
from typing import Any

import httpx
import pytest
import zxingcpp
from PIL import Image

from checkin.queries import badges as queries
from checkin.queries import leads as lead_queries
from checkin.queries import visits as visit_queries
from checkin.services import changes
from checkin.tables import BadgeStatus, Visit
from core import clock
from core.accounts.roles import CLI
from core.editions.queries import EditionInfo
from core.mail.tables import MailMessage
from tests.expo import an_edition
from tests.world import csrf_in

pytestmark = pytest.mark.anyio

TYPED = {"holder": "示例 王奶奶", "mobile": "１３８ 0013 8000", "consent": "1"}


async def sent(client: httpx.AsyncClient, **typed: Any) -> httpx.Response:
    page = (await client.get("/visit")).text
    hidden = dict(re.findall(r'<input type="hidden" name="(form|notice)" value="([^"]*)"', page))
    return await client.post("/visit", data={"_csrf": csrf_in(page), **hidden, **TYPED, **typed})


async def badge_page(client: httpx.AsyncClient, answer: httpx.Response) -> str:
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].partition("?")[0]


async def test_who_registers_holds_a_badge_that_a_scanner_reads(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    where = await badge_page(client, await sent(client, email="grandma@example.com", organisation="示例社区"))
    page = await client.get(where)
    assert page.status_code == 200
    assert page.headers["cache-control"] == "private, no-store"
    [badge] = await queries.badges(edition)
    assert (badge.kind.value, badge.mobile, badge.days, badge.locale) == ("visitor", "+8613800138000", (), "zh-CN")
    png = await client.get(f"{where}/code.png")
    [read] = zxingcpp.read_barcodes(Image.open(io.BytesIO(png.content)))
    assert read.text == badge.code
    assert (await client.get(f"{where}/badge.pdf")).content[:5] == b"%PDF-"
    [mail] = await MailMessage.select()
    assert (mail["to_address"], where in mail["text"]) == ("grandma@example.com", True)
    assert await lead_queries.consent_of_badge(edition, badge.id) is None


async def test_nobody_guesses_the_address_of_a_badge(client: httpx.AsyncClient) -> None:
    await an_edition()
    where = await badge_page(client, await sent(client))
    serial = where.rpartition("/")[2].partition("-")[0]
    for other in (serial, f"{serial}-", where.rpartition("/")[2][:-1] + "?", f"{serial}-{'a' * 26}", "é-é", "x" * 500):
        for path in ("", "/code.png", "/badge.pdf"):
            assert (await client.get(f"/badge/{other}{path}")).status_code == 404, other


async def test_a_form_sent_twice_at_once_makes_one_badge(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    page = (await client.get("/visit")).text
    hidden = dict(re.findall(r'<input type="hidden" name="(form|notice)" value="([^"]*)"', page))
    data = {"_csrf": csrf_in(page), **hidden, **TYPED}
    answers = await asyncio.gather(*(client.post("/visit", data=data) for _ in range(5)))
    assert [answer.status_code for answer in answers] == [303] * 5, answers[-1].text
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert await queries.count_badges(edition) == 1


async def test_a_number_that_is_known_already_is_told_to_nobody_but_the_desk(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    first, second = await badge_page(client, await sent(client)), await badge_page(client, await sent(client))
    assert first != second
    one, two = (await client.get(first)).text, (await client.get(second)).text
    strip = re.compile(r"\d{3} \d{3} \d{3}|/badge/[\w-]+|<svg.*?</svg>|[\w-]{30,}")
    assert strip.sub("", one) == strip.sub("", two)
    assert [line.again for line in await visit_queries.visits(edition)] == [True, True]


async def test_a_group_has_one_badge_with_its_head_count(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    where = await badge_page(
        client, await sent(client, size="３０", members="示例甲\r\n示例乙", vehicle="示A·12345", arrives="9：30")
    )
    [badge] = await queries.badges(edition)
    assert (badge.kind.value, badge.size, badge.members) == ("group", 30, ("示例甲", "示例乙"))
    [visit] = await Visit.select()
    assert (visit["arrives"], visit["vehicle"]) == (570, "示A·12345")
    assert "09:30" in (await client.get(where)).text


async def test_what_is_wrong_is_told_at_its_field_and_nothing_typed_is_lost(client: httpx.AsyncClient) -> None:
    await an_edition()
    wrong = {"mobile": "12", "size": "many", "arrives": "late", "helper": "family", "holder": "示例 王"}
    answer = await sent(client, **wrong, consent="")
    assert answer.status_code == 422
    for name in ("mobile", "size", "arrives", "helper_name", "consent"):
        assert f'id="f-{name}-error"' in answer.text, name
    for typed in ("12", "many", "late", "示例 王"):
        assert f'value="{typed}"' in answer.text
    neither = await sent(client, mobile="")
    assert 'id="f-mobile-error"' in neither.text
    outdated = await sent(client, notice="0")
    assert 'id="f-consent-error"' in outdated.text


async def test_hostile_input_is_answered(client: httpx.AsyncClient) -> None:
    await an_edition()
    fields = ("holder", "mobile", "email", "members", "size", "form", "days", "arrives", "helper")
    for text in ("\x00\x07", "\u202e" * 50, "👵" * 120, "a" * 20_000):
        answer = await sent(client, **dict.fromkeys(fields, text))
        assert answer.status_code == 422, text[:5]
    for field in ("holder", "members", "form", "vehicle"):
        assert (await sent(client, **{"size": "3", field: "👵\u202e\x07"})).status_code in (303, 422), field


async def test_consent_for_exhibitors_is_asked_apart_and_taken_back_on_the_page(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    where = await badge_page(client, await sent(client, leads="1"))
    [badge] = await queries.badges(edition)
    assert await lead_queries.consent_of_badge(edition, badge.id) is not None
    token = csrf_in((await client.get(where)).text)
    assert (await client.post(f"{where}/withdraw", data={"_csrf": token})).status_code == 303
    assert await lead_queries.consent_of_badge(edition, badge.id) is None
    for lead in ("7", "x", "9" * 30):
        assert (await client.post(f"{where}/withdraw", data={"_csrf": token, "lead": lead})).status_code == 404


async def test_who_cancels_has_no_badge_any_more(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    where = await badge_page(client, await sent(client, leads="1"))
    token = csrf_in((await client.get(where)).text)
    for _ in range(2):
        assert (await client.post(f"{where}/cancel", data={"_csrf": token})).status_code == 303
    [badge] = await queries.badges(edition)
    assert badge.status is BadgeStatus.revoked
    assert "<svg" not in (await client.get(where)).text
    assert (await client.get(f"{where}/code.png")).status_code == 404
    assert await lead_queries.consent_of_badge(edition, badge.id) is None


async def test_a_reissue_ends_the_old_page(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    where = await badge_page(client, await sent(client))
    [badge] = await queries.badges(edition)
    await changes.reissue(CLI, edition, badge.serial, await changes.sign_again(edition, badge.serial), "遗失")
    old = await client.get(where)
    assert (old.status_code, "<svg" in old.text) == (200, False)


async def test_after_the_last_day_nobody_registers(client: httpx.AsyncClient) -> None:
    edition: EditionInfo = await an_edition()
    with clock.moved(timedelta(days=3)):
        assert '<form method="post" action="/visit"' not in (await client.get("/visit")).text
        assert await queries.count_badges(edition) == 0
