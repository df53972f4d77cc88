"""Lists go on after the last row that was seen, by a cursor that nobody can make up."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from litestar import Request, get
from litestar.params import FromQuery

from core.errors import InvalidInput
from gateway.access import PUBLIC
from gateway.lists import Cursor, Limit, Listing, after_of, listing
from tests.gateway.small import small

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]


@get("/api/v1/numbers", opt=PUBLIC)
async def numbers(
    request: Request[Any, Any, Any], limit: Limit = 50, cursor: Cursor = None, above: FromQuery[int] = 0
) -> Listing[int]:
    after = after_of(request, cursor)
    first = max(int(after[0]) if after else 0, above) + 1
    rows = list(range(first, 121))
    return listing(request, rows[: limit + 1], limit, 120 - above, key=lambda row: (row,))


async def test_a_list_is_walked_to_its_end_without_gap_or_repetition() -> None:
    async with small(numbers) as client:
        seen: list[int] = []
        cursor = None
        while True:
            answer = (await client.get("/api/v1/numbers", params={"cursor": cursor} if cursor else {})).json()
            assert answer["total"] == 120
            seen += answer["items"]
            cursor = answer["next"]
            if cursor is None:
                break
        assert seen == list(range(1, 121))


async def test_a_last_piece_that_is_exactly_full_has_no_next() -> None:
    async with small(numbers) as client:
        assert (await client.get("/api/v1/numbers?limit=120")).json()["next"] is None
        assert (await client.get("/api/v1/numbers?limit=119")).json()["next"] is not None


@pytest.mark.parametrize("limit", ["0", "501", "-1", "x", "", "1e3", "9" * 40, "٣"])
async def test_a_limit_outside_1_to_500_is_bad_input(limit: str) -> None:
    async with small(numbers) as client:
        answer = await client.get("/api/v1/numbers", params={"limit": limit})
        if limit == "٣":  # an Arabic-Indic three is a number to whoever types it
            assert answer.status_code in (200, 422)
            return
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "limit")


async def test_a_cursor_of_other_filters_is_bad_input() -> None:
    async with small(numbers) as client:
        cursor = (await client.get("/api/v1/numbers?limit=5")).json()["next"]
        same = await client.get("/api/v1/numbers", params={"limit": 7, "cursor": cursor})
        assert same.json()["items"] == [6, 7, 8, 9, 10, 11, 12]
        other = await client.get("/api/v1/numbers", params={"above": 3, "cursor": cursor})
        assert (other.status_code, other.json()["errors"][0]["field"]) == (422, "cursor")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80))
def test_a_made_up_cursor_is_bad_input_whatever_it_is(cursor: str) -> None:
    request: Request[Any, Any, Any] = Request({"type": "http", "path": "/x", "query_string": b""})  # type: ignore[arg-type]
    if not cursor:
        assert after_of(request, cursor) == ()
        return
    with pytest.raises(InvalidInput):
        after_of(request, cursor)
