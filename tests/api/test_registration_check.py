from typing import Any

import httpx
import pytest

from exhibitors.rules.applications import LOOKED_AT
from tests.api.test_exhibitors import URL as EXHIBITORS
from tests.expo import an_edition
from tests.firms import application, credit_code

pytestmark = pytest.mark.anyio
URL = "/api/v1/registration-check"


async def looked(client: httpx.AsyncClient, field: str, value: str, **other: str) -> dict[str, Any]:
    answer = await client.post(URL, json={"field": field, "value": value, **other}, headers={"accept-language": "en"})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_a_field_is_looked_at_while_the_rest_is_typed(client: httpx.AsyncClient) -> None:
    sound = await looked(client, "credit_code", " 91330200 ma20002460")
    assert (sound["ok"], sound["value"], sound["kind"]) == (True, "91330200MA20002460", "company")
    assert (await looked(client, "credit_code", "52330212MJ8A0B1C85"))["kind"] == "social_organization"
    slipped = await looked(client, "credit_code", "91330203MA2XYW1262")
    assert (slipped["ok"], slipped["code"]) == (False, "check_digit")
    assert slipped["message"].startswith("This code has a slip")
    assert (await looked(client, "contact.mobile", "13800138000"))["value"] == "+8613800138000"
    assert (await looked(client, "contact.mobile", "030 901820", country="de"))["value"] == "+4930901820"
    assert (await looked(client, "contact.mobile", "12345", country="nowhere"))["code"] == "phone"
    assert (await looked(client, "contact.email", "a@b"))["code"] == "email"
    assert (await looked(client, "lintel_zh", "字" * 21))["code"] == "too_long"
    assert (await looked(client, "lintel_en", "a" * 40))["ok"]
    for field in LOOKED_AT:
        assert await looked(client, field, "x" * 10_000)


async def test_it_tells_nothing_of_who_has_registered(client: httpx.AsyncClient) -> None:
    await an_edition()
    before = await looked(client, "credit_code", credit_code(1))
    assert (await client.post(EXHIBITORS, json=application())).status_code == 201
    assert await looked(client, "credit_code", credit_code(1)) == before


async def test_other_fields_are_not_looked_at(client: httpx.AsyncClient) -> None:
    bodies: list[Any] = [{"field": "name", "value": "x"}, {"field": "credit_code"}, {}, [], {"field": 1, "value": 2}]
    for body in bodies:
        assert (await client.post(URL, json=body)).status_code == 422
