import httpx
import pytest

pytestmark = pytest.mark.anyio


async def test_the_home_page_answers(client: httpx.AsyncClient) -> None:
    answer = await client.get("/")
    assert answer.status_code == 200


async def test_an_unknown_call_of_the_api_is_a_problem(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/nothing")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "not_found"
