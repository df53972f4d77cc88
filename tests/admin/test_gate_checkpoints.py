import httpx
import pytest

from checkin.queries.checkpoints import stored_areas, stored_checkpoints
from core.accounts.roles import Role
from tests.expo import an_edition
from tests.world import csrf_in, send_form, sign_in

pytestmark = pytest.mark.anyio
AT = "/admin/gate"
NEW = f"{AT}/checkpoints/new"


async def _sent(client: httpx.AsyncClient, path: str, at: str | None = None, **values: object) -> httpx.Response:
    """With several of a name, as ticked boxes are."""
    token = csrf_in((await client.get(at or path)).text)
    return await client.post(path, data={"_csrf": token, **values})


async def test_a_checkpoint_is_made_changed_and_said_in_words(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    await sign_in(client, Role.organizer)
    assert "尚无检票点" in (await client.get(AT)).text
    made = await _sent(
        client,
        NEW,
        code="north",
        name="北门",
        area="+",
        new_area="hall-1",
        kinds=["visitor", "guest"],
        opens="09:00",
        closes="17:00",
        reentry="free",
        exits="1",
        capacity="５００",
        active="1",
    )
    assert made.status_code == 303
    (one,) = await stored_checkpoints(edition.id)
    assert (one.code, one.area.code, one.area.capacity, one.kinds) == ("NORTH", "HALL-1", 500, ("visitor", "guest"))
    page = (await client.get(f"{AT}/checkpoints/NORTH")).text
    for words in ("观众、嘉宾", "09:00", "500"):
        assert words in page
    changed = await _sent(
        client, f"{AT}/checkpoints/NORTH", name="北大门", more_days="2026-09-13, 2026-09-14", reentry="daily"
    )
    assert changed.status_code == 303
    (one,) = await stored_checkpoints(edition.id)
    assert (one.name_zh, one.kinds, one.active, one.exits, one.area.capacity) == ("北大门", (), False, False, None)
    assert [day.day for day in one.days] == [13, 14]
    assert (await client.get(f"{AT}/checkpoints/SOUTH")).status_code == 404


async def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(client: httpx.AsyncClient) -> None:
    await an_edition()
    await sign_in(client, Role.organizer)
    wrong = await _sent(
        client, NEW, code="a b!", name="", opens="25:00", capacity="many", more_days="soon", kinds=["guest"]
    )
    assert wrong.status_code == 422
    assert 'value="a b!"' in wrong.text
    assert 'value="guest" checked' in wrong.text
    assert (await _sent(client, NEW, code="N", name="门", reentry="free", area="+")).status_code == 422
    assert (await _sent(client, NEW, code="N", name="门", reentry="free")).status_code == 303
    again = await _sent(client, NEW, code="N", name="另一个门", reentry="free")
    assert again.status_code == 422
    assert "另一个门" in again.text


async def test_checkpoints_are_ordered_and_switched_off_and_areas_named(client: httpx.AsyncClient) -> None:
    edition = await an_edition()
    await sign_in(client, Role.organizer)
    for code in "ABC":
        await _sent(client, NEW, code=code, name=f"{code} 门", reentry="free", area="+", new_area="HALL", active="1")
    assert (await send_form(client, f"{AT}/checkpoints/C/up", AT)).status_code == 303
    assert [one.code for one in await stored_checkpoints(edition.id)] == ["A", "C", "B"]
    await send_form(client, f"{AT}/checkpoints/A/up", AT)
    await send_form(client, f"{AT}/checkpoints/A/down", AT)
    assert [one.code for one in await stored_checkpoints(edition.id)] == ["C", "A", "B"]
    await send_form(client, f"{AT}/checkpoints/A/off", AT)
    assert [one.active for one in await stored_checkpoints(edition.id)] == [True, False, True]
    assert (await send_form(client, f"{AT}/checkpoints/A/explode", AT)).status_code == 404
    assert (await send_form(client, f"{AT}/checkpoints/X/up", AT)).status_code == 404
    assert (await send_form(client, f"{AT}/areas/HALL", name="")).status_code == 422
    assert (await send_form(client, f"{AT}/areas/HALL", name="1 号馆", name_en="Hall 1")).status_code == 303
    assert [area.name("en") for area in await stored_areas(edition.id)] == ["Hall 1"]
    assert (await client.get(f"{AT}/areas/@A")).status_code == 404
