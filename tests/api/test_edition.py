import httpx
import pytest

from tests.expo import DRAFT, an_edition

pytestmark = pytest.mark.anyio


async def test_anybody_reads_the_current_edition(client: httpx.AsyncClient) -> None:
    await an_edition()
    answer = await client.get("/api/v1/edition")
    assert answer.status_code == 200
    body = answer.json()
    assert body["slug"] == "2026"
    assert body["days"] == [day.day.isoformat() for day in DRAFT.days]
    assert body["hours"][0] == {"day": DRAFT.days[0].day.isoformat(), "opens": "09:00", "closes": "17:00"}
    assert body["registration"]["opens"].endswith("+08:00")
    assert body["registration"]["state"] == "open"
    assert [field["code"] for field in body["fields"]] == [
        "standardization",
        "informatization",
        "long_term_care",
        "medical_care_integration",
        "other",
    ]
    assert body["categories"][0] == {
        "code": "INST",
        "name_zh": "养老机构与运营",
        "name_en": "Care institutions & operators",
    }
    assert body["privacy_version"] == "1"


async def test_a_past_edition_is_read_by_its_slug(client: httpx.AsyncClient) -> None:
    await an_edition()
    await an_edition(slug="2027")
    assert (await client.get("/api/v1/edition")).json()["slug"] == "2027"
    assert (await client.get("/api/v1/edition", params={"edition": "2026"})).json()["current"] is False
    assert (await client.get("/api/v1/edition", params={"edition": "2025"})).status_code == 404


async def test_before_an_edition_is_set_up_the_api_says_so(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/edition")
    assert (answer.status_code, answer.json()["code"]) == (409, "no_edition")
