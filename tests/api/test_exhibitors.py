import asyncio
from typing import Any

import httpx
import pytest

from core import clock
from core.accounts.roles import Role
from core.audit.tables import AuditEntry
from core.mail.tables import MailMessage
from exhibitors.tables import Exhibitor, ExhibitorConsent, ExhibitorLink
from tests.expo import an_edition
from tests.firms import application, credit_code
from tests.world import token_for

pytestmark = pytest.mark.anyio
URL = "/api/v1/exhibitors"


async def faults(client: httpx.AsyncClient, **other: Any) -> list[tuple[str, str]]:
    answer = await client.post(URL, json=application(**other))
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] == "invalid"
    return [(fault["field"], fault["code"]) for fault in answer.json()["errors"]]


async def test_a_firm_registers(client: httpx.AsyncClient) -> None:
    await an_edition()
    answer = await client.post(URL, json=application())
    assert answer.status_code == 201, answer.text
    number = answer.json()["number"]
    assert answer.json() == {"number": number, "status": "submitted"}
    assert len(number) == 6
    stored = await Exhibitor.select().first()
    assert stored is not None
    assert (stored["number"], stored["contact_mobile"]) == (number, "+8613800138000")
    consent = await ExhibitorConsent.select().first()
    assert consent is not None
    assert (consent["privacy_version"], consent["locale"]) == ("1", "zh-CN")
    assert await AuditEntry.exists().where(AuditEntry.action == "exhibitor.submitted")


async def test_what_is_typed_sloppily_is_mended(client: httpx.AsyncClient) -> None:
    await an_edition()
    code = credit_code(7)
    wide = "".join(chr(ord(char) + 0xFEE0) for char in code.lower())
    sloppy = application(
        credit_code=f" {wide[:4]} {wide[4:]} ",
        category=" nurs ",
        name="宁波（示例）　护理\u200b有限公司",
        contact={"name": " 示例 ", "mobile": "＋８６ １３８-００１３-８０００", "email": " Firm@EXAMPLE.com "},
        booth={"kind": "Raw", "area_m2": "３６"},
        website="WWW.Example.com/展品",
    )
    assert (await client.post(URL, json=sloppy)).status_code == 201
    stored = await Exhibitor.select().first()
    assert stored is not None
    assert stored["credit_code"] == code
    assert stored["name"] == "宁波（示例） 护理有限公司"
    assert stored["contact_mobile"] == "+8613800138000"
    assert stored["contact_email"] == "Firm@example.com"
    assert stored["website"] == "https://www.example.com/展品"
    assert (stored["booth_kind"], stored["booth_count"], stored["booth_area_m2"]) == ("raw", None, 36)


async def test_a_firm_from_abroad_needs_no_credit_code(client: httpx.AsyncClient) -> None:
    await an_edition()
    foreign = application(country="de", contact={"name": "A", "mobile": "030 901820", "email": "a@example.com"})
    assert await faults(client, **foreign) == [("credit_code", "not_applicable")]
    del foreign["credit_code"]
    assert (await client.post(URL, json=foreign)).status_code == 201
    stored = await Exhibitor.select().first()
    assert stored is not None
    assert (stored["country"], stored["contact_mobile"]) == ("DE", "+4930901820")


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ({"name": "  "}, ("name", "required")),
        ({"name": "长" * 201}, ("name", "too_long")),
        ({"country": "XX"}, ("country", "unknown")),
        ({"credit_code": None}, ("credit_code", "required")),
        ({"credit_code": "91350100M000100Y4Z"}, ("credit_code", "form")),
        ({"credit_code": "91330203MA2XYW1262"}, ("credit_code", "check_digit")),
        ({"category": "NONE"}, ("category", "unknown")),
        ({"category": None}, ("category", "required")),
        ({"category": None, "categories": ["INST", "HOME", "MEDC", "NURS"]}, ("categories", "too_many")),
        ({"category": None, "categories": []}, ("categories", "required")),
        ({"category": None, "categories": ["INST", "x"]}, ("categories[1]", "unknown")),
        ({"categories": ["INST"]}, ("category", "both")),
        ({"fields": ["informatization", "nothing"]}, ("fields[1]", "unknown")),
        ({"website": "javascript:alert(1)"}, ("website", "website")),
        ({"intro": "x" * 3001}, ("intro", "too_long")),
        ({"booth": {"kind": "tent"}}, ("booth.kind", "unknown")),
        ({"booth": {"kind": "standard"}}, ("booth.count", "required")),
        ({"booth": {"kind": "standard", "count": 0}}, ("booth.count", "too_small")),
        ({"booth": {"kind": "raw", "area_m2": 35}}, ("booth.area_m2", "too_small")),
        ({"booth": {"kind": "raw", "area_m2": 20_001}}, ("booth.area_m2", "too_large")),
        ({"booth": {"kind": "raw", "area_m2": "many"}}, ("booth.area_m2", "number")),
        ({"locale": "fr"}, ("locale", "unknown")),
        ({"privacy_version": "0"}, ("privacy_version", "outdated")),
        ({"privacy_version": ""}, ("privacy_version", "required")),
    ],
)
async def test_each_bad_member_is_named(
    client: httpx.AsyncClient, other: dict[str, Any], expected: tuple[str, str]
) -> None:
    await an_edition()
    assert await faults(client, **other) == [expected]
    assert not await Exhibitor.exists()


