"""Refusals: problem+json that names each faulty field, in the reader's language; nothing of the inside."""

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import get, post
from litestar.params import FromQuery, JSONBody

from core.errors import FieldError
from gateway.access import PUBLIC, SIGNED_IN
from gateway.bodies import faults
from tests.gateway.small import Firm, small

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]
EN = {"accept-language": "en"}


@post("/api/v1/firms", opt=PUBLIC)
async def add(data: JSONBody[Firm]) -> dict[str, str]:
    return {"name": data.name}


@get("/api/v1/broken", opt=PUBLIC)
async def broken() -> None:
    raise RuntimeError("the secret is 42")


@get("/api/v1/busy", opt=PUBLIC)
async def busy() -> None:
    raise sqlite3.OperationalError("database is locked")


@get("/api/v1/asks", opt=PUBLIC)
async def asks(day: FromQuery[int]) -> int:
    return day


@get(["/private", "/api/v1/private"], opt=SIGNED_IN)
async def private() -> str:
    return "private"


async def test_every_faulty_field_is_named_at_once() -> None:
    async with small(add) as client:
        body = {"contact": {"mobile": "1" * 12, "fax": "1"}, "count": 99, "fields": ["a", 7], "nmae": "x"}
        answer = await client.post("/api/v1/firms", json=body, headers=EN)
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
        assert answer.json()["code"] == "invalid"
        found = {error["field"]: error["code"] for error in answer.json()["errors"]}
        assert found == {
            "name": "required",
            "contact.mobile": "too_long",
            "contact.fax": "unknown_member",
            "count": "out_of_range",
            "fields.1": "wrong_type",
            "nmae": "unknown_member",
        }


async def test_messages_speak_the_readers_language() -> None:
    async with small(add) as client:
        for language, text in (("en", "Please fill this in."), ("zh-CN", "请填写此项。")):
            answer = await client.post("/api/v1/firms", json={}, headers={"accept-language": language})
            assert {error["message"] for error in answer.json()["errors"]} == {text}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 400),
        (b"{'a': 1}", 400),
        (b'{"name": NaN}', 400),
        (b'{"name": "\xff"}', 400),
        (b'{"name": "\\ud800"}', 400),
        (b'{"name": "a\\u0000b", "contact": {"mobile": "1"}}', 422),
        (b'{"name": "a", "name": "b", "contact": {"mobile": "1"}}', 400),
        (b'{"name": "a", "contact": {"mobile": "1"}, "count": 1e999}', 400),
        (b'{"name": "a", "contact": {"mobile": "1"}, "count": ' + b"9" * 5000 + b"}", 400),
        (b"[" * 100_000, 400),
        (b'{"a":' * 5000 + b"1" + b"}" * 5000, 400),
        (b"[]", 422),
        (b"null", 422),
        (b'"text"', 422),
    ],
    ids=lambda value: str(value)[:30],
)
async def test_a_hostile_body_is_refused_cleanly(body: bytes, status: int) -> None:
    async with small(add) as client:
        answer = await client.post("/api/v1/firms", content=body, headers={"content-type": "application/json"})
        assert answer.status_code == status, answer.text
        assert answer.json()["status"] == status


async def test_a_missing_query_parameter_is_named() -> None:
    async with small(asks) as client:
        answer = await client.get("/api/v1/asks")
        assert (answer.status_code, answer.json()["errors"]) == (
            422,
            [{"field": "day", "code": "required", "message": "请填写此项。"}],
        )
        wrong = await client.get("/api/v1/asks?day=today")
        assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (422, "wrong_type")


async def test_a_failure_tells_nothing_of_the_inside() -> None:
    async with small(broken) as client:
        answer = await client.get("/api/v1/broken", headers=EN)
        assert answer.status_code == 500
        assert "42" not in answer.text
        assert "RuntimeError" not in answer.text


async def test_a_busy_database_asks_to_come_back() -> None:
    async with small(busy) as client:
        answer = await client.get("/api/v1/busy")
        assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "busy", "1")


async def test_who_is_not_signed_in_is_sent_to_sign_in_and_back_by_a_page() -> None:
    async with small(private) as client:
        answer = await client.get("/private?a=1&b=//x")
        assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=/private%3Fa%3D1%26b%3D//x")
        program = await client.get("/api/v1/private")
        assert (program.status_code, program.json()["code"]) == (401, "not_signed_in")
        assert program.headers["www-authenticate"] == "Bearer"


async def test_people_get_a_page_and_programs_a_problem() -> None:
    async with small() as client:
        page = await client.get("/nothing", headers={"accept": "text/html"})
        assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
        program = await client.get("/nothing", headers={"accept": "application/json"})
        assert program.json()["code"] == "not_found"


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
firm_like = st.fixed_dictionaries({}, optional=dict.fromkeys(("name", "contact", "count", "fields", "other"), plain))


@given(plain | firm_like)
def test_faults_of_whatever_comes_are_told_in_our_own_codes(value: object) -> None:
    codes = {"required", "unknown_member", "wrong_type", "too_long", "too_short", "out_of_range", "invalid"}
    found: list[FieldError] = faults(value, Firm)
    assert {fault.code for fault in found} <= codes
