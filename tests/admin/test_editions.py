import html
import re

import httpx
import pytest

from core.accounts.roles import Role
from core.editions.queries import all_editions, require_current, stored_edition
from tests.expo import DRAFT, an_edition
from tests.world import sign_in

pytestmark = pytest.mark.anyio


def typed(page: str) -> dict[str, str]:
    """The form as it stands on the page."""
    form = page.split("novalidate>")[1]
    found = {}
    for tag in re.findall(r"<input [^>]*>", form):
        name, value = re.search(r' name="([^"]*)"', tag), re.search(r' value="([^"]*)"', tag)
        if name and value and ("checkbox" not in tag or " checked" in tag):
            found[name[1]] = html.unescape(value[1])
    return found


async def test_an_organizer_sets_up_the_first_edition(client: httpx.AsyncClient) -> None:
    await sign_in(client, Role.organizer)
    assert "/admin/editions/new" in (await client.get("/admin/editions")).text
    form = typed((await client.get("/admin/editions/new")).text)
    form |= {
        "slug": "2026",
        "name_zh": "示例博览会",
        "name_en": "Sample Expo",
        "venue_zh": "示例中心",
        "venue_en": "Sample Center",
        "days[1].day": "2026-09-15",
        "days[1].opens": "９：００",
        "days[1].closes": "24:00",
    }
    sent = await client.post("/admin/editions/new", data=form)
    assert sent.status_code == 303, sent.text
    made = await require_current()
    assert [(day.day.isoformat(), day.opens, day.closes) for day in made.days] == [("2026-09-15", 540, 1440)]
    assert made.fields == DRAFT.fields


async def test_a_form_saved_as_it_stands_changes_nothing(client: httpx.AsyncClient) -> None:
    before = await an_edition(totals_public=True, breakdown_public=True)
    await sign_in(client, Role.organizer)
    form = typed((await client.get("/admin/editions/2026")).text)
    assert (await client.post("/admin/editions/2026", data=form)).status_code == 303
    after = await stored_edition("2026")
    assert after.registration_opens is not None
    assert before.registration_opens is not None
    assert after.registration_opens == before.registration_opens.replace(second=0, microsecond=0)
    for name in ("days", "all_fields", "all_categories", "totals_public", "breakdown_public", "name_zh", "is_current"):
        assert getattr(after, name) == getattr(before, name)


async def test_what_is_wrong_is_marked_in_its_row_and_nothing_is_lost(client: httpx.AsyncClient) -> None:
    await an_edition()
    await sign_in(client, Role.organizer)
    form = typed((await client.get("/admin/editions/2026")).text)
    form |= {
        "name_zh": "",
        "name_en": 'A "new" name',
        "days[0].day": "",
        "days[0].opens": "",
        "days[0].closes": "",
        "days[4].day": "2030-01-01",
        "days[4].opens": "18:00",
        "days[4].closes": "09:00",
        "fields[5].code": "Bad Code",
    }
    sent = await client.post("/admin/editions/2026", data=form)
    assert sent.status_code == 422
    wrong = re.findall(r'name="([^"]+)"[^>]*aria-invalid', sent.text)
    assert wrong == [
        "name_zh",
        "days[4].opens",
        "fields[5].code",
        "fields[5].name_zh",
        "fields[5].name_en",
    ]
    assert typed(sent.text) == {**form, "_csrf": typed(sent.text)["_csrf"]}
    assert (await stored_edition("2026")).name_en == DRAFT.name_en


async def test_switching_asks_first(client: httpx.AsyncClient) -> None:
    await an_edition()
    await an_edition(slug="2027", current=False)
    await sign_in(client, Role.organizer)
    page = await client.get("/admin/editions/2027/current")
    token = re.search(r'name="_csrf" value="([^"]+)"', page.text)
    assert token is not None
    assert (await require_current()).slug == "2026"
    await client.post("/admin/editions/2027/current", data={"_csrf": token[1]})
    assert [line.slug for line in await all_editions() if line.is_current] == ["2027"]