async def test_all_that_is_wrong_is_told_at_once_in_the_language_of_the_person(client: httpx.AsyncClient) -> None:
    await an_edition()
    answer = await client.post(URL, json={}, headers={"accept-language": "en"})
    assert [fault["field"] for fault in answer.json()["errors"]] == [
        "name",
        "credit_code",
        "category",
        "contact.name",
        "contact.mobile",
        "contact.email",
        "booth.kind",
        "privacy_version",
    ]
    assert answer.json()["errors"][0]["message"] == "Please fill this in."
    answer = await client.post(URL, json={})
    assert answer.json()["errors"][0]["message"] == "请填写此项。"


async def test_members_nobody_knows_and_bodies_nobody_can_read_are_refused(client: httpx.AsyncClient) -> None:
    await an_edition()
    bodies: list[Any] = [{**application(), "approved": True}, {**application(), "contact": {"fax": "1"}}, [], "x", None]
    for body in bodies:
        assert (await client.post(URL, json=body)).status_code == 422
    for raw in (b"{", b"\xff\xfe", b"", b'{"name": "\\ud800"}'):
        answer = await client.post(URL, content=raw, headers={"content-type": "application/json"})
        assert 400 <= answer.status_code < 500, raw
    assert not await Exhibitor.exists()


async def test_the_same_firm_registers_once_an_edition(client: httpx.AsyncClient) -> None:
    await an_edition()
    assert (await client.post(URL, json=application())).status_code == 201
    answer = await client.post(URL, json=application(name="别的名字"))
    assert (answer.status_code, answer.json()["code"]) == (409, "already_registered")
    assert "示例" not in answer.text
    await an_edition(slug="2027")
    assert (await client.post(URL, json=application())).status_code == 201


async def test_fifty_at_once_with_one_credit_code_leave_one(client: httpx.AsyncClient) -> None:
    await an_edition()
    answers = await asyncio.gather(*(client.post(URL, json=application()) for _ in range(50)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 49
    assert await Exhibitor.count() == 1
    assert await ExhibitorConsent.count() == 1


async def test_numbers_of_many_differ(client: httpx.AsyncClient) -> None:
    await an_edition()
    answers = await asyncio.gather(*(client.post(URL, json=application(n)) for n in range(30)))
    assert len({answer.json()["number"] for answer in answers}) == 30


async def test_registration_has_its_time(client: httpx.AsyncClient) -> None:
    await an_edition(registration_opens=None, registration_closes=None)
    answer = await client.post(URL, json=application())
    assert (answer.status_code, answer.json()["code"]) == (409, "registration_closed")
    await an_edition(slug="2027", registration_closes=clock.now())
    answer = await client.post(URL, json=application())
    assert (answer.status_code, answer.json()["code"]) == (409, "registration_closed")


async def test_without_an_edition_nobody_registers(client: httpx.AsyncClient) -> None:
    answer = await client.post(URL, json=application())
    assert (answer.status_code, answer.json()["code"]) == (409, "no_edition")


async def test_two_hundred_register_at_once_and_each_gets_a_number(client: httpx.AsyncClient) -> None:
    """Twenty more bring codes that others have, in the same moment: of each pair one is in."""
    await an_edition()
    bodies = [application(n) for n in range(200)] + [application(n, name="晚来一步") for n in range(20)]
    answers = await asyncio.gather(*(client.post(URL, json=body) for body in bodies))
    codes = [answer.status_code for answer in answers]
    assert (codes.count(201), codes.count(409)) == (200, 20)
    assert all(sorted(pair) == [201, 409] for pair in zip(codes[:20], codes[200:], strict=True))
    numbers = {answer.json()["number"] for answer in answers if answer.status_code == 201}
    assert len(numbers) == await Exhibitor.count() == await ExhibitorConsent.count() == 200
    assert await MailMessage.count() == await ExhibitorLink.count() == 200


async def test_an_organizers_program_lets_a_wrong_check_digit_pass_and_nobody_else_may(
    client: httpx.AsyncClient,
) -> None:
    await an_edition()
    typed = {**application(), "credit_code": "91330203MA2XYW1262"}
    assert (await client.post(URL, json=typed)).status_code == 422
    assert (await client.post(f"{URL}?check_digit=passed", json=typed)).status_code == 403
    reviewer, organizer = await token_for(Role.reviewer), await token_for(Role.organizer)
    assert (await client.post(f"{URL}?check_digit=passed", json=typed, headers=reviewer)).status_code == 403
    assert (await client.post(URL, json=typed, headers=organizer)).status_code == 422
    sent = await client.post(f"{URL}?check_digit=passed", json=typed, headers=organizer)
    assert sent.status_code == 201
    row = await Exhibitor.select(Exhibitor.check_digit_overridden).first()
    assert row == {"check_digit_overridden": True}
